import type { LiveEvent } from "@opl/contracts/http/bff";

/** A hint about nothing in particular. */
export const aHint: LiveEvent = {
  type: "ingest.balance-recorded",
  at: "2026-11-22T10:00:00Z",
  consentId: null,
  accountId: null,
  syncId: null,
  paymentOrderId: null,
  aspspId: null,
  count: null,
};
