import type { AspspBalance } from "@opl/contracts/model";
import { fromWire } from "@opl/money";
import type { Amount } from "@opl/money";
import { nameOf } from "./name-id.ts";
import type { NameId } from "./name-id.ts";

export interface Balance {
  readonly balanceId: string;
  readonly type: AspspBalance["type"];
  readonly amount: Amount;
  /** The bank's time, RFC 3339, as UTC. */
  readonly asOf: string;
  readonly raw: AspspBalance["raw"];
}

/**
 * Reads the balances of one account. Every statement of the bank is kept: the same one read twice has the same id, two that
 * contradict each other (same type and time, other amount) have two.
 * @throws AmountError when an amount is not exact
 */
export function readBalances(accountId: string, balances: readonly AspspBalance[], nameId: NameId): readonly Balance[] {
  const read = balances.map((balance): Balance => {
    const amount = fromWire(balance.amount);
    const asOf = Temporal.Instant.from(balance.asOf).toString();
    return {
      balanceId: nameId(nameOf("balance", accountId, balance.type, asOf, amount.minor.toString(), amount.currency)),
      type: balance.type,
      amount,
      asOf,
      raw: balance.raw,
    };
  });
  return [...new Map(read.map((balance) => [balance.balanceId, balance])).values()];
}
