import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import type { Server as HttpsServer } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { createAdminServer } from "./admin/server.ts";
import type { BerlinGroupBank } from "./berlin-group/bank.ts";
import { openConsents } from "./berlin-group/consent-store.ts";
import { consentRoutes } from "./berlin-group/consents.ts";
import { berlinGroupDialect } from "./berlin-group/refusal.ts";
import { openThirdParties } from "./berlin-group/third-parties.ts";
import { openCallBook } from "./books/calls.ts";
import { openAuthority, ownIssuer, serverCertificate, unknownAuthority, type Authority, type ServerCertificate } from "./ca/authority.ts";
import { openKeyPool } from "./ca/key-pool.ts";
import { readRoots } from "./ca/trusted-roots.ts";
import { movableClock, systemClock, type Clock } from "./clock.ts";
import type { SandboxConfig } from "./config.ts";
import { writeEnvFile } from "./env-file.ts";
import { errors } from "./errors.ts";
import { openNonces } from "./fapi/dpop.ts";
import { issuerUrl } from "./fapi/issuer.ts";
import { openIssuer } from "./fapi/open.ts";
import { profiles } from "./fapi/profile.ts";
import { interfaceRoutes, pageRoutes } from "./fapi/routes.ts";
import type { ServerCertificateKind } from "./faults/fault.ts";
import { allFaults } from "./faults/index.ts";
import { createFaultRegistry } from "./faults/registry.ts";
import { passThroughFaults } from "./http/gate.ts";
import { createJwksReader } from "./http/jwks-reader.ts";
import { createBankServer, listen, type ReportError } from "./http/server.ts";
import { openGrants } from "./oauth/clients.ts";
import { oauthDialect } from "./oauth/refusal.ts";
import { accountRoutes } from "./op/accounts.ts";
import { authorizationRoutes } from "./op/authorizations.ts";
import { openAuthorizations } from "./op/authorization-store.ts";
import { authorizeRoutes } from "./op/authorize.ts";
import type { Addresses, Bank } from "./op/bank.ts";
import { cardRoutes } from "./op/cards.ts";
import { certificateRoutes } from "./op/certificates.ts";
import { openClients, openTpps } from "./op/clients.ts";
import { callerOf, requireAccessToken } from "./op/bearer.ts";
import { openContinuationTokens } from "./op/continuation.ts";
import { fundsRoutes } from "./op/funds/funds-confirmations.ts";
import { openIdTokenKeys } from "./op/id-token-keys.ts";
import { registrationRoutes } from "./op/registration.ts";
import { opDialect } from "./op/refusal.ts";
import { tokenRoutes } from "./op/token.ts";
import { openTokens } from "./op/token-store.ts";
import { bundleRoutes } from "./op/payments/bundles.ts";
import { openPayments } from "./op/payments/payment-store.ts";
import { paymentRoutes } from "./op/payments/payments.ts";
import { settleDue } from "./op/payments/settlement.ts";
import { submissionRoutes } from "./op/payments/submissions.ts";
import { openPeople } from "./people/directory.ts";
import { residents } from "./people/residents.ts";
import { readFileIfPresent, writeFileAtomic } from "./state/atomic-file.ts";
import { lockFolder } from "./state/folder-lock.ts";
import { openSigningKey } from "./state/signing-key.ts";
import { directoryJwksPath, directoryRoutes, keySetRoutes } from "./trust/directory.ts";
import { openOrganisations, openSoftware } from "./trust/directory-store.ts";
import { enrolmentRoutes } from "./trust/enrolment.ts";
import { trustDialect } from "./trust/refusal.ts";
import type { Trust } from "./trust/trust.ts";
import { openAuthorizationServer } from "./uk/authorization-server.ts";
import { bankId, type UkBank } from "./uk/bank.ts";
import { openUkClients } from "./uk/clients.ts";
import { registrationRoutes as ukRegistrationRoutes } from "./uk/registration.ts";
import { discoveryRoutes, tokenRoutes as ukTokenRoutes } from "./uk/token.ts";

const issuerSchema = z.object({
  issuer: z.string(),
  wellKnownUrl: z.string(),
  registrationUrl: z.string(),
  aisBaseUrl: z.string(),
  /** Where a person begins: the authorization endpoint, or the page for decoupled approvals. */
  pageUrl: z.string(),
});

const endpointsSchema = z.object({
  certGenerationUrl: z.string(),
  registrationUrl: z.string(),
  tokenUrl: z.string(),
  aisBaseUrl: z.string(),
  pisBaseUrl: z.string(),
  cofBaseUrl: z.string(),
  authorizeUrl: z.string(),
  issuer: z.string(),
  oidcJwksUrl: z.string(),
  paymentsJwksUrl: z.string(),
  caFile: z.string(),
  crlUrl: z.string(),
  adminUrl: z.string(),
  qtspUrl: z.string(),
  directoryUrl: z.string(),
  directoryJwksUrl: z.string(),
  uk: z.object({ issuer: z.string(), registrationUrl: z.string(), tokenUrl: z.string(), wellKnownUrl: z.string(), bankId: z.string() }),
  berlinGroup: z.object({ baseUrl: z.string() }),
  fapi: z.object({ fapi1: issuerSchema, fapi2: issuerSchema, decoupled: issuerSchema }),
});

const revocationListPath = "/ca/revoked.crl";
const paymentsJwksPath = "/psd2/sandbox/jwks/payments/jwks.json";

/** Where everything is. Printed when ready, and kept in `endpoints.json` of the state folder. */
export type Endpoints = z.infer<typeof endpointsSchema>;

export interface Sandbox extends AsyncDisposable {
  readonly endpoints: Endpoints;
  /** Resolves when the spare keys are made; nothing needs to wait for it. */
  keysReady(): Promise<void>;
}

/** Builds the banks with the trust services around them, and starts their listeners. */
export async function createSandbox(config: SandboxConfig, overrides: { clock?: Clock; pause?: Bank["pause"]; report?: ReportError } = {}): Promise<Sandbox> {
  await using stack = new AsyncDisposableStack();
  const folder = openFolder(config.SANDBOX_DIR);
  stack.use(lockFolder(folder));
  const endpointsFile = join(folder, "endpoints.json");
  const last = endpointsSchema.partial().safeParse(JSON.parse(readFileIfPresent(endpointsFile) ?? "{}")).data ?? {};
  const caFile = join(folder, "ca.pem");
  const today = config.SANDBOX_TODAY === undefined ? undefined : Temporal.PlainDate.from(config.SANDBOX_TODAY);
  const clock = movableClock(overrides.clock ?? systemClock(today));

  const authority = await openAuthority({ folder: join(folder, "ca"), caFile, bits: Number.parseInt(config.SANDBOX_RSA_BITS, 10), clock });
  const keyPool = stack.adopt(
    openKeyPool({ folder: join(folder, "keys"), bits: Number.parseInt(config.SANDBOX_RSA_BITS, 10), spares: config.SANDBOX_SPARE_KEYS }),
    (pool) => pool.close(),
  );
  const furtherRoots =
    config.SANDBOX_OP_TRUSTED_ROOTS_PATH === undefined ? [] : readRoots("SANDBOX_OP_TRUSTED_ROOTS_PATH", config.SANDBOX_OP_TRUSTED_ROOTS_PATH);
  const roots = [new X509Certificate(authority.rootPem), ...furtherRoots];
  const rootsPem = roots.map(String);
  const closing = <T extends { close(): void }>(resource: T): T => stack.adopt(resource, (each) => each.close());
  const addresses: Addresses = { certGeneratorOrigin: "", mtlsOrigin: "", authorizeOrigin: "" };
  const gate = { config, clock, authority, faults: createFaultRegistry(allFaults), pause: overrides.pause ?? ((ms: number) => sleep(ms)) };
  const bank: Bank = {
    ...gate,
    addresses,
    keyPool,
    clients: closing(openClients(join(folder, "op"))),
    tpps: closing(openTpps(join(folder, "op"))),
    authorizations: closing(openAuthorizations({ folder: join(folder, "op"), clock, intentSeconds: config.SANDBOX_INTENT_SECONDS })),
    tokens: closing(openTokens({ folder: join(folder, "op"), clock })),
    payments: closing(openPayments(join(folder, "op"))),
    paymentKey: openSigningKey(join(folder, "keys", "payments-key.json")),
    people: closing(openPeople({ folder: join(folder, "people"), seed: config.SANDBOX_SEED, clock, residents })),
    calls: closing(openCallBook(join(folder, "books"))),
    idTokenKeys: await openIdTokenKeys(join(folder, "keys")),
    issuers: { roots, between: [new X509Certificate(authority.intermediatePem)] },
    jwks: createJwksReader({ rootsPem }),
    continuation: openContinuationTokens(join(folder, "keys")),
    accountSite: { path: "/accounts-psd2/v1", origin: () => addresses.mtlsOrigin, endpoint: (name) => name },
    requireCaller: async (request) => callerOf(requireAccessToken(request, bank, "accounts")),
    forgetGrants: (authorizationId) => void bank.tokens.dropRefresh((token) => token.authorizationId === authorizationId),
    async showServerCertificate(kind) {
      const shown = await certificateOf(kind, { authority, hosts, clock });
      for (const [instance, ca] of [
        [mtls, rootsPem],
        [fapiServer, [authority.rootPem]],
        [trustServer, [authority.rootPem]],
      ] as const) {
        (instance.server as unknown as HttpsServer).setSecureContext({ ...shown, ca: [...ca], ...(kind === "old-tls" ? oldTls : { minVersion: "TLSv1.2" }) });
        instance.retireConnections();
      }
    },
  };

  const hosts = [...new Set(["localhost", config.SANDBOX_PUBLIC_HOST])];
  const tls = await certificateOf("good", { authority, hosts, clock });
  const mutualTls = { ...tls, clientCa: [authority.rootPem] };
  const common = { clock, calls: bank.calls, faults: bank.faults, report: overrides.report ?? (() => undefined) };
  const shared = { ...common, dialect: opDialect };
  const certGenerator = createBankServer({ ...shared, tls });
  certificateRoutes(certGenerator, bank);
  certGenerator.get("/oauth/jwks/PSD2_OIDC", { config: { endpoint: "Z2" } }, async (request, reply) =>
    (await passThroughFaults(request, reply, bank)) ? reply : bank.idTokenKeys.published(),
  );
  certGenerator.get(paymentsJwksPath, { config: { endpoint: "Z3" } }, async () => bank.paymentKey.published());
  const mtls = createBankServer({ ...shared, tls: { ...tls, clientCa: rootsPem } });
  for (const routes of [registrationRoutes, tokenRoutes, authorizationRoutes, accountRoutes, cardRoutes]) routes(mtls, bank);
  for (const routes of [paymentRoutes, submissionRoutes, bundleRoutes, fundsRoutes]) routes(mtls, bank);
  const authorize = createBankServer(shared);
  authorizeRoutes(authorize, bank);
  // In clear, as authorities publish their lists: these are signed.
  authorize.get(revocationListPath, { config: { endpoint: "L1" } }, async (request, reply) =>
    (await passThroughFaults(request, reply, bank)) ? reply : reply.type("application/pkix-crl").send(await authority.revocationList(clock.now())),
  );
  const trustFolder = join(folder, "trust");
  const trust: Trust = {
    ...gate,
    address: { origin: "" },
    organisations: closing(openOrganisations(trustFolder)),
    software: closing(openSoftware(trustFolder)),
    key: openSigningKey(join(trustFolder, "directory-key.json")),
  };
  const trustServer = createBankServer({ ...common, dialect: trustDialect, tls: mutualTls });
  for (const routes of [enrolmentRoutes, directoryRoutes, keySetRoutes]) routes(trustServer, trust);
  const ukFolder = join(folder, "uk");
  const ukState = {
    address: { origin: "", directoryJwksUrl: "" },
    clients: closing(openUkClients(ukFolder)),
    grants: closing(openGrants(ukFolder, clock.now().epochMilliseconds)),
    jwks: bank.jwks,
  };
  const authorizationServer = openAuthorizationServer({ config, key: openSigningKey(join(ukFolder, "signing-key.json")), ...ukState });
  const uk: UkBank = { ...gate, ...ukState, authorizationServer };
  const ukServer = createBankServer({ ...common, dialect: oauthDialect, tls: mutualTls });
  for (const routes of [ukRegistrationRoutes, ukTokenRoutes, discoveryRoutes]) routes(ukServer, uk);
  const berlinGroupFolder = join(folder, "berlin-group");
  const berlinGroup: BerlinGroupBank = {
    ...gate,
    address: { origin: "" },
    thirdParties: closing(openThirdParties(berlinGroupFolder)),
    consents: closing(openConsents(berlinGroupFolder)),
  };
  const berlinGroupServer = createBankServer({ ...common, dialect: berlinGroupDialect, tls: mutualTls });
  consentRoutes(berlinGroupServer, berlinGroup);
  const fapiAddress = { origin: "", pagesOrigin: "", directoryJwksUrl: "" };
  const nonces = openNonces(clock);
  const fapiServer = createBankServer({ ...common, dialect: oauthDialect, tls: mutualTls });
  const issuers = profiles.map((profile) =>
    openIssuer(profile, { ...gate, folder: join(folder, "fapi"), address: fapiAddress, jwks: bank.jwks, continuation: bank.continuation, nonces, closing }),
  );
  for (const issuer of issuers) {
    interfaceRoutes(fapiServer, issuer, nonces);
    pageRoutes(authorize, issuer);
  }
  const admin = createAdminServer(
    { accounts: { op: bank, issuers }, uk, berlinGroup },
    { allowedHosts: ["localhost", "127.0.0.1", config.SANDBOX_PUBLIC_HOST] },
  );
  for (const server of [mtls, authorize, admin]) server.addHook("onRequest", async () => settleDue(bank));
  for (const server of [certGenerator, mtls, authorize, trustServer, ukServer, berlinGroupServer, fapiServer, admin]) stack.defer(() => server.close());

  const start = async (
    server: Parameters<typeof listen>[0],
    name: string,
    port: number,
    lastUrl: string | undefined,
    host = config.SANDBOX_HOST,
  ): Promise<string> => {
    const lastPort = lastUrl === undefined || new URL(lastUrl).port === "" ? undefined : Number.parseInt(new URL(lastUrl).port, 10);
    const actual = await listen(server, { host, port, lastPort, name });
    return `${config.SANDBOX_PUBLIC_HOST}:${actual}`;
  };
  addresses.certGeneratorOrigin = `https://${await start(certGenerator, "SANDBOX_OP_CERTGEN_PORT", config.SANDBOX_OP_CERTGEN_PORT, last.certGenerationUrl)}`;
  addresses.mtlsOrigin = `https://${await start(mtls, "SANDBOX_OP_MTLS_PORT", config.SANDBOX_OP_MTLS_PORT, last.tokenUrl)}`;
  const authorizeHost = await start(authorize, "SANDBOX_OP_AUTHORIZE_PORT", config.SANDBOX_OP_AUTHORIZE_PORT, last.authorizeUrl);
  addresses.authorizeOrigin = config.SANDBOX_AUTHORIZE_ORIGIN === undefined ? `http://${authorizeHost}` : new URL(config.SANDBOX_AUTHORIZE_ORIGIN).origin;
  trust.address.origin = `https://${await start(trustServer, "SANDBOX_TRUST_PORT", config.SANDBOX_TRUST_PORT, last.qtspUrl)}`;
  uk.address.origin = `https://${await start(ukServer, "SANDBOX_UK_PORT", config.SANDBOX_UK_PORT, last.uk?.issuer)}`;
  uk.address.directoryJwksUrl = `${trust.address.origin}${directoryJwksPath}`;
  const berlinGroupHost = await start(berlinGroupServer, "SANDBOX_BERLIN_GROUP_PORT", config.SANDBOX_BERLIN_GROUP_PORT, last.berlinGroup?.baseUrl);
  berlinGroup.address.origin = `https://${berlinGroupHost}`;
  fapiAddress.origin = `https://${await start(fapiServer, "SANDBOX_FAPI_PORT", config.SANDBOX_FAPI_PORT, last.fapi?.fapi1.issuer)}`;
  fapiAddress.pagesOrigin = addresses.authorizeOrigin;
  fapiAddress.directoryJwksUrl = uk.address.directoryJwksUrl;
  const adminHost = await start(admin, "SANDBOX_ADMIN_PORT", config.SANDBOX_ADMIN_PORT, last.adminUrl, config.SANDBOX_ADMIN_HOST);

  const endpoints: Endpoints = {
    certGenerationUrl: `${addresses.certGeneratorOrigin}/psd2-sandbox-tpp-generator/sandbox-tpp`,
    registrationUrl: `${addresses.mtlsOrigin}/tpp-registration/register`,
    tokenUrl: `${addresses.mtlsOrigin}/oauth/token`,
    aisBaseUrl: `${addresses.mtlsOrigin}/accounts-psd2/v1`,
    pisBaseUrl: `${addresses.mtlsOrigin}/payments-psd2/v1`,
    cofBaseUrl: `${addresses.mtlsOrigin}/confirmation-of-funds-psd2/v1`,
    authorizeUrl: `${addresses.authorizeOrigin}/oauth/authorize`,
    issuer: addresses.authorizeOrigin,
    oidcJwksUrl: `${addresses.certGeneratorOrigin}/oauth/jwks/PSD2_OIDC`,
    paymentsJwksUrl: `${addresses.certGeneratorOrigin}${paymentsJwksPath}`,
    caFile,
    crlUrl: `http://${authorizeHost}${revocationListPath}`,
    adminUrl: `http://${adminHost}`,
    qtspUrl: trust.address.origin,
    directoryUrl: `${trust.address.origin}/directory`,
    directoryJwksUrl: uk.address.directoryJwksUrl,
    uk: {
      issuer: uk.address.origin,
      registrationUrl: `${uk.address.origin}/register`,
      tokenUrl: `${uk.address.origin}/token`,
      wellKnownUrl: `${uk.address.origin}/.well-known/openid-configuration`,
      bankId,
    },
    berlinGroup: { baseUrl: `${berlinGroup.address.origin}/v1` },
    fapi: Object.fromEntries(
      issuers.map((issuer) => [
        issuer.profile.name,
        {
          issuer: issuerUrl(issuer),
          wellKnownUrl: `${issuerUrl(issuer)}/.well-known/openid-configuration`,
          registrationUrl: `${issuerUrl(issuer)}/register`,
          aisBaseUrl: `${fapiAddress.origin}${issuer.accountSite.path}`,
          pageUrl: `${fapiAddress.pagesOrigin}/${issuer.profile.name}/${issuer.profile.ciba ? "approve" : "authorize"}`,
        },
      ]),
    ) as Endpoints["fapi"],
  };
  writeFileAtomic(endpointsFile, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o644 });
  writeEnvFile(join(folder, "env.json"), { endpoints, apiKey: config.SANDBOX_API_KEY });
  const resources = stack.move();
  return { endpoints, keysReady: () => keyPool.full(), [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Nothing newer. OpenSSL takes the signatures of such a handshake at its lowest level only. */
const oldTls = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;

/** What a server shows: the right certificate, or one that a client must not accept. */
async function certificateOf(
  kind: ServerCertificateKind,
  { authority, hosts, clock }: { authority: Authority; hosts: readonly string[]; clock: Clock },
): Promise<ServerCertificate> {
  switch (kind) {
    case "good":
    case "old-tls":
      return serverCertificate(authority, { hosts, clock });
    case "expired":
      return serverCertificate(authority, { hosts, clock, ended: true });
    case "wrong-host":
      return serverCertificate(authority, { hosts: ["another-bank.example"], clock });
    case "self-signed":
      return serverCertificate(ownIssuer, { hosts, clock });
    case "revoked": {
      const shown = await serverCertificate(authority, { hosts, clock });
      authority.revoke(shown.serial);
      return shown;
    }
    case "unknown-authority":
      return serverCertificate(await unknownAuthority(clock), { hosts, clock });
    default:
      return kind satisfies never;
  }
}

function openFolder(folder: string): string {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileAtomic(join(folder, ".writable"), "");
  } catch (cause) {
    const message = `SANDBOX_DIR ${folder} cannot be written: ${(cause as Error).message}. Choose another folder or correct its rights.`;
    throw errors.ERR_SANDBOX_FOLDER({ message, cause });
  }
  return folder;
}
