import path from "node:path";
import type { DemoLogin, SandboxSecrets } from "../setup/demo-secrets.ts";
import { schemaOf, type Service } from "../setup/secrets.ts";

/** What the sandbox banks say of themselves when they are ready. */
export interface SandboxEndpoints {
  readonly certGenerationUrl: string;
  readonly registrationUrl: string;
  readonly tokenUrl: string;
  readonly aisBaseUrl: string;
  readonly pisBaseUrl: string;
  readonly cofBaseUrl: string;
  readonly paymentsJwksUrl: string;
  readonly authorizeUrl: string;
  readonly issuer: string;
  readonly oidcJwksUrl: string;
  readonly caFile: string;
  readonly crlUrl: string;
  readonly adminUrl: string;
  readonly qtspUrl: string;
  readonly directoryUrl: string;
  readonly directoryJwksUrl: string;
  readonly uk: {
    readonly issuer: string;
    readonly registrationUrl: string;
    readonly tokenUrl: string;
    readonly wellKnownUrl: string;
    readonly bankId: string;
  };
  readonly berlinGroup: { readonly baseUrl: string };
  readonly fapi: Readonly<Record<"fapi1" | "fapi2" | "decoupled", { readonly issuer: string; readonly pageUrl: string }>>;
}

export interface Surroundings {
  readonly root: string;
  readonly secretsDir: string;
  readonly origin: string;
  readonly ports: Readonly<Record<Service, number>>;
  readonly database: { readonly host: string; readonly port: number; readonly name: string };
  readonly natsUrl: string;
  readonly sandbox: SandboxEndpoints;
  readonly sandboxSecrets: SandboxSecrets;
  readonly logLevel: string;
  readonly demo: DemoLogin;
  readonly operator: DemoLogin;
}

const calls: Readonly<Record<Service, readonly Service[]>> = {
  "tpp-registry": ["bank-gateway"],
  "bank-gateway": [],
  consent: ["bank-gateway"],
  ingest: ["bank-gateway"],
  analytics: ["ingest"],
  bff: ["bank-gateway", "consent", "ingest", "analytics", "tpp-registry"],
};

/**
 * The environment of one service on this machine; nothing of the caller's own environment gets in but PATH, OTEL_ settings and how the UK
 * bank registers us.
 */
export function environmentOf(service: Service, around: Surroundings): Record<string, string> {
  const secret = (name: string): string => path.join(around.secretsDir, service, name);
  const common: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    OPL_HTTP_HOST: "127.0.0.1",
    OPL_HTTP_PORT: String(around.ports[service]),
    OPL_DATABASE_URL: `postgres://${schemaOf(service)}@${around.database.host}:${around.database.port}/${around.database.name}`,
    OPL_DATABASE_PASSWORD_FILE: secret("database-password"),
    OPL_NATS_URL: around.natsUrl,
    OPL_NATS_USER: service,
    OPL_NATS_PASSWORD_FILE: secret("nats-password"),
    OPL_SERVICE_KEY_FILE: secret("service-key.json"),
    OPL_SERVICE_JWKS_FILE: secret("service-jwks.json"),
    OPL_LOG_LEVEL: around.logLevel,
    OTEL_SERVICE_NAME: service,
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name, value]) => name.startsWith("OTEL_") && name !== "OTEL_SERVICE_NAME" && value !== undefined),
    ),
    ...Object.fromEntries(calls[service].map((called) => [`OPL_${called.toUpperCase().replaceAll("-", "_")}_URL`, `http://127.0.0.1:${around.ports[called]}`])),
  };
  return { ...common, ...own[service](around, secret) };
}

const own: Readonly<Record<Service, (around: Surroundings, secret: (name: string) => string) => Record<string, string>>> = {
  "bank-gateway": (around, secret) => ({
    OPL_KEK_FILE: secret("kek"),
    OPL_TPP_JWKS_URL: `${around.origin}/.well-known/tpp-jwks.json`,
    OPL_QTSP_EST_URL: around.sandbox.qtspUrl,
    OPL_QTSP_SECRET_FILE: around.sandboxSecrets.qtspSecret,
    OPL_QTSP_CA_BUNDLE_PATH: around.sandbox.caFile,
    OPL_CRL_URLS: around.sandbox.crlUrl,
    OPL_QTSP_SUBJECT_FILE: around.sandboxSecrets.certificateSubject,
    UK_ISSUER: around.sandbox.uk.issuer,
    UK_AUDIENCE: around.sandbox.uk.bankId,
    UK_DIRECTORY_URL: around.sandbox.directoryUrl,
    UK_DIRECTORY_TOKEN_FILE: around.sandboxSecrets.directoryToken,
    UK_CA_BUNDLE_PATH: around.sandbox.caFile,
    ...(process.env["UK_REGISTRATION"] === undefined ? {} : { UK_REGISTRATION: process.env["UK_REGISTRATION"] }),
    BG_XS2A_BASE_URL: around.sandbox.berlinGroup.baseUrl,
    BG_CA_BUNDLE_PATH: around.sandbox.caFile,
    FAPI_SANDBOX_URL: new URL(around.sandbox.fapi.fapi2.issuer).origin,
    FAPI_SANDBOX_PAGES_URL: new URL(around.sandbox.fapi.fapi2.pageUrl).origin,
    FAPI_SANDBOX_DIRECTORY_URL: around.sandbox.directoryUrl,
    FAPI_SANDBOX_DIRECTORY_TOKEN_FILE: around.sandboxSecrets.directoryToken,
    FAPI_SANDBOX_CA_BUNDLE_PATH: around.sandbox.caFile,
    OP_API_KEY_FILE: around.sandboxSecrets.portalKey,
    OP_CERT_GENERATION_URL: around.sandbox.certGenerationUrl,
    OP_REGISTRATION_URL: around.sandbox.registrationUrl,
    OP_TOKEN_URL: around.sandbox.tokenUrl,
    OP_AIS_BASE_URL: around.sandbox.aisBaseUrl,
    OP_PIS_BASE_URL: around.sandbox.pisBaseUrl,
    OP_COF_BASE_URL: around.sandbox.cofBaseUrl,
    OP_PAYMENTS_JWKS_URL: around.sandbox.paymentsJwksUrl,
    OP_AUTHORIZE_URL: around.sandbox.authorizeUrl,
    OP_ISSUER: around.sandbox.issuer,
    OP_OIDC_JWKS_URL: around.sandbox.oidcJwksUrl,
    OP_CA_BUNDLE_PATH: around.sandbox.caFile,
  }),
  "tpp-registry": (around) => ({
    OPL_PUBLIC_ORIGIN: around.origin,
    OPL_TPP_ASPSPS: "op,uk-sandbox,berlin-group-sandbox,fapi1-sandbox,fapi2-sandbox,decoupled-sandbox",
    OPL_TPP_NAME: "One Point Ledger Demo TPP",
    OPL_TPP_COUNTRY: "FI",
    OPL_TPP_ROLES: "AIS,PIS,CBPII",
    OPL_TPP_ORG_NAME: "One Point Ledger Demo Oy",
    OPL_TPP_CONTACTS: JSON.stringify([{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }]),
    OPL_TPP_SOFTWARE_CLIENT_NAME: "One Point Ledger",
    OPL_TPP_SOFTWARE_CLIENT_URI: "https://ledger.example",
  }),
  consent: (around) => ({ OPL_PUBLIC_ORIGIN: around.origin }),
  ingest: () => ({}),
  analytics: () => ({}),
  bff: (around, secret) => ({
    OPL_PUBLIC_ORIGIN: around.origin,
    OPL_WEB_DIR: path.join(around.root, "web", "dist"),
    OPL_SESSION_SECRET_FILE: secret("session-secret"),
    OPL_SESSION_BINDING_KEY_FILE: secret("session-binding-key"),
    OPL_DEMO_EMAIL: around.demo.email,
    OPL_DEMO_PASSWORD_FILE: around.demo.passwordFile,
    OPL_OPERATOR_EMAIL: around.operator.email,
    OPL_OPERATOR_PASSWORD_FILE: around.operator.passwordFile,
  }),
};
