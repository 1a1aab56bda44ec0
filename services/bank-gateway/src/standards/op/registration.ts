import type { ClientInformation, TppRole } from "@opl/contracts/model";
import { isJwsAlgorithm, registrationRequestClaims, softwareStatementClaims } from "@opl/fapi";
import type { JsonObject, Jwk, SoftwareContact } from "@opl/fapi";
import { z } from "zod";
import type { BankCalls } from "../../adapters/bank-adapter.ts";
import type { IssuedCertificates, TppNames } from "../../registration-schemes/scheme.ts";
import { clientInformationOf, registeredClient } from "../registered-client.ts";
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

/** Answer of the registration: this bank always gives a secret. */
export const opRegisteredClient = registeredClient.extend({ client_secret: z.string().min(1), api_key: z.string().min(1).nullish() });

export interface RegistrationSettings {
  readonly certificateGenerationUrl: string;
  readonly registrationUrl: string;
  readonly registrationAudience: string;
  readonly grantTypes: readonly string[];
  readonly portalApiKey: string;
}

const statementLifetimeSeconds = 20_000;
const requestLifetimeSeconds = 3_600;

interface SoftwareStatementRequest extends TppNames {
  /** Where revoked keys are named, if not at the same address. */
  readonly revokedJwksUrl?: string | undefined;
  readonly softwareClientId: string;
  readonly clientName: string;
  readonly clientUri: string;
  readonly redirectUris: readonly string[];
  readonly roles: readonly TppRole[];
  readonly organisationName: string;
  readonly contacts: readonly SoftwareContact[];
}

interface Issuance {
  readonly now: Temporal.Instant;
  readonly jti: string;
}

interface Claims {
  readonly claims: JsonObject;
  readonly expiresAt: Temporal.Instant;
}

export interface OpRegisteredClient {
  readonly client: ClientInformation;
  readonly clientSecret: string;
  readonly apiKey: string | undefined;
}

/** The messages of this bank's registration, unsigned. */
export interface OpRegistration {
  issueCertificates(calls: BankCalls, input: { country: string; commonName: string; roles: readonly TppRole[] }): Promise<IssuedCertificates>;
  softwareStatement(input: SoftwareStatementRequest, issuance: Issuance): Claims;
  registrationRequest(input: { softwareStatement: string; redirectUris: readonly string[] }, issuance: Issuance): Claims;
  submit(calls: BankCalls, registrationRequest: string): Promise<OpRegisteredClient>;
}

/** Certificates from the bank's sandbox generator, self-issued software statement, registration by signed JWT. */
export function opRegistration(settings: Omit<RegistrationSettings, "portalApiKey">): OpRegistration {
  return {
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

export function translateRegisteredClient(wire: z.output<typeof opRegisteredClient>): OpRegisteredClient {
  return { client: clientInformationOf(wire), clientSecret: wire.client_secret, apiKey: wire.api_key ?? undefined };
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
