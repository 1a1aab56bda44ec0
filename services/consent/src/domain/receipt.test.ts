import { describe, expect, it } from "vitest";
import type { Consent, Fact, Grant } from "./consent.ts";
import { maskedNumber, receiptFacts, signedFrom } from "./receipt.ts";

const at = Temporal.Instant.from("2026-11-22T10:00:00Z");
const validUntil = at.add({ hours: 24 * 170 });
const dueAt = at.add({ hours: 24 * 80 });
const grant: Grant = {
  authorisedAt: at.subtract({ hours: 24 * 10 }),
  validUntil,
  scope: ["accounts"],
  nextWarningAt: null,
  reconfirmation: { confirmedAt: at, dueAt, nextReminderAt: null },
};
const base = { consentId: "c", psuId: "p", aspspId: "uk", createdAt: at, requestedValidUntil: validUntil, replaces: null, reconfirmDays: 90 };
const valid: Consent = { ...base, status: "valid", grant };
const authorised: Fact = { fact: "authorised", scope: ["accounts"], authorisedAt: at, validUntil };

describe("a change has a receipt", () => {
  it.each<[string, Consent, Fact, string | null]>([
    ["a first yes", valid, authorised, "granted"],
    ["a renewal", { ...valid, replaces: "old" }, authorised, "renewed"],
    ["a confirmation", valid, { fact: "reconfirmed", reconfirmBy: dueAt }, "reconfirmed"],
    ["a withdrawal", { ...base, status: "revokedByPsu", endedAt: at, grant }, { fact: "revoked", by: "psu", keepData: false }, "withdrawn"],
    ["an end by us", { ...base, status: "terminatedByTpp", endedAt: at, grant }, { fact: "revoked", by: "tpp", keepData: true }, "ended-by-us"],
    ["a loss at the bank", { ...base, status: "revokedByPsu", endedAt: at, grant }, { fact: "lost", by: "aspsp", code: "X" }, "ended-at-bank"],
    ["a loss of our own", { ...base, status: "terminatedByTpp", endedAt: at, grant }, { fact: "lost", by: "tpp", code: "X" }, "ended-by-us"],
    ["running out", { ...base, status: "expired", endedAt: at, grant }, { fact: "expired", validUntil }, "expired"],
    ["being replaced", { ...base, status: "replaced", endedAt: at, grant, replacedBy: "n" }, { fact: "replaced", successor: "n" }, "replaced"],
    [
      "a withdrawal of what was never given",
      { ...base, status: "revokedByPsu", endedAt: at, grant: null },
      { fact: "revoked", by: "psu", keepData: true },
      null,
    ],
    ["a no", { ...base, status: "rejected", endedAt: at, reason: "X" }, { fact: "rejected", by: "psu", reason: "X" }, null],
    ["a warning", valid, { fact: "expiring", validUntil, daysLeft: 7 }, null],
    ["a reminder", valid, { fact: "reconfirmation-due", reconfirmBy: dueAt, daysLeft: 7 }, null],
    ["a pause", { ...base, status: "unconfirmed", grant }, { fact: "paused", reason: "reconfirmation-missed" }, null],
  ])("%s", (_, consent, fact, happened) => {
    expect(receiptFacts(consent, fact, at)?.happened ?? null).toBe(happened);
  });

  it("says what was allowed, until when, and what became of it", () => {
    expect(receiptFacts({ ...valid, replaces: "old" }, authorised, at)).toEqual({
      happened: "renewed",
      at: at.toString(),
      scope: ["accounts"],
      since: grant.authorisedAt.toString(),
      until: validUntil.toString(),
      reconfirmBy: dueAt.toString(),
      replaces: "old",
      replacedBy: null,
      dataKept: null,
    });
    const withdrawn: Consent = { ...base, status: "revokedByPsu", endedAt: at, grant: { ...grant, reconfirmation: null } };
    expect(receiptFacts(withdrawn, { fact: "revoked", by: "psu", keepData: false }, at)).toMatchObject({ dataKept: false, reconfirmBy: null });
    const replaced: Consent = { ...base, status: "replaced", endedAt: at, grant, replacedBy: "n" };
    expect(receiptFacts(replaced, { fact: "replaced", successor: "n" }, at)).toMatchObject({ replacedBy: "n", dataKept: null });
  });
});

describe("a receipt is signed", () => {
  it.each([
    ["granted", 30, true],
    ["renewed", 30, true],
    ["withdrawn", 0, false],
    ["reconfirmed", 0, false],
  ] as const)("%s after %i seconds", (happened, seconds, namesLater) => {
    expect(signedFrom({ happened }, at)).toEqual({ at: at.add({ seconds }), namesLater });
  });
});

describe("an account number", () => {
  it.each([
    ["FI21 1234 5600 0007 85", "•••• 0785"],
    ["GB29NWBK60161331926819", "•••• 6819"],
    ["12345678", "•••• 5678"],
    ["1234567", null],
  ])("%s is shown as %s (US-12)", (iban, shown) => {
    expect(maskedNumber(iban)).toBe(shown);
  });
});
