import { z } from "zod";
import { epochSeconds } from "../clock.ts";
import { authorizationKinds, isPending, type Authorization } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import { scopeOfRole, type Client } from "./clients.ts";
import { unverifiedClaims, verifyTppJws } from "./tpp-jws.ts";

const authorizationClaim = z.object({ value: z.string(), essential: z.boolean().optional() });
const claimsSchema = z.object({
  iss: z.string(),
  client_id: z.string(),
  aud: z.union([z.string(), z.array(z.string())]).transform((value) => (typeof value === "string" ? [value] : value)),
  response_type: z.string(),
  redirect_uri: z.string(),
  scope: z.string(),
  state: z.string().min(1).max(1000),
  nonce: z.string().min(1).max(1000),
  iat: z.number().optional(),
  exp: z.number(),
  claims: z.object({
    userinfo: z.object({ authorizationId: authorizationClaim }).optional(),
    id_token: z.object({
      authorizationId: authorizationClaim,
      acr: z.object({ value: z.string().optional(), values: z.array(z.string()).optional() }).optional(),
    }),
  }),
});

/** What a third party asks a person for, proven to come from it. */
export interface AuthorizationRequest {
  readonly client: Client;
  readonly authorization: Authorization;
  readonly redirectUri: string;
  readonly scope: string;
  readonly state: string;
  readonly nonce: string;
  readonly acr: string;
}

export type RequestOutcome =
  | { readonly kind: "accepted"; readonly request: AuthorizationRequest }
  /** Nobody can be told but the person in front of the page. */
  | { readonly kind: "unanswerable"; readonly message: string }
  /** The third party is known and reachable: it gets the error. */
  | { readonly kind: "refused"; readonly redirectUri: string; readonly state: string; readonly error: string; readonly message: string };

const toleranceSeconds = 120;
const levels = ["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"];

/** Checks the query of Z1 and the signed request object in it. */
export async function readAuthorizationRequest(query: Readonly<Record<string, unknown>>, bank: Bank): Promise<RequestOutcome> {
  const repeated = Object.entries(query).find(([, value]) => typeof value !== "string");
  if (repeated !== undefined) return unanswerable(`The parameter ${repeated[0]} was given twice.`);
  const given = query as Readonly<Record<string, string>>;
  const jws = given["request"];
  if (jws === undefined) return unanswerable("The parameter request with the signed request object is missing.");
  const client = bank.clients.get(given["client_id"] ?? "");
  if (client === undefined) return unanswerable("This client_id is not registered at this bank.");
  const raw = unverifiedClaims(jws);
  if (raw === undefined) return unanswerable("The request object is not a signed JWT.");

  const verified = await verifyTppJws(jws, client.jwksEndpoint, bank);
  if (!verified.ok) return unanswerable(`${verified.message}.`);
  const parsed = claimsSchema.safeParse(verified.claims);
  const redirectUri = typeof raw["redirect_uri"] === "string" ? raw["redirect_uri"] : "";
  if (!client.redirectUris.includes(redirectUri)) return unanswerable("The redirect_uri of the request object is not registered, character by character.");
  const state = typeof raw["state"] === "string" ? raw["state"] : "";
  const refused = (error: string, message: string): RequestOutcome => ({ kind: "refused", redirectUri, state, error, message });
  if (!parsed.success) return refused("invalid_request_object", `request object: ${z.prettifyError(parsed.error)}`);
  const claims = parsed.data;

  if (claims.iss !== client.clientId || claims.client_id !== client.clientId)
    return refused("invalid_request_object", "iss and client_id must be the client_id");
  if (!audienceFits(claims.aud, bank)) return refused("invalid_request_object", "aud is not this bank");
  const now = epochSeconds(bank.clock.now());
  if (claims.exp <= now - toleranceSeconds) return refused("invalid_request_object", "The request object has expired");
  if (claims.iat !== undefined && claims.iat > now + toleranceSeconds) return refused("invalid_request_object", "iat lies in the future");
  const contradiction = contradictionIn(given, claims);
  if (contradiction !== undefined) return refused("invalid_request", `${contradiction} differs between the query and the request object`);
  if (!["code id_token", "code"].includes(claims.response_type)) return refused("unsupported_response_type", 'response_type must be "code id_token"');
  const kind = authorizationKinds.find((each) => sameWords(claims.scope, `openid ${each}`));
  if (kind === undefined) return refused("invalid_scope", `scope must be openid and one of ${authorizationKinds.join(", ")}`);
  if (!client.roles.some((role) => scopeOfRole[role] === kind)) return refused("unauthorized_client", `This client did not register for ${kind}`);

  const { authorizationId } = claims.claims.id_token;
  const inUserinfo = claims.claims.userinfo?.authorizationId.value;
  if (inUserinfo !== undefined && inUserinfo !== authorizationId.value)
    return refused("invalid_request_object", "userinfo and id_token name different authorizations");
  const authorization = bank.authorizations.get(authorizationId.value);
  if (authorization?.clientId !== client.clientId || authorization.kind !== kind) {
    return refused("invalid_request", "There is no such authorization of this client");
  }
  const status = bank.authorizations.statusOf(authorization);
  if (!isPending(status)) return refused("invalid_request", `The authorization is not pending: ${status}`);
  const asked = claims.claims.id_token.acr;
  const wanted = asked?.values ?? (asked?.value === undefined ? levels : [asked.value]);
  const acr = levels.find((level) => wanted.includes(level));
  if (acr === undefined) return refused("invalid_request", "None of the requested acr values is offered");

  return { kind: "accepted", request: { client, authorization, redirectUri, scope: claims.scope, state: claims.state, nonce: claims.nonce, acr } };
}

/** The documented audience holds even in the sandbox; others are taken unless the bank is strict. */
export function audienceFits(audience: readonly string[], bank: Bank): boolean {
  const documented = ["https://mtls.apis.op.fi"];
  const tolerated = bank.config.SANDBOX_STRICT_AUDIENCE
    ? []
    : ["https://mtls-apis.psd2-sandbox.op.fi", "https://psd2.mtls.sandbox.apis.op.fi", bank.addresses.mtlsOrigin, bank.addresses.authorizeOrigin];
  return audience.some((each) => [...documented, ...tolerated].includes(each));
}

/** Name of the first query parameter that says something else than the signed object. */
function contradictionIn(query: Readonly<Record<string, string>>, claims: z.output<typeof claimsSchema>): string | undefined {
  const exact = (["state", "nonce", "redirect_uri", "client_id"] as const).find((name) => query[name] !== undefined && query[name] !== claims[name]);
  if (exact !== undefined) return exact;
  if (query["scope"] !== undefined && !sameWords(query["scope"], claims.scope)) return "scope";
  // Third parties send plain "code" in the query although the object says "code id_token"; the object decides.
  const type = query["response_type"];
  return type === undefined || type === "code" || sameWords(type, claims.response_type) ? undefined : "response_type";
}

function sameWords(a: string, b: string): boolean {
  const words = (text: string): string => text.split(" ").filter(Boolean).toSorted().join(" ");
  return words(a) === words(b);
}

function unanswerable(message: string): RequestOutcome {
  return { kind: "unanswerable", message };
}
