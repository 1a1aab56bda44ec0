import { isOplError } from "@opl/errors";
import { subjectName } from "@opl/eidas";
import type { IdentifierSpelling } from "@opl/eidas";
import { clientMetadata, clientRegistrationClaims, parseStrictJson, softwareStatementClaims } from "@opl/fapi";
import type { ClientMetadataInput, JsonObject, JwsAlgorithm } from "@opl/fapi";
import { z } from "zod";
import type { BankReply, CallInput } from "../adapters/bank-adapter.ts";
import type { ClientAuthentication, ClientCredentials } from "../banks/credentials.ts";
import { chooseQwac } from "../banks/keys.ts";
import { errors } from "../errors.ts";
import { clientInformationOf, registeredClient } from "../standards/registered-client.ts";
import { readWire } from "../standards/wire.ts";
import { askByToken, isUnknownClient, proveByToken } from "./by-token.ts";
import { createOnce } from "./create-once.ts";
import type { Creation } from "./create-once.ts";
import { statementFromDirectory } from "./directory.ts";
import type { DirectorySettings } from "./directory.ts";
import type {
  AtBank,
  AtBankAsClient,
  BoundToken,
  RegisteredClient,
  RegistrationScheme,
  RequestInput,
  SignedMessage,
  SoftwareStatement,
  StatementInput,
} from "./scheme.ts";

export interface DcrSettings {
  readonly registrationUrl: string;
  /** The bank's own name in a signed request, or its id in the directory. */
  readonly audience: string;
  /** A signed JWT under the type the bank wants (quirk 61), or JSON as RFC 7591 has it. */
  readonly request: "application/jwt" | "application/jose" | "application/json";
  /** Who vouches for our software: a directory, or nobody but us. */
  readonly statement: DirectorySettings | "self";
  /** What opens a registration that is there: a token for this scope (OBUK), or the token that came with it (RFC 7592). */
  readonly management: { readonly scope: string } | "registration-access-token";
  readonly authentication: ClientAuthentication;
  readonly subjectSpelling: IdentifierSpelling;
  readonly responseTypes: readonly string[];
  /** How the bank is to sign ID tokens. */
  readonly idTokenAlgorithm: JwsAlgorithm;
  /** Unless they are the three of a bank that sends people to its page. */
  readonly grantTypes?: readonly string[];
  /** What else a client says of itself there: what its tokens are bound to, how answers come. */
  readonly metadata?: JsonObject;
}

/** The registry holds a bank to these. */
const usualGrantTypes = ["client_credentials", "authorization_code", "refresh_token"];
const requestLifetimeSeconds = 1_800;
const statementLifetimeSeconds = 20_000;
/** A statement without an end is asked for anew after a day. */
const assumedStatementHours = 24;

const answer = registeredClient.extend({
  token_endpoint_auth_method: z.string().max(100).nullish(),
  registration_access_token: z.string().min(1).max(8192).nullish(),
  registration_client_uri: z.url().nullish(),
});

/**
 * Dynamic client registration: RFC 7591 and 7592, and what UK Open Banking made of them (DCR 3.2 to 3.4). The bank may change what we
 * asked for, so what counts is its answer.
 */
export function dcrScheme(settings: DcrSettings): RegistrationScheme {
  return {
    name: "dcr",
    softwareStatement: (at, input) => (settings.statement === "self" ? signOwnStatement(at, input) : askDirectory(at, input, settings.statement)),
    registrationRequest: (at, input) => buildRequest(at, input, settings),
    async submit(at, { registrationRequest, replaced, creation }) {
      if (registrationRequest === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER();
      const changed = replaced === undefined ? undefined : await update(at, replaced, registrationRequest, settings);
      return changed ?? (await create(at, registrationRequest, creation, settings));
    },
    change: (at, registrationRequest) => update(at, at, registrationRequest, settings),
    validate: proveByToken,
    async read(at) {
      const outcome = await manage(at, settings, { operation: "registration.read", method: "GET" });
      if (outcome === "unknown-client") return { standing: "unknown", client: null };
      if (outcome === "not-offered" || outcome === "refused") return { standing: "unreadable", client: null };
      return { standing: "known", ...readAnswer(outcome, settings, at.credentials) };
    },
    async end(at) {
      const outcome = await manage(at, settings, { operation: "registration.delete", method: "DELETE" });
      return outcome !== "not-offered" && outcome !== "refused";
    },
  };
}

async function signOwnStatement({ sign, now, newJti }: AtBank, input: StatementInput): Promise<SoftwareStatement> {
  const { terms, softwareClientId, publicJwksUrl } = input;
  if (publicJwksUrl === "")
    throw errors.ERR_OWN_CERTIFICATE_MISSING({ message: "This bank reads our public keys from us: set OPL_TPP_JWKS_URL to where they are published." });
  const claims = softwareStatementClaims(
    {
      tppId: input.tppId,
      organizationIdentifier: input.organizationIdentifier,
      organizationName: terms.organisationName,
      contacts: terms.contacts,
      softwareClientId,
      softwareClientName: terms.clientName,
      softwareClientUri: terms.clientUri,
      softwareRoles: terms.roles,
      softwareRedirectUris: terms.redirectUris,
      jwksEndpoint: publicJwksUrl,
    },
    { now, jti: newJti(), lifetimeSeconds: statementLifetimeSeconds },
  );
  const { jws, kid, algorithm } = await sign({ ...claims, software_id: softwareClientId });
  return { message: jws, kid, algorithm, expiresAt: endOf(claims) };
}

async function askDirectory(at: AtBank, input: StatementInput, directory: DirectorySettings): Promise<SoftwareStatement> {
  const { terms, organizationIdentifier, previousStatement, retired } = input;
  const { url, trustedRootsPath } = directory;
  const { statement, kids } = await statementFromDirectory(at.outside({ name: "directory", origin: new URL(url).origin, trustedRootsPath }), directory, {
    organizationIdentifier,
    organisationName: terms.organisationName,
    roles: terms.roles,
    clientName: terms.clientName,
    clientUri: terms.clientUri,
    redirectUris: terms.redirectUris,
    certificates: at.keys.map(({ chainPem }) => chainPem.join("")),
    retired,
    softwareId: previousStatement === undefined ? undefined : softwareIdIn(previousStatement),
  });
  const { header, claims } = readStatement(statement);
  const expiresAt = typeof claims["exp"] === "number" ? endOf(claims) : at.now.add({ hours: assumedStatementHours });
  return { message: statement, kid: text(header["kid"]), algorithm: text(header["alg"]), expiresAt, kids };
}

async function buildRequest(at: AtBank, { softwareStatement, terms }: RequestInput, settings: DcrSettings): Promise<SignedMessage> {
  const softwareId = softwareIdIn(softwareStatement);
  if (softwareId === undefined) throw errors.ERR_TRUST_SERVICE_PROTOCOL({ message: "The software statement names no software_id." });
  const { now, newJti } = at;
  const members = clientMetadata({
    redirectUris: terms.redirectUris,
    grantTypes: settings.grantTypes ?? usualGrantTypes,
    responseTypes: settings.responseTypes,
    scope: ["openid", ...terms.scopes].join(" "),
    softwareId,
    softwareStatement,
    applicationType: "web",
    signingAlgorithm: at.signingAlgorithm(),
    idTokenAlgorithm: settings.idTokenAlgorithm,
    authentication: authenticationOf(at, settings),
  });
  const metadata = { ...members, ...settings.metadata };
  const issuance = { now, jti: newJti(), lifetimeSeconds: requestLifetimeSeconds };
  if (settings.request === "application/json") {
    const message = JSON.stringify({
      ...metadata,
      client_name: terms.clientName,
      client_uri: terms.clientUri,
      // RFC 8705 3.4
      tls_client_certificate_bound_access_tokens: true,
      ...keysOf(softwareStatement),
    });
    return { message, kid: "", algorithm: "none", expiresAt: now.add({ seconds: requestLifetimeSeconds }) };
  }
  const claims = clientRegistrationClaims({ issuer: softwareId, audience: settings.audience, metadata }, issuance);
  const { jws, kid, algorithm } = await at.sign(claims);
  return { message: jws, kid, algorithm, expiresAt: endOf(claims) };
}

/** Where our keys are; a directory tells its members by itself, other servers are told by `jwks_uri` (RFC 7591 2). */
function keysOf(statement: string): JsonObject {
  const endpoint = readStatement(statement).claims["software_jwks_endpoint"];
  return typeof endpoint === "string" ? { jwks_uri: endpoint } : {};
}

function authenticationOf({ keys, now }: AtBank, { authentication: method, subjectSpelling }: DcrSettings): ClientMetadataInput["authentication"] {
  return method === "tls_client_auth" ? { method, subjectName: subjectName(chooseQwac(keys, now).certificate, subjectSpelling) } : { method };
}

/**
 * The same request as a change: it names the client (RFC 7592 2.2). A bank takes each `jti` once, and a change may be asked for as often as
 * it takes, so each is signed again.
 */
async function asChange({ sign, newJti }: AtBank, registrationRequest: string, clientId: string, { request }: DcrSettings): Promise<string> {
  if (request === "application/json") return JSON.stringify({ ...(JSON.parse(registrationRequest) as JsonObject), client_id: clientId });
  return (await sign({ ...readStatement(registrationRequest).claims, jti: newJti(), client_id: clientId })).jws;
}

async function create({ calls }: AtBank, request: string, creation: Creation, settings: DcrSettings): Promise<RegisteredClient> {
  // JSON has nothing that would tell a repeat from a second registration.
  const once = { request, refusesReplays: settings.request !== "application/json" };
  const reply = await createOnce(creation, once, (text) =>
    explained(
      calls({
        operation: "registration.create",
        method: "POST",
        url: new URL(settings.registrationUrl),
        headers: { accept: "application/json" },
        body: { type: settings.request, text },
      }),
    ),
  );
  return readAnswer(reply, settings, undefined);
}

/**
 * Changes the client that is there, under the certificate it is known by. @returns nothing where it is not there, or cannot be changed
 * @throws ERR_REGISTRATION_MANAGEMENT_REFUSED
 */
async function update(at: AtBank, replaced: AtBankAsClient, registrationRequest: string, settings: DcrSettings): Promise<RegisteredClient | undefined> {
  const { credentials } = replaced;
  const text = await asChange(at, registrationRequest, credentials.clientId, settings);
  const outcome = await manage(replaced, settings, { operation: "registration.update", method: "PUT", body: { type: settings.request, text } });
  if (outcome === "refused") throw errors.ERR_REGISTRATION_MANAGEMENT_REFUSED({ retryAfterSeconds: 60 });
  return typeof outcome === "string" ? undefined : readAnswer(outcome, settings, credentials);
}

/**
 * A call to the registration that is there. A 401 is no proof that it is gone (RFC 7592 2): the token may have been renewed in an answer
 * we never saw, so the token endpoint has the last word.
 */
async function manage(
  at: AtBankAsClient,
  settings: DcrSettings,
  call: Pick<CallInput, "operation" | "method" | "body">,
): Promise<BankReply | "unknown-client" | "not-offered" | "refused"> {
  const { url, token } = await openingFor(at, settings);
  if (token === undefined) return "unknown-client";
  if (url === undefined) return "not-offered";
  try {
    return await explained(at.callsWith(token, url.origin)({ ...call, url, headers: { accept: "application/json" } }));
  } catch (error) {
    if (!isOplError(error)) throw error;
    const status = error.details?.["status"];
    if (status === 404) return "unknown-client";
    if (error.code === "ERR_ASPSP_TOKEN_INVALID") return (await askByToken(at, at.scope)).standing === "unknown" ? "unknown-client" : "refused";
    if (status === 403 || status === 405) return "not-offered";
    throw error;
  }
}

async function openingFor({ credentials, tokens }: AtBankAsClient, settings: DcrSettings): Promise<{ url: URL | undefined; token: BoundToken | undefined }> {
  if (settings.management === "registration-access-token") {
    const { management } = credentials;
    return { url: management === undefined ? undefined : new URL(management.uri), token: { accessToken: management?.accessToken ?? "" } };
  }
  const url = new URL(`${settings.registrationUrl}/${encodeURIComponent(credentials.clientId)}`);
  try {
    return { url, token: await tokens.clientCredentials(settings.management.scope) };
  } catch (error) {
    if (isUnknownClient(error)) return { url, token: undefined };
    throw error;
  }
}

/** What the bank registered. Secrets it does not repeat after a change are those it gave `before`. */
function readAnswer(reply: BankReply, { registrationUrl }: DcrSettings, before: ClientCredentials | undefined): RegisteredClient {
  const wire = readWire(answer, reply);
  const authentication = settledOn(wire.token_endpoint_auth_method);
  const { registration_access_token: accessToken, registration_client_uri: uri } = wire;
  if (typeof uri === "string" && new URL(uri).origin !== new URL(registrationUrl).origin)
    throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "registration-client-uri" } });
  const management = accessToken && uri ? { uri, accessToken } : before?.management;
  return {
    client: clientInformationOf(wire),
    credentials: { clientId: wire.client_id, clientSecret: wire.client_secret ?? before?.clientSecret, authentication, management },
  };
}

function settledOn(method: string | null | undefined): ClientAuthentication | undefined {
  if (method === undefined || method === null) return undefined;
  if (method === "tls_client_auth" || method === "private_key_jwt" || method === "client_secret_post") return method;
  throw errors.ERR_ASPSP_REJECTED({
    message: "The bank registered a way to authenticate at its token endpoint that we do not have; have it changed at the bank.",
    details: { reason: "token_endpoint_auth_method" },
  });
}

/** RFC 7591 3.2.2 */
const refusals: Readonly<Record<string, string>> = {
  invalid_redirect_uri: "The bank refuses a redirect address: it must be https and stand in the software statement.",
  invalid_client_metadata: "The bank refuses what we ask to be registered as: compare the terms with what its profile offers.",
  invalid_software_statement: "The bank refuses the software statement: it is wrong, or not signed by whom the bank trusts.",
  unapproved_software_statement: "The bank does not accept this software: it, or our organisation, has no approval in the directory.",
};

async function explained(reply: Promise<BankReply>): Promise<BankReply> {
  try {
    return await reply;
  } catch (error) {
    const reason = isOplError(error) && error.code === "ERR_ASPSP_REJECTED" ? error.details?.["reason"] : undefined;
    const message = typeof reason === "string" ? refusals[reason] : undefined;
    if (!isOplError(error) || message === undefined) throw error;
    throw errors.ERR_ASPSP_REJECTED({ message, cause: error, details: { ...error.details } });
  }
}

/** Read, not verified: it came over TLS from who made it, or is our own. */
function readStatement(jws: string): { header: JsonObject; claims: JsonObject } {
  const [header = "", claims = ""] = jws.split(".");
  const decode = (part: string): JsonObject => {
    const value: unknown = parseStrictJson(Buffer.from(part, "base64url").toString("utf8"), { maxDepth: 16 });
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("not an object");
    return value as JsonObject;
  };
  try {
    return { header: decode(header), claims: decode(claims) };
  } catch (error) {
    throw errors.ERR_TRUST_SERVICE_PROTOCOL({ message: "The software statement cannot be read.", cause: error });
  }
}

function softwareIdIn(statement: string): string | undefined {
  const id = readStatement(statement).claims["software_id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

function endOf(claims: JsonObject): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(Number(claims["exp"]) * 1000);
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 200) : "";
}
