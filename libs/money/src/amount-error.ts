/**
 * Why a text or an operation gave no amount.
 * - `grammar`: not `-?digits(.digits)?`
 * - `currency`: not a currency we know
 * - `precision`: more non-zero decimals than the currency has
 * - `range`: does not fit 64 bits
 * - `currency-mismatch`: two currencies in one operation
 */
export type AmountErrorReason = "grammar" | "currency" | "precision" | "range" | "currency-mismatch";

export class AmountError extends Error {
  readonly reason: AmountErrorReason;

  constructor(reason: AmountErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }

  override get name(): string {
    return "AmountError";
  }
}
