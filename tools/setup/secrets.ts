import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

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

/**
 * Every secret the platform makes for itself, one folder per service under `directory`, each made once and kept: passwords for
 * Postgres and NATS, the EdDSA key of each issuer of service tokens and the JWKS of their public halves, the key-encryption key of
 * bank-gateway, the session keys of bff.
 */
export function makeSecrets(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const publicKeys = issuers.map((issuer) => {
    const file = keepSecret(path.join(directory, issuer), "service-key.json", () => serviceKey(issuer));
    const { d: _private, ...publicKey }: Record<string, string> = JSON.parse(readSecret(file));
    return publicKey;
  });
  const jwks = JSON.stringify({ keys: publicKeys });
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
