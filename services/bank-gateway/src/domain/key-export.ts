export type KeyExportStatus = "requested" | "approved" | "refused" | "collected" | "expired";
/** What a row of the audit says: the step that was done, or that one was tried in vain. */
export type KeyAuditStep = KeyExportStatus | "attempt-refused";
export type KeyExportAction = "approve" | "refuse" | "collect";

/** Why an operator may not do a step. */
export type KeyExportRefusal = "expired" | "state" | "operator";

/** One asking for a private key. */
export interface KeyExport {
  readonly exportId: string;
  readonly registrationId: string;
  readonly kid: string;
  readonly reason: string;
  readonly status: KeyExportStatus;
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  readonly requestedAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
}

/** From the asking to the collecting. */
export const keyExportMinutes = 15;

const rules: Readonly<
  Record<KeyExportAction, { readonly from: readonly KeyExportStatus[]; readonly to: KeyExportStatus; readonly by: (asker: boolean) => boolean }>
> = {
  approve: { from: ["requested"], to: "approved", by: (asker) => !asker },
  // Also by the one who asked: that is withdrawing.
  refuse: { from: ["requested", "approved"], to: "refused", by: () => true },
  collect: { from: ["approved"], to: "collected", by: (asker) => asker },
};

/** Whether time has ended an export that was still open. */
export function hasRunOut({ status, endsAt }: Pick<KeyExport, "status" | "endsAt">, now: Temporal.Instant): boolean {
  return (status === "requested" || status === "approved") && Temporal.Instant.compare(now, endsAt) >= 0;
}

/** What becomes of an export by an operator's step, or why it may not be done. */
export function judgeKeyExport(
  found: Pick<KeyExport, "status" | "requestedBy" | "endsAt">,
  { action, operator }: { readonly action: KeyExportAction; readonly operator: string },
  now: Temporal.Instant,
): { readonly becomes: KeyExportStatus } | { readonly refusal: KeyExportRefusal } {
  const { from, to, by } = rules[action];
  if (found.status === "expired" || hasRunOut(found, now)) return { refusal: "expired" };
  if (!from.includes(found.status)) return { refusal: "state" };
  if (!by(operator === found.requestedBy)) return { refusal: "operator" };
  return { becomes: to };
}
