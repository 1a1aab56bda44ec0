import { permissionsOf } from "./permissions.ts";
import type { Permissions } from "./permissions.ts";

export interface NatsUser {
  readonly service: string;
  /** The password, or the name of the variable that holds it: of `variablesFile`, or of the server's environment. */
  readonly password: string | { readonly variable: string };
}

export interface NatsServerConfig {
  readonly host?: string;
  readonly port: number;
  readonly storeDir: string;
  /** One user a service, named like it. */
  readonly users: readonly NatsUser[];
  /** The user `operator` may do everything. */
  readonly operatorPassword: NatsUser["password"];
  /** Users outside the platform that read facts: what they may do is given. */
  readonly subscribers?: readonly (NatsUser & { readonly permissions: Permissions })[];
  /** Server 2.10 and later only: older ones refuse to start with it. */
  readonly syncAlways?: boolean;
  readonly maxStoreBytes?: number;
  /** Port of the health and monitoring page; none without it. */
  readonly monitorPort?: number;
  /** A file beside this one with `NAME: "value"` for each variable, read first. */
  readonly variablesFile?: string;
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile: string };
}

/**
 * The text of nats-server.conf: JetStream on disk, no anonymous user, one user a service that can publish its own facts
 * and read its own durables and nothing else. Uses only what server 2.9 knows, unless asked.
 */
export function natsServerConfig(config: NatsServerConfig): string {
  const users = [
    ...config.users.map((user) => userBlock(user.service, user.password, permissionsOf(user.service))),
    ...(config.subscribers ?? []).map((user) => userBlock(user.service, user.password, user.permissions)),
    userBlock("operator", config.operatorPassword, { publish: [">"], subscribe: [">"] }),
  ];
  return `# Generated from the event catalogue; see libs/messaging/src/server-config.ts.
${config.variablesFile === undefined ? "" : `include ${quote(config.variablesFile)}\n`}listen: ${quote(`${config.host ?? "127.0.0.1"}:${config.port}`)}
${config.monitorPort === undefined ? "" : `http: ${config.monitorPort}\n`}max_payload: 1MB
max_connections: 1000
write_deadline: "10s"
${config.tls === undefined ? "" : `tls { cert_file: ${quote(config.tls.certFile)}, key_file: ${quote(config.tls.keyFile)}, ca_file: ${quote(config.tls.caFile)}, timeout: 5 }\n`}jetstream {
  store_dir: ${quote(config.storeDir)}
  max_memory_store: 64MB
  max_file_store: ${config.maxStoreBytes ?? 20 * 1024 ** 3}
${config.syncAlways === true ? "  sync_interval: always\n" : ""}}
authorization {
  timeout: 3
  users: [
${users.join("\n")}
  ]
}
`;
}

function userBlock(name: string, password: NatsUser["password"], { publish, subscribe }: Permissions): string {
  const secret = typeof password === "string" ? quote(password) : `$${password.variable}`;
  const list = (subjects: readonly string[]): string => subjects.map((subject) => `\n          ${quote(subject)}`).join("");
  return `    {
      user: ${quote(name)}
      password: ${secret}
      permissions: {
        publish: { allow: [${list(publish)}
        ] }
        subscribe: { allow: [${list(subscribe)}
        ] }
      }
    }`;
}

function quote(text: string): string {
  if (/["\\\n\r]/.test(text)) throw new TypeError("Quotes, backslashes and line breaks have no place in this configuration.");
  return `"${text}"`;
}
