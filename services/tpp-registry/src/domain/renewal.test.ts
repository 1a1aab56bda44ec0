import { describe, expect, it } from "vitest";
import { type OwnCertificateInUse, renewalDueAt, type RenewalState } from "./renewal.ts";

const heldSince = Temporal.Instant.from("2026-01-01T00:00:00Z");
const held = (seconds: number, refusals = 0, refusedAfter: number | null = null) => ({
  heldSince,
  endsAt: heldSince.add({ seconds }),
  refusals,
  lastRefusalAt: refusedAfter === null ? null : heldSince.add({ seconds: refusedAfter }),
  ownCertificates: [] as OwnCertificateInUse[],
});
const dueAfter = (state: RenewalState, days: number) => {
  const due = renewalDueAt(state, days);
  return due === null ? null : heldSince.until(due).total("seconds");
};
const day = 86_400;

describe("G-38 when a certificate is renewed", () => {
  it.each([
    ["a year, 30 days before", 365 * day, 30, 335 * day],
    ["a year, half a day before", 365 * day, 0.5, 364.5 * day],
    ["40 days, 30 before: not in the first half", 40 * day, 30, 20 * day],
    ["five minutes: half of them", 300, 30, 150],
    ["one that had ended when we got it: at once", -300, 30, 0],
  ])("%s", (_title, life, before, due) => {
    expect(dueAfter(held(life), before)).toBe(due);
  });

  it("a refusal is followed by growing pauses, up to a day", () => {
    const at = 336 * day;
    expect([1, 2, 3, 5, 6, 50].map((refusals) => dueAfter(held(365 * day, refusals, at), 30)! - at)).toEqual([3600, 7200, 14_400, 57_600, day, day]);
  });

  it("renewals that bring nothing that ends later are followed by growing pauses too, also near the end and after it", () => {
    const due = (life: number, fruitless: number) => dueAfter({ ...held(life), fruitless }, 30);
    expect([1, 2, 6, 9].map((fruitless) => due(-300, fruitless))).toEqual([3600, 7200, day, day]);
    expect([due(600, 5), due(20 * day, 1)]).toEqual([57_600, 10 * day]);
  });

  it("the nearer the end, the shorter the pause, never under a minute", () => {
    expect(dueAfter(held(600, 3, 400), 30)).toBe(460);
    expect(dueAfter(held(4000, 5, 3000), 30)).toBe(3250);
    expect(dueAfter(held(600, 1, 700), 30)).toBe(4300);
  });
});

describe("OA-72 when a bank is to change to our next certificates", () => {
  const after = (seconds: number | null, awaited = false): OwnCertificateInUse => ({
    replaceableSince: seconds === null ? null : heldSince.add({ seconds }),
    awaited,
  });
  const life = 365 * day;

  it.each([
    ["nothing is there yet: never, however near the end", [after(null), after(null, true)], null],
    ["both are there: when the later one may be used", [after(100), after(200)], 200],
    ["one is new, the other goes on: at once", [after(100), after(null)], 100],
    ["one is there, the other awaited: not before half of the days are gone", [after(100), after(null, true)], life - 15 * day],
    ["one came late, the other is awaited", [after(life - day), after(null, true)], life - day],
    ["they were there before it began and it still has the old ones: in time", [after(-100), after(-50)], life - 30 * day],
  ])("%s", (_title, ownCertificates, due) => {
    expect(dueAfter({ ...held(life), ownCertificates }, 30)).toBe(due);
  });

  it("a bank that refuses is tried again after a pause", () => {
    expect(dueAfter({ ...held(life, 1, 500), ownCertificates: [after(100), after(200)] }, 30)).toBe(500 + 3600);
  });
});
