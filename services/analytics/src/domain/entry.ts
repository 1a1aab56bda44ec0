import type { BookingStatus } from "@opl/contracts/model";

/** What rules look at in one entry of an account. */
export interface Entry {
  readonly accountId: string;
  readonly bookingStatus: BookingStatus;
  /** Signed minor units: negative leaves the account. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The bank's day, `2026-11-22`. */
  readonly bookingDate: string;
  readonly counterpartyName: string | null;
  readonly counterpartyIban: string | null;
  readonly remittanceInformation: string | null;
  readonly reference: string | null;
  readonly proprietaryCode: string | null;
}
