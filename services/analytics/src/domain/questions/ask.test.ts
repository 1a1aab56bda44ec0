import { expect, it } from "vitest";
import { aCharge, earlier } from "../../testing/charges.ts";
import type { Charge } from "./charge.ts";
import { askedSince, questionsAbout } from "./ask.ts";

const since = askedSince("2026-11-22");
const weeks = [3000n, 3600n, 2800n, 3200n, 3400n, 2500n];
const asked = (entries: readonly Charge[]) =>
  questionsAbout(entries, since).map(({ kind, charges, usual }) => [kind, charges.map(({ transactionId }) => transactionId), usual?.minor ?? null]);

it("asks about charges of the last fourteen days", () => {
  const at = (bookingDate: string) => asked([aCharge({ bookingDate }), aCharge({ bookingDate })]).length;
  expect([at("2026-11-07"), at("2026-11-08"), at("2026-11-22")]).toEqual([0, 1, 1]);
});

it("asks one thing about a charge: taken twice goes before unusual", () => {
  const dear = [aCharge({ amountMinor: -48_000n }), aCharge({ amountMinor: -48_000n })];
  expect(asked([...earlier(weeks), ...dear])).toEqual([["double-charge", dear.map(({ transactionId }) => transactionId), null]]);
  const [alone] = dear;
  if (alone !== undefined) expect(asked([...earlier(weeks), alone])).toEqual([["unusual-charge", [alone.transactionId], 3200n]]);
});

it("mixes neither counterparties nor currencies", () => {
  const dear = aCharge({ amountMinor: -48_000n });
  expect(asked([aCharge(), aCharge({ counterpartyKey: "another" }), aCharge({ currency: "SEK" })])).toEqual([]);
  expect(asked([...earlier(weeks, { currency: "SEK" }), dear])).toEqual([]);
  expect(asked([...earlier(weeks, { counterpartyKey: "another" }), dear])).toEqual([]);
});
