import type { BalanceType } from "@opl/contracts/model";

/** The latest a bank said about one kind of balance of one account on one day. */
export interface DayBalance {
  readonly accountId: string;
  readonly currency: string;
  readonly balanceType: BalanceType;
  /** The bank's day of `asOf`. */
  readonly day: string;
  readonly asOf: Temporal.Instant;
  /** When we were told; decides between two statements about the same moment. */
  readonly toldAt: Temporal.Instant;
  readonly amountMinor: bigint;
}

export type DayBalances = ReadonlyMap<string, DayBalance>;

export const noBalances: DayBalances = new Map();

/** Balances after one more was told: of a day the latest stays, whatever the order in which they come. */
export function evolve(balances: DayBalances, told: DayBalance): DayBalances {
  const key = [told.accountId, told.currency, told.balanceType, told.day].join(" ");
  const known = balances.get(key);
  return known !== undefined && !isLater(told, known) ? balances : new Map(balances).set(key, told);
}

function isLater(a: DayBalance, b: DayBalance): boolean {
  const order = Temporal.Instant.compare(a.asOf, b.asOf) || Temporal.Instant.compare(a.toldAt, b.toldAt);
  return order === 0 ? a.amountMinor > b.amountMinor : order > 0;
}
