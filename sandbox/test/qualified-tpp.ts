import "reflect-metadata";
import { createPrivateKey, type KeyObject, webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { Agent } from "undici";
import type { TestBank } from "./bank.ts";
import { call, plainAgent, type Answer } from "./tpp.ts";

/** A third party with certificates of the trust service provider. Like the other one it shares nothing with the banks but the wire. */

export const organizationIdentifier = "PSDFI-FINFSA-1234567-8";
export const qtspSecret = "sandbox-qtsp-secret";
export const directoryToken = "sandbox-directory-token";

export const roleOids = { AS: "0.4.0.19495.1.1", PI: "0.4.0.19495.1.2", AI: "0.4.0.19495.1.3", IC: "0.4.0.19495.1.4" } as const;
const typeOids = { esign: "0.4.0.1862.1.6.1", eseal: "0.4.0.1862.1.6.2", web: "0.4.0.1862.1.6.3" } as const;

export interface Wanted {
  readonly type?: keyof typeof typeOids | undefined;
  readonly roles?: readonly string[];
  readonly key?: "RSA" | "EC" | "EC384" | "RSA1024";
  readonly identifier?: string;
  readonly subject?: x509.JsonName;
  readonly authority?: { readonly name: string; readonly id: string };
  readonly withoutStatements?: boolean;
  readonly keys?: CryptoKeyPair;
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

export interface Held {
  readonly key: KeyObject;
  /** PEM, leaf first. */
  readonly chain: string;
  readonly certificate: X509Certificate;
}

export function subject(identifier = organizationIdentifier): x509.JsonName {
  return [{ C: ["FI"] }, { O: ["Example Ledger Oy"] }, { "2.5.4.97": [identifier] }, { CN: ["ledger.example"] }];
}

/** A certificate request in base64, its statements encoded here byte by byte. */
export async function certificateRequest(wanted: Wanted = {}): Promise<{ body: string; keys: CryptoKeyPair }> {
  const keys = wanted.keys ?? (await newKeys(wanted.key ?? "EC"));
  const signingAlgorithm = (wanted.key ?? "EC").startsWith("EC") ? { name: "ECDSA", hash: "SHA-256" } : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name(wanted.subject ?? subject(wanted.identifier)).toJSON(),
    keys,
    signingAlgorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "ledger.example" }]),
      ...(wanted.withoutStatements === true ? [] : [new x509.Extension("1.3.6.1.5.5.7.1.3", false, statements(wanted))]),
    ],
  });
  return { body: Buffer.from(request.rawData).toString("base64"), keys };
}

export async function enrol(
  bank: TestBank,
  body: string,
  headers: Record<string, string> = basic(),
  agent = plainAgent(bank),
  path = "simpleenroll",
): Promise<Answer> {
  return call(`${bank.endpoints.qtspUrl}/.well-known/est/${path}`, {
    method: "POST",
    headers: { "content-type": "application/pkcs10", "content-transfer-encoding": "base64", ...headers },
    body,
    agent,
  });
}

export function basic(secret = qtspSecret): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`tpp:${secret}`).toString("base64")}` };
}

/** The certificates of a PKCS#7 answer, leaf first. */
export function certificatesOf(answer: Answer): X509Certificate[] {
  return new x509.X509Certificates(Buffer.from(answer.text, "base64")).map((each) => new X509Certificate(Buffer.from(each.rawData)));
}

export async function hold(bank: TestBank, wanted: Wanted = {}): Promise<Held> {
  const { body, keys } = await certificateRequest(wanted);
  const answer = await enrol(bank, body);
  if (answer.status !== 200) throw new Error(answer.text);
  const [certificate, ...rest] = certificatesOf(answer);
  if (certificate === undefined) throw new Error("no certificate");
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  return { certificate, chain: [certificate, ...rest].map(String).join(""), key: createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }) };
}

export function agentOf(bank: TestBank, { key, chain }: Held): Agent {
  return new Agent({ connect: { ca: bank.ca, cert: chain, key: key.export({ type: "pkcs8", format: "pem" }) } });
}

/** One call to the directory. */
export async function directory<T = Record<string, unknown>>(
  bank: TestBank,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  return call<T>(`${bank.endpoints.directoryUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${directoryToken}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    agent: plainAgent(bank),
  });
}

async function newKeys(type: "RSA" | "EC" | "EC384" | "RSA1024"): Promise<CryptoKeyPair> {
  const algorithm =
    type === "EC" || type === "EC384"
      ? { name: "ECDSA", namedCurve: type === "EC" ? "P-256" : "P-384" }
      : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]), modulusLength: type === "RSA" ? 2048 : 1024 };
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function statements({ type = "web", roles = [roleOids.AI], authority = { name: "Finnish Financial Supervisory Authority", id: "FI-FINFSA" } }: Wanted): Buffer {
  const psd2 = der(0x30, der(0x30, ...roles.map((role) => der(0x30, oid(role), utf8("whatever name")))), utf8(authority.name), utf8(authority.id));
  return der(0x30, der(0x30, oid("0.4.0.1862.1.6"), der(0x30, oid(typeOids[type]))), der(0x30, oid("0.4.0.19495.2"), psd2));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text));
}

function oid(dotted: string): Buffer {
  const [a = 0, b = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = rest.flatMap((part) =>
    part < 128 ? [part] : part < 16_384 ? [(part >> 7) | 128, part & 127] : [(part >> 14) | 128, ((part >> 7) & 127) | 128, part & 127],
  );
  return der(0x06, Buffer.from([a * 40 + b, ...bytes]));
}
