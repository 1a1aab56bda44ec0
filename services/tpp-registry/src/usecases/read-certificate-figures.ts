import type { RegistryContext } from "../context.ts";
import { listCertificates } from "../db/certificate-store.ts";
import { listHeld } from "../db/renewal-store.ts";

/** One metric: a value a bank, or a bank and purpose. */
export interface Figure {
  readonly name: "tpp_certificate_days_left" | "tpp_renewals_refused";
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
}

const hoursPerDay = 24;

/** How long the certificates that serve new calls go on, in days with fractions, and how often their renewal was refused. */
export async function readCertificateFigures({ db, clock }: Pick<RegistryContext, "db" | "clock">): Promise<readonly Figure[]> {
  const now = clock.now();
  const [held, certificates] = await Promise.all([listHeld(db), listCertificates(db)]);
  const serving = new Set(held.map(({ registrationId }) => registrationId));
  return [
    ...certificates
      .filter(({ inUse, registrationId }) => inUse && serving.has(registrationId))
      .map(({ aspspId, purpose, notAfter }) => ({
        name: "tpp_certificate_days_left" as const,
        attributes: { aspsp_id: aspspId, purpose },
        value: now.until(notAfter).total("hours") / hoursPerDay,
      })),
    ...held.map(({ aspspId, refusals }) => ({ name: "tpp_renewals_refused" as const, attributes: { aspsp_id: aspspId }, value: refusals })),
  ];
}
