import type { ClientInformation } from "@opl/contracts/model";
import { z } from "zod";

/** As far as a date can be made of it. */
const epoch = z
  .union([
    z.number().min(0).max(8.64e15),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .nullish();
const texts = z.array(z.string().max(2000)).max(200).nullish();

/** What banks answer to a registration (RFC 7591 3.2.1): times as text or in milliseconds and scopes as a list are known to happen. */
export const registeredClient = z.object({
  client_id: z.string().min(1).max(500),
  client_id_issued_at: epoch,
  client_secret: z.string().min(1).max(2000).nullish(),
  client_secret_expires_at: epoch,
  client_name: z.string().nullish(),
  redirect_uris: texts,
  grant_types: texts,
  software_id: z.string().nullish(),
  scope: z.union([z.string(), z.array(z.string())]).nullish(),
  jwks_endpoint: z.string().nullish(),
  jwks_uri: z.string().nullish(),
  software_roles: texts,
});

/** The part of the answer that is no secret. */
export function clientInformationOf(wire: z.output<typeof registeredClient>): ClientInformation {
  return {
    clientId: wire.client_id,
    clientIdIssuedAt: toInstant(wire.client_id_issued_at),
    // Zero means that it never expires (RFC 7591 3.2.1).
    clientSecretExpiresAt: wire.client_secret_expires_at === 0 ? null : toInstant(wire.client_secret_expires_at),
    clientName: wire.client_name ?? null,
    redirectUris: wire.redirect_uris ?? [],
    grantTypes: wire.grant_types ?? [],
    softwareId: wire.software_id ?? null,
    scope: Array.isArray(wire.scope) ? wire.scope.join(" ") : (wire.scope ?? null),
    jwksEndpoint: wire.jwks_endpoint ?? wire.jwks_uri ?? null,
    softwareRoles: wire.software_roles ?? [],
  };
}

/** Seconds by RFC 7591; some banks count milliseconds. */
function toInstant(epochTime: number | null | undefined): string | null {
  if (epochTime === null || epochTime === undefined) return null;
  const milliseconds = epochTime > 100_000_000_000 ? epochTime : epochTime * 1000;
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(milliseconds)).toString();
}
