import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { natsPasswords, natsPasswordsFile } from "./nats-passwords.ts";
import { issuers, readSecret } from "./secrets.ts";

const namespace = "one-point-ledger";
const jwksFile = "service-jwks.json";

interface SecretObject {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly type?: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly stringData: Readonly<Record<string, string>>;
}

interface ConfigMapObject {
  readonly apiVersion: "v1";
  readonly kind: "ConfigMap";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data: Readonly<Record<string, string>>;
}

function secret(name: string, stringData: Readonly<Record<string, string>>, type?: string): SecretObject {
  return { apiVersion: "v1", kind: "Secret", ...(type === undefined ? {} : { type }), metadata: { name, namespace }, stringData };
}

/**
 * What a cluster has to hold before `deploy/k8s` runs there, from a folder of secrets: a Secret for each service and for the operator,
 * the passwords of NATS and of the Postgres superuser, and the public keys of all as ConfigMap. What others give out is not in it: the
 * banks' portal keys, the certificate of the ingress, access to the backup store.
 */
export function kubernetesObjects(secretsDir: string): (SecretObject | ConfigMapObject)[] {
  const own = issuers.map((name) => {
    const folder = path.join(secretsDir, name);
    const files = readdirSync(folder)
      .filter((file) => file !== jwksFile)
      .toSorted();
    return secret(`${name}-secrets`, Object.fromEntries(files.map((file) => [file, readFileSync(path.join(folder, file), "utf8")])));
  });
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "service-jwks", namespace },
      data: { [jwksFile]: readFileSync(path.join(secretsDir, "operator", jwksFile), "utf8") },
    },
    ...own,
    secret("nats-secrets", { [natsPasswordsFile]: natsPasswords(secretsDir) }),
    secret(
      "postgres-superuser",
      { username: "postgres", password: readSecret(path.join(secretsDir, "postgres", "admin-password")) },
      "kubernetes.io/basic-auth",
    ),
  ];
}
