import type { CertificateProblem } from "@opl/contracts/model";
import { certificateStatus } from "./certificate.ts";

/** What a certificate says, wherever it was found. */
export interface CertificateFacts {
  readonly certificateId: string;
  readonly purpose: "qwac" | "qsealc";
  readonly kid: string;
  readonly algorithm: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly organizationIdentifier: string | null;
  readonly authorityId: string | null;
  readonly roles: readonly string[];
  readonly notBefore: Temporal.Instant;
  readonly notAfter: Temporal.Instant;
  readonly thumbprint: string;
  readonly chainPem: readonly string[];
  readonly problems: readonly CertificateProblem[];
}

/** One of our own, or one as it serves in a registration. */
export type Found = CertificateFacts &
  (
    | { readonly kind: "own"; readonly ready: boolean }
    | { readonly kind: "used"; readonly aspspId: string; readonly registrationId: string; readonly inUse: boolean; readonly current: boolean }
  );

export interface InventoryEntry extends CertificateFacts {
  readonly status: ReturnType<typeof certificateStatus>;
  readonly own: boolean;
  readonly usedAt: readonly { readonly aspspId: string; readonly registrationId: string; readonly current: boolean }[];
}

/** Each certificate once, by its thumbprint: one of our own speaks for the registrations that use it. */
export function inventoryOf(found: readonly Found[], now: Temporal.Instant): readonly InventoryEntry[] {
  return [...Map.groupBy(found, ({ thumbprint }) => thumbprint).values()]
    .map((same) => {
      const own = same.find((one) => one.kind === "own");
      const used = same.filter((one) => one.kind === "used");
      const facts = own ?? same[0];
      if (facts === undefined) throw new RangeError("a group without a member");
      const serves = used.some(({ inUse, current }) => inUse && current);
      const mayServe = own?.ready === true || used.some(({ current }) => current);
      return {
        certificateId: facts.certificateId,
        purpose: facts.purpose,
        kid: facts.kid,
        algorithm: facts.algorithm,
        subject: facts.subject,
        issuer: facts.issuer,
        serialNumber: facts.serialNumber,
        organizationIdentifier: facts.organizationIdentifier,
        authorityId: facts.authorityId,
        roles: facts.roles,
        notBefore: facts.notBefore,
        notAfter: facts.notAfter,
        thumbprint: facts.thumbprint,
        chainPem: facts.chainPem,
        problems: facts.problems,
        status: certificateStatus(facts.notAfter, serves, serves || mayServe, now),
        own: own !== undefined,
        usedAt: used.map(({ aspspId, registrationId, current }) => ({ aspspId, registrationId, current })),
      };
    })
    .toSorted((one, other) => Temporal.Instant.compare(other.notBefore, one.notBefore));
}
