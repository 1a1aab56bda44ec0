import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from "jose";
import { z } from "zod";
import { makeFolderFor, readFileIfPresent, writeFileAtomic } from "../state/atomic-file.ts";

interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
  readonly publicJwk: JWK;
}

type RsaAlgorithm = "RS256" | "PS256";

/** The keys that sign what a bank answers, and the set that everybody may read. */
export interface IdTokenKeys {
  current(): SigningKey;
  /** A key of another type, published too, for tokens signed with the wrong algorithm. */
  readonly other: SigningKey & { readonly alg: "ES256" };
  readonly alg: RsaAlgorithm;
  privateJwks(): JWK[];
  published(): { keys: JWK[] };
  /** From now on a new key signs; the old one stays published. */
  rotate(): Promise<void>;
}

const fileSchema = z.object({ rsa: z.array(z.record(z.string(), z.unknown())).min(1), ec: z.record(z.string(), z.unknown()) });

export async function openIdTokenKeys(folder: string, alg: RsaAlgorithm = "RS256"): Promise<IdTokenKeys> {
  const file = join(folder, "id-token-keys.json");
  makeFolderFor(file);
  const stored = readFileIfPresent(file);
  const jwks = stored === undefined ? { rsa: [await newJwk(alg)], ec: await newJwk("ES256") } : fileSchema.parse(JSON.parse(stored));
  const save = (): void => writeFileAtomic(file, JSON.stringify(jwks));
  if (stored === undefined) save();
  const rsa = await Promise.all(jwks.rsa.map((jwk) => signingKey(jwk, alg)));
  const other = await signingKey(jwks.ec, "ES256");
  return {
    alg,
    privateJwks: () => [...jwks.rsa, jwks.ec] as JWK[],
    other: { ...other, alg: "ES256" },
    current: () => rsa.at(-1) ?? other,
    published: () => ({ keys: [...rsa, other].map((each) => each.publicJwk) }),
    async rotate() {
      const jwk = await newJwk(alg);
      jwks.rsa = [...jwks.rsa, jwk];
      rsa.push(await signingKey(jwk, alg));
      save();
    },
  };
}

async function newJwk(alg: RsaAlgorithm | "ES256"): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: `PSD2_OIDC-${randomUUID()}` };
}

async function signingKey(jwk: Record<string, unknown>, alg: string): Promise<SigningKey> {
  const key = (await importJWK(jwk as JWK, alg)) as CryptoKey;
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicJwk } = jwk as JWK;
  return { kid: String(jwk["kid"]), key, publicJwk };
}
