import type { listFundsPermissions } from "@opl/contracts/http/bff-payments";
import type { FundsConsent } from "@opl/contracts/http/consent-payments";
import type { ResponseOf } from "@opl/contracts/http/route";
import type { Aspsp } from "@opl/contracts/model";
import { bankNames } from "./bank-names.ts";
import { daysBetween } from "./connection.ts";
import { maskNumber } from "./masked-number.ts";
import { endedLatelyByOthers } from "./permission-end.ts";

export type FundsView = ResponseOf<typeof listFundsPermissions>["permissions"][number];

/** A person's permissions to ask for funds as pages show them, without attempts that never became one. */
export function fundsViews(all: readonly FundsConsent[], banks: readonly Aspsp[] | undefined, now: Temporal.Instant): FundsView[] {
  return all
    .filter(({ status, authorisedAt }) => status === "valid" || authorisedAt !== null)
    .map(({ iban, ...permission }) => ({
      ...permission,
      aspspName: bankNames(banks)(permission.aspspId),
      maskedNumber: maskNumber(iban),
      daysLeft: permission.status === "valid" ? daysBetween(now, permission.validUntil) : null,
      missed: endedLatelyByOthers(permission, now) && !all.some((other) => standsInFor(other, { iban, ...permission })),
    }));
}

/** One that may ask the same account now, or was given later and so has its own end to tell of. An account that nobody knows is not the same as any. */
function standsInFor(other: FundsConsent, { aspspId, iban, createdAt }: FundsConsent): boolean {
  const later = other.authorisedAt !== null && Temporal.Instant.compare(other.createdAt, createdAt) > 0;
  return other.aspspId === aspspId && iban !== null && other.iban === iban && (other.status === "valid" || later);
}
