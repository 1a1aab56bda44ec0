import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bankGatewayRoutes } from "@opl/contracts/http/bank-gateway";
import type { Messaging } from "@opl/messaging";
import { createClient, parseConfig } from "@opl/service";
import type { Client, Clock, PsuContext } from "@opl/service";
import { silentLogger, testDatabase, testMessaging, testTokens } from "@opl/testkit";
import type { TestDatabase, TestTokens } from "@opl/testkit";
import { createApp } from "../src/app.ts";
import type { GatewayApp, Overrides } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import type { Tables } from "../src/db/tables.ts";
import { visitBank } from "./browser.ts";
import { portalApiKey } from "./sandbox.ts";
import type { Sandbox } from "./sandbox.ts";
import { redirectUri, terms, tpp } from "./terms.ts";

type GatewayClient = Client<typeof bankGatewayRoutes>;

/** A gateway in this process over a schema and subjects of its own, with the clients of its callers. */
export interface TestGateway extends AsyncDisposable {
  readonly app: GatewayApp;
  readonly database: TestDatabase<Tables>;
  readonly messaging: Messaging;
  readonly tokens: TestTokens;
  /** What a process of its own needs to be another replica. */
  readonly env: Readonly<Record<string, string>>;
  readonly as: Readonly<Record<"consent" | "ingest" | "tpp-registry" | "bff" | "operator", GatewayClient>>;
  /** Another replica over the same schema. */
  replica(overrides?: Overrides & { env?: Record<string, string> }): Promise<{ app: GatewayApp; as: TestGateway["as"] } & AsyncDisposable>;
}

export async function startGateway(
  sandbox: Sandbox,
  overrides: Overrides & { clock?: Clock; env?: Record<string, string>; /** OP alone unless it says so. */ everyBank?: boolean } = {},
): Promise<TestGateway> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "opl-gateway-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const database = stack.use(await testDatabase<Tables>({ service: "bank-gateway" }));
  const messaging = stack.use(await testMessaging({ name: "bank-gateway" }));
  const tokens = testTokens();
  const others = overrides.everyBank === true ? otherBanks(folder, sandbox) : {};
  const env = { ...environment(folder, sandbox, database.url, tokens), ...others, ...overrides.env };
  const start = async ({ env: moreEnv, ...more }: Overrides & { env?: Record<string, string> } = {}) => {
    const config = parseConfig(configSchema, { ...env, ...moreEnv }, { service: "bank-gateway" });
    const app = await createApp(config, { logger: silentLogger(), database: database.database, messaging, ...overrides, ...more });
    const client = (service: string) => createClient(bankGatewayRoutes, { baseUrl: app.address, audience: "bank-gateway", tokens: tokens.for(service) });
    const as = {
      consent: client("consent"),
      ingest: client("ingest"),
      "tpp-registry": client("tpp-registry"),
      bff: client("bff"),
      operator: client("operator"),
    };
    return { app, as, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
  };
  const first = stack.use(await start());
  const all = stack.move();
  return {
    ...first,
    database,
    messaging,
    tokens,
    env: { ...env, OPL_DATABASE_SCHEMA: database.schema },
    replica: start,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function environment(folder: string, { endpoints }: Sandbox, databaseUrl: string, tokens: TestTokens): Record<string, string> {
  const file = filesIn(folder);
  return {
    OPL_HTTP_PORT: "0",
    OPL_DATABASE_URL: databaseUrl,
    OPL_NATS_URL: "nats://127.0.0.1:1",
    OPL_SERVICE_KEY_FILE: file("key.json", JSON.stringify(tokens.privateJwk("bank-gateway"))),
    OPL_SERVICE_JWKS_FILE: file("jwks.json", JSON.stringify(tokens.jwks)),
    OPL_KEK_FILE: file("kek", `test:${randomBytes(32).toString("base64")}`),
    OP_API_KEY_FILE: file("api-key", portalApiKey),
    OP_CERT_GENERATION_URL: endpoints.certGenerationUrl,
    OP_REGISTRATION_URL: endpoints.registrationUrl,
    OP_TOKEN_URL: endpoints.tokenUrl,
    OP_AIS_BASE_URL: endpoints.aisBaseUrl,
    OP_PIS_BASE_URL: endpoints.pisBaseUrl,
    OP_COF_BASE_URL: endpoints.cofBaseUrl,
    OP_PAYMENTS_JWKS_URL: endpoints.paymentsJwksUrl,
    OP_AUTHORIZE_URL: endpoints.authorizeUrl,
    OP_ISSUER: endpoints.issuer,
    OP_OIDC_JWKS_URL: endpoints.oidcJwksUrl,
    OP_CA_BUNDLE_PATH: endpoints.caFile,
    OPL_QTSP_EST_URL: endpoints.qtspUrl,
    OPL_QTSP_SECRET_FILE: file("qtsp-secret", "sandbox-qtsp-secret"),
    OPL_QTSP_CA_BUNDLE_PATH: endpoints.caFile,
    OPL_TPP_JWKS_URL: "https://ledger.example/.well-known/tpp-jwks.json",
  };
}

/** The banks that are there only when they are set. */
function otherBanks(folder: string, { endpoints }: Sandbox): Record<string, string> {
  return {
    UK_ISSUER: endpoints.uk.issuer,
    UK_AUDIENCE: endpoints.uk.bankId,
    UK_DIRECTORY_URL: endpoints.directoryUrl,
    UK_DIRECTORY_TOKEN_FILE: filesIn(folder)("directory-token", "sandbox-directory-token"),
    UK_CA_BUNDLE_PATH: endpoints.caFile,
    BG_XS2A_BASE_URL: endpoints.berlinGroup.baseUrl,
    BG_CA_BUNDLE_PATH: endpoints.caFile,
    FAPI_SANDBOX_URL: new URL(endpoints.fapi.fapi1.issuer).origin,
    FAPI_SANDBOX_PAGES_URL: new URL(endpoints.fapi.fapi1.pageUrl).origin,
    FAPI_SANDBOX_DIRECTORY_URL: endpoints.directoryUrl,
    FAPI_SANDBOX_DIRECTORY_TOKEN_FILE: filesIn(folder)("directory-token", "sandbox-directory-token"),
    FAPI_SANDBOX_CA_BUNDLE_PATH: endpoints.caFile,
  };
}

/** Secrets are never values. */
function filesIn(folder: string) {
  return (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
}

/** The registration saga's calls, in its order. */
export async function register({ as }: Pick<TestGateway, "as">, registrationId: string = randomUUID()) {
  const registry = as["tpp-registry"];
  const params = { registrationId };
  const roles = [...tpp.roles];
  const certificates = await registry.issueCertificates({ params, body: { aspspId: "op", country: tpp.country, commonName: tpp.commonName, roles } });
  const statement = await registry.buildSoftwareStatement({
    params,
    body: {
      aspspId: "op",
      softwareClientId: randomUUID(),
      terms,
    },
  });
  const request = await registry.buildRegistrationRequest({ params, body: { aspspId: "op", terms } });
  const submission = await registry.submitRegistration({ params, body: { aspspId: "op", replaces: null } });
  const validation = await registry.validateRegistration({ params, body: { aspspId: "op", scopes: ["accounts"] } });
  const activation = await registry.activateRegistration({ params, body: { aspspId: "op" } });
  return { registrationId, certificates, statement, request, submission, validation, activation };
}

export interface BegunConsent {
  readonly consentId: string;
  readonly aspspId: string;
  readonly psu: PsuContext;
  readonly state: string;
  readonly nonce: string;
  readonly redirectUrl: string;
  readonly aspspConsentId: string;
  readonly expiresAt: string;
}

export async function beginConsent(
  { as, tokens }: Pick<TestGateway, "as" | "tokens">,
  options: { psuId?: string; validUntil?: string; aspspId?: string; loginHint?: string } = {},
): Promise<BegunConsent> {
  const consentId = randomUUID();
  const psu = await tokens.psu(options.psuId ?? randomUUID());
  const state = randomBytes(24).toString("base64url");
  const nonce = randomBytes(24).toString("base64url");
  const validUntil =
    options.validUntil ??
    Temporal.Now.instant()
      .add({ hours: 90 * 24 })
      .toString();
  const { aspspId = "op", loginHint } = options;
  const created = await as.consent.createAspspConsent({
    params: { consentId },
    psu,
    body: { aspspId, validUntil, redirectUri, state, nonce, ...(loginHint === undefined ? {} : { loginHint }) },
  });
  const { redirectUrl, aspspConsentId, expiresAt } = created;
  return { consentId, aspspId, psu, state, nonce, redirectUrl: redirectUrl ?? "", aspspConsentId, expiresAt };
}

/** The whole way of a person at the sandbox: created, approved in the bank's pages, exchanged. */
export async function connect(gateway: Pick<TestGateway, "as" | "tokens">, options: { psuId?: string; bankPsuId?: string; validUntil?: string } = {}) {
  const begun = await beginConsent(gateway, options);
  const returned = await visitBank(begun.redirectUrl, { psuId: options.bankPsuId ?? "88888881" });
  const granted = await exchange(gateway, begun, returned);
  return { ...begun, returned, granted };
}

export function exchange(
  { as }: Pick<TestGateway, "as">,
  begun: BegunConsent,
  returned: Readonly<Record<string, string>>,
  change: Record<string, unknown> = {},
) {
  const { consentId, aspspId, psu, state, nonce } = begun;
  const body = {
    aspspId,
    redirectUri,
    state,
    nonce,
    code: returned.response === undefined ? (returned.code ?? "") : null,
    idToken: returned.id_token ?? null,
    issuer: returned.iss ?? null,
    ...(returned.response === undefined ? {} : { response: returned.response }),
    ...change,
  };
  return as.consent.exchangeCode({ params: { consentId }, psu, body });
}

/** Every transaction of an account, page by page. */
export async function readAll({ as }: Pick<TestGateway, "as">, consentId: string, resourceId: string, psu?: PsuContext) {
  const pages = [];
  let cursor: string | undefined;
  do {
    const page = await as.ingest.fetchTransactions({ params: { consentId, resourceId }, query: cursor === undefined ? {} : { cursor }, psu });
    pages.push(page);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { pages, transactions: pages.flatMap((page) => page.transactions) };
}
