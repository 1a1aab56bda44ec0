import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { OplError } from "@opl/errors";

export const services = ["tpp-registry", "bank-gateway", "consent", "ingest", "analytics", "bff"] as const;
export type Service = (typeof services)[number];

/** Schema and role of a service in Postgres: `opl_bank_gateway`. */
export function schemaOf(service: Service): string {
  return `opl_${service.replaceAll("-", "_")}`;
}

/** Who issues service tokens: the services, and an operator at the command line. */
export const issuers = [...services, "operator"] as const;

/** Writes so that the file is whole or absent, also when the machine goes down; readable by its owner only. */
export function writePrivate(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, file);
}

/** The path of the secret; it is made when it is not there yet. 256 random bits, base64url, unless `make` says otherwise. */
export function keepSecret(directory: string, name: string, make: () => string = () => randomBytes(32).toString("base64url")): string {
  const file = path.join(directory, name);
  if (!existsSync(file)) writePrivate(file, make());
  chmodSync(file, 0o600);
  return file;
}

export function readSecret(file: string): string {
  return readFileSync(file, "utf8").trim();
}

function serviceKey(issuer: string): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  return JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: issuer, alg: "EdDSA", use: "sig" });
}

type PublicKey = Readonly<Record<string, string>>;

function publicHalf(privateKey: string): PublicKey {
  const { d: _private, ...publicKey }: Record<string, string> = JSON.parse(privateKey);
  return publicKey;
}

/** The key of an operator's own, where that person keeps it. */
export function operatorKeyFile(directory: string): string {
  return path.join(directory, "operator-key.json");
}

/**
 * Makes the key of one operator by name, on that person's machine, once. @returns its public half, which whoever keeps the platform's
 * secrets puts into `operators/`
 */
export function makeOperatorKey(directory: string, name: string): PublicKey {
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) throw refused("An operator's name is of small letters, digits, dots, hyphens and underscores.");
  const file = operatorKeyFile(directory);
  if (existsSync(file)) throw refused(`${file} exists already.`);
  return publicHalf(readSecret(keepSecret(directory, path.basename(file), () => serviceKey(`operator:${name}`))));
}

/** Public halves of the keys of operators by name: the files of `operators/`. */
function namedOperators(directory: string): PublicKey[] {
  const folder = path.join(directory, "operators");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const key: Record<string, unknown> = JSON.parse(readSecret(path.join(folder, file)));
      const { kty, crv, x, kid } = key;
      if ("d" in key) throw refused(`${path.join(folder, file)} holds a private key; only its public half belongs there.`);
      if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || typeof kid !== "string" || !/^operator:[^:]+(:[^:]+)?$/.test(kid))
        throw refused(`${path.join(folder, file)} is no public key of an operator.`);
      return { kty, crv, x, kid, alg: "EdDSA", use: "sig" };
    });
}

function refused(message: string): OplError {
  return new OplError({ code: "ERR_SETUP_OPERATOR", kind: "invalid", message });
}

/**
 * Every secret the platform makes for itself, one folder per service under `directory`, each made once and kept: passwords for
 * Postgres and NATS, the EdDSA key of each issuer of service tokens and the JWKS of their public halves and of those of operators by name, the key-encryption key of
 * bank-gateway, the session keys of bff.
 */
export function makeSecrets(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const publicKeys = issuers.map((issuer) => {
    const file = keepSecret(path.join(directory, issuer), "service-key.json", () => serviceKey(issuer));
    return publicHalf(readSecret(file));
  });
  const jwks = JSON.stringify({ keys: [...publicKeys, ...namedOperators(directory)] });
  for (const service of services) {
    const own = path.join(directory, service);
    keepSecret(own, "database-password");
    keepSecret(own, "nats-password");
    writePrivate(path.join(own, "service-jwks.json"), jwks);
  }
  writePrivate(path.join(directory, "operator", "service-jwks.json"), jwks);
  keepSecret(path.join(directory, "operator"), "nats-password");
  keepSecret(path.join(directory, "bank-gateway"), "kek", () => `kek-1:${randomBytes(32).toString("base64")}`);
  keepSecret(path.join(directory, "bff"), "session-secret");
  keepSecret(path.join(directory, "bff"), "session-binding-key");
}
