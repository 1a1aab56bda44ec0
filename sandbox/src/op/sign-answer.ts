import { createPublicKey, type KeyObject } from "node:crypto";
import { CompactSign, base64url, generateKeyPair, importJWK, type CompactJWSHeaderParameters } from "jose";
import { newEcKey, newRsaKey, publicCryptoKey, signingCryptoKey, webCryptoAlgorithm } from "../ca/keys.ts";
import { x509 } from "../ca/x509.ts";
import type { IdToken } from "../faults/fault.ts";
import type { IdTokenKeys } from "./id-token-keys.ts";

/** Signs what a bank answers as a JWT, by the key that the fault switches left to it. */
export async function signAnswer(token: IdToken, keys: IdTokenKeys): Promise<string> {
  const finish = token.finish ?? ((jwt: string) => jwt);
  const claims = JSON.stringify(token.claims);
  const payload = new TextEncoder().encode(token.text?.(claims) ?? claims);
  const signer = token.signer ?? "published";
  if (signer === "none") return finish(`${base64url.encode(JSON.stringify(token.header))}.${base64url.encode(payload)}.`);
  const named = signer === "other-published-by-name" ? { kid: keys.other.kid } : {};
  const { key, members } =
    signer === "in-header" ? await broughtAlong(token.header.alg) : { key: await keyFor(signer, token.header.alg, keys), members: named };
  const header = Object.fromEntries(Object.entries({ ...token.header, ...members }).filter(([, value]) => value !== undefined)) as CompactJWSHeaderParameters;
  const crit = Array.isArray(token.header["crit"]) ? { crit: Object.fromEntries((token.header["crit"] as string[]).map((name) => [name, true])) } : undefined;
  return finish(await new CompactSign(payload).setProtectedHeader(header).sign(key, crit));
}

/** A new key, and the header members (RFC 7515 4.1.3, 4.1.6) by which the reader is to trust it. */
async function broughtAlong(alg: string): Promise<{ key: KeyObject; members: Record<string, unknown> }> {
  const key = alg === "ES256" ? await newEcKey() : await newRsaKey(2048);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=A key that came along",
    keys: { privateKey: await signingCryptoKey(key), publicKey: await publicCryptoKey(key) },
    signingAlgorithm: webCryptoAlgorithm(key),
  });
  const jwk = createPublicKey(key).export({ format: "jwk" });
  return { key, members: { jwk, x5c: [Buffer.from(certificate.rawData).toString("base64")] } };
}

async function keyFor(
  signer: Exclude<NonNullable<IdToken["signer"]>, "none" | "in-header">,
  alg: string,
  keys: IdTokenKeys,
): Promise<Parameters<CompactSign["sign"]>[0]> {
  if (typeof signer === "object") return new TextEncoder().encode(signer.secret);
  switch (signer) {
    case "published":
      return alg === keys.other.alg ? keys.other.key : keys.current().key;
    case "published-for-another-alg":
      return importJWK(keys.privateJwks().findLast(({ kty }) => kty === "RSA") ?? {}, alg);
    case "other-published":
    case "other-published-by-name":
      return keys.other.key;
    case "unpublished":
      return (await generateKeyPair(alg === "ES256" ? "ES256" : keys.alg)).privateKey;
    case "public-key-as-secret":
      return new TextEncoder().encode(JSON.stringify(keys.current().publicJwk));
    default:
      return signer satisfies never;
  }
}
