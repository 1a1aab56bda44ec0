import { expect, it } from "vitest";
import { dateOf } from "../../services/analytics/src/domain/calendar.ts";
import { type Occurrence, detectRecurring, seriesByEntry } from "../../services/analytics/src/domain/recurrence/detect.ts";
import { askedSince } from "../../services/analytics/src/domain/questions/ask.ts";
import { decideCategories } from "../../services/analytics/src/projections/ledger/meaning.ts";
import { occurrencesOf } from "../../services/analytics/src/projections/occurrences.ts";
import { type RaisedQuestion, evolve } from "../../services/analytics/src/projections/questions/evolve.ts";
import { firstDay, households, lastDay, ledgerOf } from "./households.ts";

/**
 * How often the households of the sandbox bank would have been asked about their charges: every fourteenth day from the entries up to that day alone, recurring
 * payments found anew each time. Their books are right, so all of it is asked in vain, but for what a person would want to hear of: a journey, a card's bill of ten times the usual.
 */
const everyDays = 14;
/** Before that, too little is known to ask about. */
const knownDays = 60;

const ledgers = households.map((household) => {
  const { accounts, rows } = ledgerOf(household);
  return occurrencesOf(rows, decideCategories(rows, accounts, undefined));
});

/** What is asked on a day about the entries up to it, and one more. */
function askedOn(day: string, entries: readonly Occurrence[], more: readonly Occurrence[] = []): RaisedQuestion[] {
  const known = [...entries.filter(({ bookingDate }) => bookingDate <= day), ...more];
  return evolve("a", known, seriesByEntry(detectRecurring(known)), askedSince(day));
}

it("of households whose books are right, one is asked about once in two years, and none more than three times", () => {
  const asked = ledgers.map((entries) => {
    const kinds = new Map<string, string>();
    for (let day = firstDay + knownDays; day <= lastDay; day += everyDays) {
      for (const { questionId, kind } of askedOn(dateOf(day), entries)) kinds.set(questionId, kind);
    }
    return [...kinds.values()];
  });
  const questions = asked.flat();
  // As the README of analytics says them.
  expect({
    households: asked.length,
    doubleCharges: questions.filter((kind) => kind === "double-charge").length,
    unusualCharges: questions.filter((kind) => kind === "unusual-charge").length,
    mostOfOne: Math.max(...asked.map((each) => each.length)),
  }).toEqual({ households: 9, doubleCharges: 6, unusualCharges: 3, mostOfOne: 3 });
}, 60_000);

it("of purchases that a terminal takes once more the same day, most are asked about", () => {
  const from = dateOf(lastDay - 120);
  let [planted, found] = [0, 0];
  for (const entries of ledgers) {
    const purchases = entries.filter(
      ({ amountMinor, bookingDate, category, counterpartyKey }) =>
        amountMinor <= -1_000n && bookingDate >= from && category !== "transfers" && counterpartyKey !== "",
    );
    for (const purchase of purchases.filter((_, index) => index % 20 === 0)) {
      const twin = { ...purchase, transactionId: `${purchase.transactionId} again` };
      planted += 1;
      if (askedOn(purchase.bookingDate, entries, [twin]).some(({ charges }) => charges.some(({ transactionId }) => transactionId === twin.transactionId)))
        found += 1;
    }
  }
  expect({ planted, percent: Math.round((100 * found) / planted) }).toEqual({ planted: 103, percent: 78 });
}, 60_000);
