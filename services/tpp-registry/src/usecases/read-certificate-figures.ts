import type { RegistryContext } from "../context.ts";
import { listCertificates } from "../db/certificate-store.ts";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import { listFailed, listHeld } from "../db/renewal-store.ts";
import { newestReady, slotsOf } from "../domain/own-certificate.ts";

/** One metric: a value a bank, a bank and purpose, or a purpose and kind of key for our own. */
export interface Figure {
  readonly name: "tpp_certificate_days_left" | "tpp_renewals_refused" | "tpp_own_certificates_awaited" | "tpp_registration_failed";
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
}

const hoursPerDay = 24;

/** How long the certificates that serve new calls go on, in days with fractions; how often their renewal was refused; which of our own we wait for; where we are not registered because it failed. */
export async function readCertificateFigures({ db, clock }: Pick<RegistryContext, "db" | "clock">, renewBeforeDays: number): Promise<readonly Figure[]> {
  const now = clock.now();
  const [held, certificates, own, failed] = await Promise.all([listHeld(db), listCertificates(db), listOwnCertificates(db), listFailed(db)]);
  const serving = new Set(held.map(({ registrationId }) => registrationId));
  const daysUntil = (notAfter: Temporal.Instant): number => now.until(notAfter).total("hours") / hoursPerDay;
  return [
    ...certificates
      .filter(({ inUse, registrationId }) => inUse && serving.has(registrationId))
      .map(({ aspspId, purpose, notAfter }) => ({
        name: "tpp_certificate_days_left" as const,
        attributes: { aspsp_id: aspspId, purpose },
        value: daysUntil(notAfter),
      })),
    ...slotsOf(own, renewBeforeDays, now).flatMap((slot): Figure[] => {
      const attributes = { purpose: slot.purpose, key_type: slot.keyType };
      const newest = newestReady(own, slot);
      return [
        ...(newest === undefined ? [] : [{ name: "tpp_certificate_days_left" as const, attributes, value: daysUntil(newest.issued.notAfter) }]),
        { name: "tpp_own_certificates_awaited", attributes, value: slot.awaited ? 1 : 0 },
      ];
    }),
    ...held.map(({ aspspId, refusals, fruitless = 0 }) => ({
      name: "tpp_renewals_refused" as const,
      attributes: { aspsp_id: aspspId },
      value: refusals + fruitless,
    })),
    ...failed.map((aspspId) => ({ name: "tpp_registration_failed" as const, attributes: { aspsp_id: aspspId }, value: 1 })),
  ];
}
