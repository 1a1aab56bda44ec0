import { X509Certificate, createPublicKey, generateKeyPair } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { EidasCertificate } from "./certificate.ts";

/** The kinds of key a certificate may be asked for. */
export const keyKinds = ["rsa-2048", "rsa-3072", "rsa-4096", "p-256"] as const;
export type KeyKind = (typeof keyKinds)[number];

const generate = promisify(generateKeyPair);

/** Makes a private key outside the event loop. */
export async function generateKey(kind: KeyKind): Promise<KeyObject> {
  const made = kind === "p-256" ? generate("ec", { namedCurve: "P-256" }) : generate("rsa", { modulusLength: Number(kind.slice("rsa-".length)) });
  return (await made).privateKey;
}

/** Whether the certificate was issued for this private key. */
export function certifiesKey({ der }: Pick<EidasCertificate, "der">, privateKey: KeyObject): boolean {
  return new X509Certificate(der).checkPrivateKey(privateKey);
}

/** The public half of a key, of either half. */
export function publicHalf(key: KeyObject): KeyObject {
  return key.type === "private" ? createPublicKey(key) : key;
}

/**
 * Whether two keys, of either half, are one. Kinds are compared first: comparing keys of two kinds leaves an error in OpenSSL's queue,
 * and the next key that WebCrypto reads would be refused for it.
 */
export function isSameKey(one: KeyObject, other: KeyObject): boolean {
  return one.asymmetricKeyType === other.asymmetricKeyType && publicHalf(one).equals(publicHalf(other));
}

/** The key a certificate speaks of; nothing for a kind of key that OpenSSL does not know. */
export function certifiedKey({ der }: Pick<EidasCertificate, "der">): KeyObject | undefined {
  try {
    return new X509Certificate(der).publicKey;
  } catch {
    return undefined;
  }
}
