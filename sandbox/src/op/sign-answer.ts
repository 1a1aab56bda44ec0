import { CompactSign, base64url, generateKeyPair, importJWK, type CompactJWSHeaderParameters } from "jose";
import type { IdToken } from "../faults/fault.ts";
import type { IdTokenKeys } from "./id-token-keys.ts";

/** Signs what a bank answers as a JWT, by the key that the fault switches left to it. */
export async function signAnswer(token: IdToken, keys: IdTokenKeys): Promise<string> {
  const finish = token.finish ?? ((jwt: string) => jwt);
  const claims = JSON.stringify(token.claims);
  const payload = new TextEncoder().encode(token.text?.(claims) ?? claims);
  const signer = token.signer ?? "published";
  if (signer === "none") return finish(`${base64url.encode(JSON.stringify(token.header))}.${base64url.encode(payload)}.`);
  const key = await keyFor(signer, token.header.alg, keys);
  const header = Object.fromEntries(Object.entries(token.header).filter(([, value]) => value !== undefined)) as CompactJWSHeaderParameters;
  const crit = Array.isArray(token.header["crit"]) ? { crit: Object.fromEntries((token.header["crit"] as string[]).map((name) => [name, true])) } : undefined;
  return finish(await new CompactSign(payload).setProtectedHeader(header).sign(key, crit));
}

async function keyFor(signer: Exclude<NonNullable<IdToken["signer"]>, "none">, alg: string, keys: IdTokenKeys): Promise<Parameters<CompactSign["sign"]>[0]> {
  switch (signer) {
    case "published":
      return alg === keys.other.alg ? keys.other.key : keys.current().key;
    case "published-for-another-alg":
      return importJWK(keys.privateJwks().findLast(({ kty }) => kty === "RSA") ?? {}, alg);
    case "other-published":
      return keys.other.key;
    case "unpublished":
      return (await generateKeyPair(alg === "ES256" ? "ES256" : keys.alg)).privateKey;
    case "public-key-as-secret":
      return new TextEncoder().encode(JSON.stringify(keys.current().publicJwk));
    default:
      return signer satisfies never;
  }
}
