import { errors } from "./errors.ts";

const armour = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/g;

/** DER bytes of one certificate given as PEM or as base64 DER, as `x5c` carries it (RFC 7517 4.7; some builds put PEM there). */
export function certificateDer(text: string): Buffer {
  const [first] = text.matchAll(armour);
  const base64 = (first?.[1] ?? text).replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw errors.ERR_CERTIFICATE_UNREADABLE();
  return Buffer.from(base64, "base64");
}

/** PEM with lines of 64 characters (RFC 7468). */
export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** Every certificate of a PEM bundle, as DER. */
export function splitPemBundle(pem: string): Buffer[] {
  return [...pem.matchAll(armour)].map((match) => certificateDer(String(match[1])));
}
