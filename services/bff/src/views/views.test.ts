import type { Sync } from "@opl/contracts/model";
import { newId } from "@opl/service";
import { describe, expect, it } from "vitest";
import { aConsent, aTransaction, anAccount, bank, holdingsOf } from "../../test/world.ts";
import { accountView, inDisplayOrder } from "./account.ts";
import { availableBalance, headlineBalance } from "./balance.ts";
import { bankNames } from "./bank-names.ts";
import { connectionView, daysBetween, listedConnections } from "./connection.ts";
import { maskNumber } from "./masked-number.ts";
import { transactionRow } from "./transaction.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const eur = (amount: string) => ({ amount, currency: "EUR" });

describe("account numbers", () => {
  it.each([
    ["FI2112345600000785", "•••• 0785"],
    ["FI21 1234 5600 0007 85", "•••• 0785"],
    ["492500******1234", "•••• 1234"],
    ["1234", null],
    ["", null],
    [null, null],
  ])("%j is shown as %j (US-12)", (number, shown) => {
    expect(maskNumber(number)).toBe(shown);
  });
});

describe("the balance", () => {
  const at = (
    type: "interimBooked" | "closingBooked" | "expected" | "openingBooked" | "interimAvailable" | "forwardAvailable",
    amount: string,
    asOf = "2026-11-22T09:00:00Z",
  ) => ({ type, amount: eur(amount), asOf });

  it("is what is booked, also when more or less may be spent", () => {
    const balances = [at("interimAvailable", "900.00"), at("closingBooked", "800.00"), at("interimBooked", "1000.00")];
    expect([headlineBalance(balances)?.amount, availableBalance(balances)]).toEqual([eur("1000.00"), eur("900.00")]);
  });

  it("is the newest of its kind, whatever the offset it was told in", () => {
    const balances = [
      at("interimBooked", "1.00", "2026-11-22T11:30:00+02:00"),
      at("interimBooked", "2.00", "2026-11-22T10:00:00Z"),
      at("interimBooked", "3.00", "2026-11-21T23:00:00Z"),
    ];
    expect(headlineBalance(balances)?.amount).toEqual(eur("2.00"));
  });

  it("is the nearest thing where nothing is booked, and nothing where nothing is told", () => {
    expect(headlineBalance([at("forwardAvailable", "5.00")])?.type).toBe("forwardAvailable");
    expect([headlineBalance([]), availableBalance([])]).toEqual([null, null]);
  });
});

describe("an account", () => {
  it("shows the IBAN's end, the card's where there is none, and never the whole", () => {
    const view = accountView(anAccount({ iban: "FI2112345600000785" }), bankNames([bank]));
    expect([view.maskedNumber, view.aspspName]).toEqual(["•••• 0785", "OP sandbox"]);
    expect(JSON.stringify(view)).not.toContain("FI2112345600000785");
    expect(accountView(anAccount({ iban: null, maskedPan: "492500******1234" }), String).maskedNumber).toBe("•••• 1234");
  });

  it("bears its bank's id while the directory cannot be asked", () => {
    expect(accountView(anAccount(), bankNames(undefined)).aspspName).toBe("op-fi");
  });

  it("stands with its bank, daily accounts first, in an order that never changes", () => {
    const views = [
      anAccount({ aspspId: "op-fi", kind: "card", name: "A" }),
      anAccount({ aspspId: "nordea-fi", kind: "savings", name: "B" }),
      anAccount({ aspspId: "op-fi", kind: "current", name: "D" }),
      anAccount({ aspspId: "op-fi", kind: "current", name: "C" }),
    ].map((account) => accountView(account, String));
    const order = inDisplayOrder(views).map(({ name }) => name);
    expect(order).toEqual(["B", "C", "D", "A"]);
    expect(inDisplayOrder(views.toReversed()).map(({ name }) => name)).toEqual(order);
  });
});

describe("a connection", () => {
  const account = anAccount({ iban: "FI2112345600000785" });
  const { accountId } = account;
  const consent = aConsent({
    consentId: account.consentId,
    validUntil: "2026-12-02T09:00:00Z",
    lastUsedAt: "2026-11-21T09:00:00Z",
    accounts: [{ accountId, kind: "current", maskedNumber: "•••• 0785" }],
  });
  const reading = (about: { consentId: string }, status: "running" | "completed" | "failed", finishedAt: string | null): Sync => ({
    ...holdingsOf(newId(), "").sync,
    consentId: about.consentId,
    status,
    finishedAt,
  });

  it("brings together consent, accounts, reading and bank", () => {
    const view = connectionView(consent, { accounts: [account, anAccount()], syncs: [], banks: [bank] }, now);
    expect(view).toMatchObject({ aspspName: "OP sandbox", status: "valid", daysLeft: 10, lastUsedAt: "2026-11-21T09:00:00Z", sync: null, health: bank.health });
    expect(view.accounts).toEqual([{ accountId, name: "Käyttötili", kind: "current", maskedNumber: "•••• 0785" }]);
  });

  it("shows what the ledger read a moment ago, before the consent has heard of it", () => {
    const { consentId } = consent;
    const card = anAccount({ consentId, name: "Aitta", kind: "card", iban: null, maskedPan: "492500******1234" });
    const syncs = [reading(consent, "completed", "2026-11-22T09:00:00Z")];
    const view = connectionView(consent, { accounts: [account, card], syncs, banks: [bank] }, now);
    expect(view.lastUsedAt).toBe("2026-11-22T09:00:00Z");
    expect(view.accounts).toMatchObject([{ name: "Aitta", maskedNumber: "•••• 1234" }, { name: "Käyttötili" }]);
  });

  it.each(["running", "failed"] as const)("is not told to be used by a reading that is %s: the consent knows better", (status) => {
    const syncs = [reading(consent, status, status === "failed" ? "2026-11-22T09:00:00Z" : null)];
    expect(connectionView(consent, { accounts: [], syncs, banks: [] }, now).lastUsedAt).toBe("2026-11-21T09:00:00Z");
  });

  it("that was renewed keeps its accounts and its last use, though the ledger counts them to the newer one", () => {
    const renewed = aConsent();
    const moved = { ...account, consentId: renewed.consentId, readAt: "2026-11-22T09:00:00Z" };
    const syncs = [reading(renewed, "completed", "2026-11-22T09:00:00Z")];
    const view = connectionView({ ...consent, status: "replaced" }, { accounts: [moved], syncs, banks: [] }, now);
    expect(view).toMatchObject({ lastUsedAt: "2026-11-21T09:00:00Z", accounts: [{ accountId, name: "Käyttötili", maskedNumber: "•••• 0785" }] });
  });

  it.each([
    { of: "whose data was erased", accounts: [] },
    { of: "while the ledger is away", accounts: undefined },
  ])("$of shows of its accounts what the consent remembers, without a name", ({ accounts }) => {
    const parts = { accounts, syncs: accounts && [], banks: undefined };
    const forgotten = { accountId: newId(), kind: "card" as const, maskedNumber: null };
    const view = connectionView({ ...consent, accounts: [forgotten, ...consent.accounts] }, parts, now);
    expect(view).toMatchObject({ aspspName: "op-fi", sync: null, health: null, lastUsedAt: "2026-11-21T09:00:00Z" });
    expect(view.accounts).toEqual([
      { ...forgotten, name: null },
      { accountId, name: null, kind: "current", maskedNumber: "•••• 0785" },
    ]);
  });

  it("counts no days once it has ended", () => {
    const view = connectionView(aConsent({ status: "expired" }), { accounts: [], syncs: [], banks: [] }, now);
    expect(view.daysLeft).toBeNull();
  });

  it("is listed newest first, without attempts that never became a permission", () => {
    const listed = listedConnections(
      [
        aConsent({ aspspId: "old-bank", createdAt: "2025-01-01T00:00:00Z", status: "expired" }),
        aConsent({ aspspId: "refused", status: "rejected", authorisedAt: null }),
        aConsent({ aspspId: "begun", status: "received", authorisedAt: null }),
        aConsent({ aspspId: "new-bank" }),
      ],
      { accounts: [], syncs: [], banks: [] },
      now,
    );
    expect(listed.map(({ aspspId }) => aspspId)).toEqual(["new-bank", "old-bank"]);
  });

  it.each([
    ["2026-11-22T10:00:00Z", 0],
    ["2026-11-22T09:00:00Z", 0],
    ["2026-11-22T21:00:00Z", 0],
    ["2026-11-23T09:59:59Z", 1],
    ["2026-11-23T10:00:00Z", 1],
    ["2027-05-21T10:00:00+00:00", 180],
  ])("until %s there are about %d days", (until, days) => {
    expect(daysBetween(now, until)).toBe(days);
  });
});

describe("a transaction", () => {
  it("is shown with its category and without the counterparty's whole IBAN, raw place or bank's id (US-12)", () => {
    const transaction = aTransaction();
    const row = transactionRow(transaction, transaction);
    expect(row).toMatchObject({ category: { category: "groceries" }, counterparty: { iban: "•••• 0081" } });
    expect(Object.keys(row)).not.toEqual(expect.arrayContaining(["raw"]));
    expect(JSON.stringify(row)).not.toMatch(/FI55|"raw"|"revision"|"entryReference"/);
  });

  it("is there without its meaning", () => {
    expect(transactionRow(aTransaction(), undefined)).toMatchObject({ category: null, recurringId: null });
  });
});
