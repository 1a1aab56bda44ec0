import { z } from "zod";
import type { ConsentsFacet, CreatedConsent } from "../../adapters/bank-adapter.ts";
import { errors } from "../../errors.ts";
import { pathSegment, readWire } from "../wire.ts";
import { opaqueId } from "./accounts-wire.ts";

const instant = z.iso.datetime({ offset: true });
/** The Authorization object of the account interface. */
const opAuthorization = z.object({
  authorizationId: opaqueId,
  created: instant.nullish(),
  authorized: instant.nullish(),
  expires: instant.nullish(),
  /** Unauthorized, Authorized, Rejected, Revoked, Expired, or what comes next. */
  status: z.string(),
});

export interface ConsentSettings {
  readonly aisBaseUrl: string;
  readonly consentMaxDays: number;
}

/** Distance kept from the longest consent the bank grants, so that two clocks may differ. */
const marginMinutes = 10;

/** Account access: `POST` and `DELETE` of an authorization; how the person is asked is the authorization server's matter. */
export function opConsentsFacet(settings: ConsentSettings): ConsentsFacet {
  const collection = `${settings.aisBaseUrl}/authorizations`;
  return {
    async create(calls, { validUntil, now }) {
      const expires = withinLimit(validUntil, now, settings.consentMaxDays);
      const reply = await calls({
        operation: "consents.create",
        method: "POST",
        url: new URL(collection),
        // Unknown members are refused by the bank: exactly what it knows, nothing more.
        body: { type: "application/json; charset=utf-8", text: JSON.stringify({ expires: expires.toString() }) },
      });
      return translateCreated(readWire(opAuthorization, reply), expires);
    },
    async revoke(calls, aspspConsentId) {
      const url = new URL(`${collection}/${pathSegment(aspspConsentId)}`);
      await calls({ operation: "consents.revoke", method: "DELETE", url });
    },
  };
}

/** Never longer than the bank grants. */
export function withinLimit(validUntil: Temporal.Instant, now: Temporal.Instant, maxDays: number): Temporal.Instant {
  const latest = now.add({ hours: maxDays * 24 }).subtract({ minutes: marginMinutes });
  const chosen = Temporal.Instant.compare(validUntil, latest) > 0 ? latest : validUntil;
  return chosen.round("second");
}

/** An authorization that nobody approved yet. */
export function translateCreated(
  wire: Pick<z.output<typeof opAuthorization>, "authorizationId" | "expires" | "status">,
  asked: Temporal.Instant,
): CreatedConsent {
  if (wire.status !== "Unauthorized") throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "consent-status" } });
  const told = wire.expires ? Temporal.Instant.from(wire.expires) : asked;
  // A bank that grants more than was asked for does not make our consent longer (BR-59).
  return { aspspConsentId: wire.authorizationId, validUntil: Temporal.Instant.compare(told, asked) > 0 ? asked : told };
}
