import { randomUUID } from "node:crypto";
import { CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { makeFolderFor, readFileIfPresent, writeFileAtomic } from "./atomic-file.ts";

type PrivateJwk = JWK & { readonly kid: string };

/** A PS256 key kept in a file. */
export interface SigningKey {
  sign(claims: object): Promise<string>;
  /** A detached JWS (RFC 7515, appendix F) over exactly these bytes. */
  signDetached(content: string): Promise<string>;
  published(): Promise<{ keys: JWK[] }>;
  privateJwk(): Promise<PrivateJwk>;
}

const alg = "PS256";
const fileSchema = z.looseObject({ kty: z.literal("RSA"), kid: z.string() });

/** Opens the key of `file`. It is made when it is needed first: most starts of the sandbox never ask for it. */
export function openSigningKey(file: string): SigningKey {
  let jwk: Promise<PrivateJwk> | undefined;
  const privateJwk = (): Promise<PrivateJwk> => (jwk ??= readOrMake(file));
  return {
    privateJwk,
    async sign(claims) {
      const key = await privateJwk();
      return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg, kid: key.kid, typ: "JWT" }).sign(await importJWK(key, alg));
    },
    async signDetached(content) {
      const key = await privateJwk();
      const compact = await new CompactSign(Buffer.from(content)).setProtectedHeader({ alg, kid: key.kid }).sign(await importJWK(key, alg));
      const [header = "", , signature = ""] = compact.split(".");
      return `${header}..${signature}`;
    },
    async published() {
      const { kty = "RSA", n = "", e = "", kid } = await privateJwk();
      return { keys: [{ kty, n, e, kid, alg, use: "sig" }] };
    },
  };
}

async function readOrMake(file: string): Promise<PrivateJwk> {
  const stored = readFileIfPresent(file);
  if (stored !== undefined) return fileSchema.parse(JSON.parse(stored));
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const made = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg, use: "sig" };
  makeFolderFor(file);
  writeFileAtomic(file, JSON.stringify(made));
  return made;
}
