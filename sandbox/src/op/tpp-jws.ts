import { X509Certificate } from "node:crypto";
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from "jose";
import { readTppCertificate } from "../ca/client-certificate.ts";
import { leadsToRoot, type Issuers } from "../ca/trusted-roots.ts";
import type { Bank } from "./bank.ts";
import type { PublishedKey } from "../http/jwks-reader.ts";

/** Algorithms third parties may sign with, and the key type each needs. */
const keyTypeOf: Readonly<Record<string, string>> = { RS256: "RSA", PS256: "RSA", ES256: "EC" };

type JwsProblem = "not-a-jws" | "algorithm" | "kid-missing" | "jwks-unreadable" | "kid-unknown" | "certificate" | "signature";

export type VerifiedJws =
  | { readonly ok: true; readonly claims: Readonly<Record<string, unknown>>; readonly organizationIdentifier: string; readonly isQwac: boolean }
  | { readonly ok: false; readonly problem: JwsProblem; readonly message: string };

/**
 * Verifies something a third party signed, with the key of that id in its published set, whatever algorithm the set
 * notes for the key. The key must carry a certificate issued by this bank, or below a root it trusts.
 */
export async function verifyTppJws(jws: string, jwksUrl: string, bank: Pick<Bank, "jwks" | "issuers">): Promise<VerifiedJws> {
  const header = readHeader(jws);
  if (header === undefined) return no("not-a-jws", "The body is not a compact JWS");
  const keyType = keyTypeOf[header.alg ?? ""];
  if (keyType === undefined) return no("algorithm", `The algorithm ${header.alg ?? "(none)"} is not accepted; use RS256, PS256 or ES256`);
  if (header.kid === undefined) return no("kid-missing", "The JWS header has no kid");
  const key = await readKey(bank, jwksUrl, header.kid);
  if (key === "unreadable") return no("jwks-unreadable", `The key set ${jwksUrl} cannot be read`);
  if (key === undefined) return no("kid-unknown", `There is no key ${header.kid} in ${jwksUrl}`);
  if (key.kty !== keyType) return no("algorithm", `The key ${header.kid} does not fit ${header.alg ?? ""}`);
  const certificate = certificateOf(key, bank.issuers);
  if (certificate === undefined) {
    return no("certificate", `The key ${header.kid} carries no certificate in x5c of an authority that this bank trusts`);
  }
  try {
    const { alg: _, use: __, ...bare } = key;
    await compactVerify(jws, await importJWK(bare as JWK, header.alg), { algorithms: [header.alg ?? ""] });
  } catch {
    return no("signature", "The signature does not verify");
  }
  return { ok: true, claims: decodeJwt(jws), ...certificate };
}

/** Claims of a JWS that nobody has verified yet; undefined where there are none. */
export function unverifiedClaims(jws: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeJwt(jws);
  } catch {
    return undefined;
  }
}

function readHeader(jws: string): { alg?: string | undefined; kid?: string | undefined } | undefined {
  try {
    decodeJwt(jws);
    const { alg, kid } = decodeProtectedHeader(jws);
    return { alg, kid };
  } catch {
    return undefined;
  }
}

async function readKey(bank: Pick<Bank, "jwks">, url: string, kid: string): Promise<PublishedKey | "unreadable" | undefined> {
  try {
    return await bank.jwks.find(url, kid);
  } catch {
    return "unreadable";
  }
}

/** Organisation and purpose in a key's certificate, provided an authority we trust issued it for that very key. */
function certificateOf(key: PublishedKey, { roots, between }: Issuers): { organizationIdentifier: string; isQwac: boolean } | undefined {
  try {
    const [leaf, ...shown] = (key.x5c ?? []).map((der) => new X509Certificate(Buffer.from(der, "base64")));
    if (leaf === undefined) return undefined;
    const inCertificate = leaf.publicKey.export({ format: "jwk" });
    const same = key.kty === "RSA" ? inCertificate.n === key["n"] : inCertificate.x === key["x"] && inCertificate.y === key["y"];
    if (!same || !leadsToRoot(leaf, { roots, between: [...shown, ...between] })) return undefined;
    const { organizationIdentifier, isQwac } = readTppCertificate(leaf.raw);
    return { organizationIdentifier, isQwac };
  } catch {
    return undefined;
  }
}

function no(problem: JwsProblem, message: string): VerifiedJws {
  return { ok: false, problem, message };
}
