import type { FastifyInstance, FastifyRequest } from "fastify";
import { header } from "../http/call.ts";
import { readForm } from "../http/form.ts";
import { endOf, type Authorization } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import { belongsTo, requireQwac } from "./client-certificate-check.ts";
import { scopeOfRole, type Client } from "./clients.ts";
import { passThroughFaults } from "../http/gate.ts";
import { issueIdToken } from "./id-token.ts";
import { approveByExemption } from "./payments/exemption.ts";
import { digest, sameDigest } from "../identifiers.ts";
import { tokenError } from "./refusal.ts";
import { gatewayExtras } from "./token-dialect.ts";

/** What one successful token call hands out. */
interface Grant {
  readonly scope: string;
  readonly accessToken: string;
  readonly lifetimeSeconds: number;
  readonly refreshToken?: string;
  readonly refreshLifetimeSeconds?: number;
  readonly idToken?: string;
}

type Form = ReturnType<typeof readForm>;

/** T1: all grants. The client shows its QWAC and its secret. */
export function tokenRoutes(server: FastifyInstance, bank: Bank): void {
  server.post("/oauth/token", { config: { endpoint: "T1" } }, async (request, reply) => {
    const certificate = requireQwac(request);
    request.bankCall.certificate = certificate;
    const form = readForm(request.body);
    const type = header(request, "content-type")?.split(";")[0]?.toLowerCase();
    if (type !== "application/x-www-form-urlencoded") throw tokenError("invalid_request", "The body must be application/x-www-form-urlencoded");
    if (form.repeated.length > 0) throw tokenError("invalid_request", `The field ${form.repeated[0] ?? ""} was given twice`);
    const client = authenticate(form, bank);
    request.bankCall.clientId = client.clientId;
    if (!belongsTo(certificate, client, bank.config.SANDBOX_CLIENT_BINDING)) {
      throw tokenError("invalid_client", "The client certificate is not the one this client registered");
    }
    const grantType = form.fields.get("grant_type") ?? "";
    request.bankCall.grant = grantType;
    noteAuthorization(request, form, bank);
    if (await passThroughFaults(request, reply, bank)) return reply;

    const grant = await grantFor(grantType, { form, client, bank, request });
    if (await passThroughFaults(request, reply, bank, "outcome")) return reply;
    const body = {
      access_token: grant.accessToken,
      scope: grant.scope,
      ...(grant.refreshToken === undefined ? {} : { refresh_token: grant.refreshToken }),
      ...(grant.idToken === undefined ? {} : { id_token: grant.idToken }),
      ...gatewayExtras(bank.config.SANDBOX_TOKEN_DIALECT, { ...grant, clientId: client.clientId, now: bank.clock.now() }),
    };
    return reply.header("cache-control", "no-store").header("pragma", "no-cache").send(bank.faults.changeJson(request.bankCall, body));
  });
}

function authenticate(form: Form, bank: Bank): Client {
  const client = bank.clients.get(form.fields.get("client_id") ?? "");
  const secret = form.fields.get("client_secret") ?? "";
  if (client === undefined || !sameDigest(secret, client.clientSecretDigest)) throw tokenError("invalid_client", "Client credentials are invalid");
  return client;
}

/** Notes whom the call is about before it is carried out, for fault switches and books. */
function noteAuthorization({ bankCall }: FastifyRequest, form: Form, bank: Bank): void {
  const found = bank.tokens.findCode(form.fields.get("code") ?? "") ?? bank.tokens.findRefresh(form.fields.get("refresh_token") ?? "");
  const authorization = bank.authorizations.get(found?.authorizationId ?? "");
  if (authorization === undefined) return;
  bankCall.authorizationId = authorization.authorizationId;
  if (authorization.psuId !== undefined) bankCall.psuId = authorization.psuId;
}

interface GrantInput {
  readonly form: Form;
  readonly client: Client;
  readonly bank: Bank;
  readonly request: FastifyRequest;
}

/** The grant of the exemption; no registration names it. */
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

async function grantFor(grantType: string, input: GrantInput): Promise<Grant> {
  if (grantType === jwtBearer) return exemption(input);
  if (!["client_credentials", "authorization_code", "refresh_token"].includes(grantType)) {
    throw tokenError("unsupported_grant_type", `The grant type ${grantType === "" ? "(none)" : grantType} is not offered`);
  }
  if (!input.client.grantTypes.includes(grantType)) throw tokenError("invalid_client", `This client did not register ${grantType}`);
  if (grantType === "client_credentials") return clientCredentials(input);
  return grantType === "authorization_code" ? authorizationCode(input) : await refresh(input);
}

function clientCredentials({ form, client, bank }: GrantInput): Grant {
  const scope = form.fields.get("scope") ?? "";
  const own = client.roles.map((role) => scopeOfRole[role]);
  if (scope.includes(" ")) throw tokenError("invalid_scope", "One scope per request");
  if (!(own as readonly string[]).includes(scope)) throw tokenError("invalid_scope", `The scope ${scope === "" ? "(none)" : scope} is not open to this client`);
  const lifetimeSeconds = bank.config.SANDBOX_ACCESS_TOKEN_SECONDS;
  const token = { kind: "client" as const, clientId: client.clientId, scope, expiresAtMs: inSeconds(bank, lifetimeSeconds) };
  return { scope, lifetimeSeconds, accessToken: bank.tokens.issueAccess(token) };
}

async function authorizationCode({ form, client, bank, request }: GrantInput): Promise<Grant> {
  const text = form.fields.get("code") ?? "";
  const code = bank.tokens.findCode(text);
  const now = bank.clock.now().epochMilliseconds;
  if (code === undefined || code.clientId !== client.clientId) throw tokenError("invalid_request", "Invalid Authorization Code");
  if (code.used) {
    // Somebody holds this code besides us: what it bought is taken back.
    bank.tokens.expireAccess((token) => token.authorizationId === code.authorizationId);
    bank.tokens.dropRefresh((token) => token.authorizationId === code.authorizationId);
    throw tokenError("invalid_request", "Authorization Code was used before");
  }
  bank.tokens.markCodeUsed(text);
  if (code.expiresAtMs <= now) throw tokenError("invalid_request", "Authorization Code expired");
  if (form.fields.get("redirect_uri") !== code.redirectUri) throw tokenError("invalid_request", "redirect_uri differs from the authorization request");
  const authorization = stillAuthorized(bank, code.authorizationId);
  const grant = psuGrant(bank, { authorization, client, scope: code.scope, acr: code.acr });
  const idToken = await issueIdToken(bank, request.bankCall, {
    channel: "token",
    client,
    authorization,
    psuId: code.psuId,
    acr: code.acr,
    nonce: code.nonce,
    hashes: { at_hash: grant.accessToken, ...(grant.refreshToken === undefined ? {} : { rt_hash: grant.refreshToken }) },
  });
  return { ...grant, idToken };
}

async function refresh({ form, client, bank, request }: GrantInput): Promise<Grant> {
  const text = form.fields.get("refresh_token") ?? "";
  const found = bank.tokens.findRefresh(text);
  const graceful = bank.config.SANDBOX_REFRESH_TOKENS === "until-next-used";
  if (found === undefined || found.clientId !== client.clientId) throw tokenError("invalid_request", "Invalid Refresh Token");
  if (found.used && !graceful) throw tokenError("invalid_request", "Refresh Token was used before");
  if (found.expiresAtMs <= bank.clock.now().epochMilliseconds) throw tokenError("invalid_request", "Refresh Token expired");
  const authorization = stillAuthorized(bank, found.authorizationId);
  bank.tokens.markRefreshUsed(text);
  bank.tokens.retireReplaced(found);
  const { scope, acr } = found;
  const grant = psuGrant(bank, { authorization, client, scope, acr, ...(graceful ? { replaces: digest(text) } : {}) });
  if (!bank.config.SANDBOX_REFRESH_ID_TOKEN || authorization.psuId === undefined) return grant;
  const { psuId } = authorization;
  const hashes = { at_hash: grant.accessToken };
  return { ...grant, idToken: await issueIdToken(bank, request.bankCall, { channel: "refresh", client, authorization, psuId, acr, nonce: "", hashes }) };
}

async function exemption({ form, client, bank }: GrantInput): Promise<Grant> {
  if (form.fields.get("scope") !== "payments") throw tokenError("invalid_scope", "The scope of this grant is payments");
  const authorization = await approveByExemption(form.fields.get("assertion") ?? "", client, bank);
  return psuGrant(bank, { authorization, client, scope: "payments", acr: "urn:openbanking:psd2:ca" });
}

/** Tokens die with the consent. What became of payments can be read once all are submitted. */
function stillAuthorized(bank: Bank, authorizationId: string): Authorization {
  const authorization = bank.authorizations.get(authorizationId);
  const alive = authorization?.kind === "payments" ? ["Authorized", "Completed", "PartiallyRevoked"] : ["Authorized"];
  if (authorization === undefined || !alive.includes(bank.authorizations.statusOf(authorization))) {
    throw tokenError("invalid_request", "The authorization behind this grant has ended");
  }
  return authorization;
}

interface PsuGrantInput {
  readonly authorization: Authorization;
  readonly client: Client;
  readonly scope: string;
  readonly acr: string;
  /** Digest of the refresh token in whose place the new tokens come. */
  readonly replaces?: string;
}

function psuGrant(bank: Bank, { authorization, client, scope, acr, replaces }: PsuGrantInput): Grant {
  const { authorizationId } = authorization;
  const lifetimeSeconds = bank.config.SANDBOX_ACCESS_TOKEN_SECONDS;
  const end = endOf(authorization).epochMilliseconds;
  const accessToken = bank.tokens.issueAccess({
    kind: "psu",
    clientId: client.clientId,
    scope,
    authorizationId,
    expiresAtMs: inSeconds(bank, lifetimeSeconds),
    replaces,
  });
  const refreshToken = bank.tokens.issueRefresh({ clientId: client.clientId, scope, authorizationId, acr, expiresAtMs: end, replaces });
  const refreshLifetimeSeconds = Math.max(0, Math.floor((end - bank.clock.now().epochMilliseconds) / 1000));
  return { scope, lifetimeSeconds, accessToken, refreshToken, refreshLifetimeSeconds };
}

function inSeconds(bank: Bank, seconds: number): number {
  return bank.clock.now().add({ seconds }).epochMilliseconds;
}
