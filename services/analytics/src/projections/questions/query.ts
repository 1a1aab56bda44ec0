import type { ChargeQuestion } from "@opl/contracts/http/analytics";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import type { Tables } from "../../db/tables.ts";
import { cleanCounterparty, counterpartyTextOf } from "../../domain/counterparty.ts";
import { askedSince } from "../../domain/questions/ask.ts";
import { askedChargesOf } from "./store.ts";

/** What is open about a person's charges, newest first: booked lately, and not said to be right. */
export async function askQuestions(db: Executor<Tables>, psuId: string, today: string): Promise<ChargeQuestion[]> {
  const since = askedSince(today);
  const questions = Map.groupBy(await askedChargesOf(db, psuId), ({ questionId }) => questionId);
  return [...questions].flatMap(([questionId, charges]) => {
    const [latest] = charges;
    if (latest === undefined || latest.bookingDate < since || charges.every(({ confirmedAt }) => confirmedAt !== null)) return [];
    const { kind, amountMinor: minor, currency, usualMinor, usualOf } = latest;
    // The bank took back what it was equal to; whoever settles next takes the question back.
    if (kind === "double-charge" && charges.length < 2) return [];
    return [
      {
        questionId,
        kind,
        counterpartyName: cleanCounterparty(counterpartyTextOf(latest)).name,
        amount: toWire({ minor, currency }),
        usual: usualMinor === null ? null : toWire({ minor: usualMinor, currency }),
        usualOf,
        charges: charges.map(({ transactionId, bookingDate }) => ({ transactionId, bookingDate })).toReversed(),
      },
    ];
  });
}
