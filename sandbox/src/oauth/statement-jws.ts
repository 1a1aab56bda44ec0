import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from "jose";
import type { JwksReader } from "../http/jwks-reader.ts";

type Claims = Readonly<Record<string, unknown>>;

/**
 * Verifies a compact JWS: PS256, by a signature key of that `kid` in the published set. Keys, certificates and addresses in
 * the header are never looked at. Throws `refuse` with what is wrong.
 */
export async function verifyJws(jws: string, jwksUrl: string, { jwks, refuse }: { jwks: JwksReader; refuse: (text: string) => Error }): Promise<Claims> {
  const { alg, kid } = readHeader(jws, refuse);
  if (alg !== "PS256") throw refuse(`The algorithm ${alg ?? "(none)"} is not accepted; sign with PS256`);
  if (kid === undefined) throw refuse("The JWS header has no kid");
  const keys = await jwks.read(jwksUrl).catch(() => {
    throw refuse(`The key set ${jwksUrl} cannot be read`);
  });
  const key = keys.find((each) => each.kid === kid && each["use"] !== "tls");
  if (key === undefined) throw refuse(`There is no signature key ${kid} in ${jwksUrl}`);
  try {
    await compactVerify(jws, await importJWK({ ...key, alg } as JWK, alg), { algorithms: [alg] });
  } catch {
    throw refuse("The signature does not verify");
  }
  return decodeJwt(jws);
}

/** Claims of a JWS that nobody has verified yet; undefined where there are none. */
export function unverifiedClaims(jws: unknown): Claims | undefined {
  try {
    return decodeJwt(typeof jws === "string" ? jws : "");
  } catch {
    return undefined;
  }
}

function readHeader(jws: string, refuse: (text: string) => Error): { alg?: string | undefined; kid?: string | undefined } {
  try {
    return decodeProtectedHeader(jws);
  } catch {
    throw refuse("This is not a compact JWS");
  }
}
