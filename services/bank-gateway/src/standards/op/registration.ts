import { isJwsAlgorithm, registrationRequestClaims, softwareStatementClaims } from "@opl/fapi";
import type { Jwk } from "@opl/fapi";
import { z } from "zod";
import type { IssuedCertificates, RegisteredClient, RegistrationFacet } from "../../adapters/bank-adapter.ts";
import { readWire } from "../wire.ts";

const b64url = z.string().regex(/^[\w-]+$/);
const keyMembers = { use: z.string().optional(), kid: z.string().min(1), alg: z.string().refine(isJwsAlgorithm), x5c: z.array(z.string()).min(1) };
const rsaKey = z.object({
  ...keyMembers,
  kty: z.literal("RSA"),
  n: b64url,
  e: b64url,
  d: b64url,
  p: b64url.optional(),
  q: b64url.optional(),
  dp: b64url.optional(),
  dq: b64url.optional(),
  qi: b64url.optional(),
});
const ecKey = z.object({ ...keyMembers, kty: z.literal("EC"), crv: z.literal("P-256"), x: b64url, y: b64url, d: b64url });

/** Answer of the certificate generator. */
export const opGeneratedTpp = z.object({
  tppId: z.string().min(1).nullish(),
  publicJwksUrl: z.url(),
  privateJwks: z.object({
    keys: z
      .array(z.discriminatedUnion("kty", [rsaKey, ecKey]))
      .min(2)
      .max(16),
  }),
});

const epoch = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).nullish();
/** Answer of the registration. */
export const opRegisteredClient = z.object({
  client_id: z.string().min(1),
  client_id_issued_at: epoch,
  client_secret: z.string().min(1),
  client_secret_expires_at: epoch,
  api_key: z.string().min(1).nullish(),
  client_name: z.string().nullish(),
  redirect_uris: z.array(z.string()).nullish(),
  grant_types: z.array(z.string()).nullish(),
  software_id: z.string().nullish(),
  scope: z.string().nullish(),
  jwks_endpoint: z.string().nullish(),
  software_roles: z.array(z.string()).nullish(),
});

export interface RegistrationSettings {
  readonly certificateGenerationUrl: string;
  readonly registrationUrl: string;
  readonly registrationAudience: string;
  readonly grantTypes: readonly string[];
  readonly portalApiKey: string;
}

const statementLifetimeSeconds = 20_000;
const requestLifetimeSeconds = 3_600;

/** Certificates from the bank's sandbox generator, self-issued software statement, registration by signed JWT. */
export function opRegistrationFacet(settings: RegistrationSettings): RegistrationFacet {
  return {
    scheme: "op",
    portalApiKey: settings.portalApiKey,
    async issueCertificates(calls, { country, commonName, roles }) {
      const url = new URL(settings.certificateGenerationUrl);
      url.searchParams.set("c", country);
      url.searchParams.set("cn", commonName);
      url.searchParams.set("roles", roles.join(","));
      const reply = await calls({ operation: "registration.certificates", method: "POST", url });
      return translateGeneratedTpp(readWire(opGeneratedTpp, reply), reply.headers["location"]);
    },
    softwareStatement(input, { now, jti }) {
      const claims = softwareStatementClaims(
        {
          tppId: input.tppId,
          organizationIdentifier: input.organizationIdentifier,
          organizationName: input.organisationName,
          contacts: input.contacts,
          softwareClientId: input.softwareClientId,
          softwareClientName: input.clientName,
          softwareClientUri: input.clientUri,
          softwareRoles: input.roles,
          softwareRedirectUris: input.redirectUris,
          jwksEndpoint: input.publicJwksUrl,
          jwksRevokedEndpoint: input.revokedJwksUrl ?? input.publicJwksUrl,
        },
        { now, jti, lifetimeSeconds: statementLifetimeSeconds },
      );
      return { claims, expiresAt: endOf(claims) };
    },
    registrationRequest({ softwareStatement, redirectUris }, { now, jti }) {
      const claims = registrationRequestClaims(
        { audience: settings.registrationAudience, redirectUris, grantTypes: settings.grantTypes, softwareStatement },
        { now, jti, lifetimeSeconds: requestLifetimeSeconds },
      );
      return { claims, expiresAt: endOf(claims) };
    },
    async submit(calls, registrationRequest) {
      const reply = await calls({
        operation: "registration.submit",
        method: "POST",
        url: new URL(settings.registrationUrl),
        body: { type: "application/jwt", text: registrationRequest },
      });
      return translateRegisteredClient(readWire(opRegisteredClient, reply));
    },
  };
}

/** `location` is where older generators put the id of the TPP. */
export function translateGeneratedTpp(wire: z.output<typeof opGeneratedTpp>, location?: string): IssuedCertificates {
  return {
    tppId: wire.tppId ?? lastPathSegment(location),
    publicJwksUrl: wire.publicJwksUrl,
    privateKeys: wire.privateJwks.keys as readonly Jwk[],
  };
}

export function translateRegisteredClient(wire: z.output<typeof opRegisteredClient>): RegisteredClient {
  return {
    clientSecret: wire.client_secret,
    apiKey: wire.api_key ?? undefined,
    client: {
      clientId: wire.client_id,
      clientIdIssuedAt: toInstant(wire.client_id_issued_at),
      // Zero means that it never expires (RFC 7591 3.2.1).
      clientSecretExpiresAt: wire.client_secret_expires_at === 0 ? null : toInstant(wire.client_secret_expires_at),
      clientName: wire.client_name ?? null,
      redirectUris: wire.redirect_uris ?? [],
      grantTypes: wire.grant_types ?? [],
      softwareId: wire.software_id ?? null,
      scope: wire.scope ?? null,
      jwksEndpoint: wire.jwks_endpoint ?? null,
      softwareRoles: wire.software_roles ?? [],
    },
  };
}

/** Seconds by RFC 7591; the gateway in front of some banks counts milliseconds. */
function toInstant(epochTime: number | null | undefined): string | null {
  if (epochTime === null || epochTime === undefined) return null;
  const milliseconds = epochTime > 100_000_000_000 ? epochTime : epochTime * 1000;
  return Temporal.Instant.fromEpochMilliseconds(milliseconds).toString();
}

function endOf(claims: { readonly exp?: unknown }): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(Number(claims.exp) * 1000);
}

function lastPathSegment(location: string | undefined): string | undefined {
  const last = location
    ?.split("?")[0]
    ?.split("/")
    .filter((part) => part !== "")
    .at(-1);
  return last === undefined ? undefined : decodeURIComponent(last);
}
