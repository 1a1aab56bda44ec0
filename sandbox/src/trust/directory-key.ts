import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { makeFolderFor, readFileIfPresent, writeFileAtomic } from "../state/atomic-file.ts";

/** The key that signs software statements. */
export interface DirectoryKey {
  sign(claims: object): Promise<string>;
  published(): Promise<{ keys: JWK[] }>;
}

const alg = "PS256";
const fileSchema = z.looseObject({ kty: z.literal("RSA"), kid: z.string() });

/** Made when it is needed first: most starts of the sandbox never ask the directory. */
export function openDirectoryKey(folder: string): DirectoryKey {
  const file = join(folder, "directory-key.json");
  let jwk: Promise<JWK & { kid: string }> | undefined;
  const privateKey = (): Promise<JWK & { kid: string }> => (jwk ??= readOrMake(file));
  return {
    async sign(claims) {
      const key = await privateKey();
      return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg, kid: key.kid, typ: "JWT" }).sign(await importJWK(key, alg));
    },
    async published() {
      const { kty, n, e, kid } = await privateKey();
      return { keys: [{ kty: kty ?? "RSA", n: n ?? "", e: e ?? "", kid, alg, use: "sig" }] };
    },
  };
}

async function readOrMake(file: string): Promise<JWK & { kid: string }> {
  const stored = readFileIfPresent(file);
  if (stored !== undefined) return fileSchema.parse(JSON.parse(stored));
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const made = { ...(await exportJWK(privateKey)), kid: randomUUID() };
  makeFolderFor(file);
  writeFileAtomic(file, JSON.stringify(made));
  return made;
}
