import { overviewView as contract } from "@opl/contracts/http/bff";
import type { z } from "zod";
import type { recurring } from "@opl/contracts/http/analytics";
import type { FundsConsent } from "@opl/contracts/http/consent-payments";
import type { Consent } from "@opl/contracts/model";
import { describe, expect, it } from "vitest";
import { aConsent, anAccount, bank } from "../../test/world.ts";
import { overviewView } from "./overview.ts";
import type { OverviewParts } from "./overview.ts";

const moment = { now: Temporal.Instant.from("2026-11-22T10:00:00Z"), today: Temporal.PlainDate.from("2026-11-22") };
const eur = (amount: string) => ({ amount, currency: "EUR" });
const balance = (amount: string, currency = "EUR") => [{ type: "interimBooked" as const, amount: { amount, currency }, asOf: "2026-11-22T09:00:00Z" }];

const complete: OverviewParts = {
  accounts: [],
  consents: [],
  payments: [],
  funds: [],
  banks: [bank],
  insights: { netWorth: [], accounts: [], month: [], recurring: [], questions: [], exceeded: [] },
};
const insights = (some: Partial<NonNullable<OverviewParts["insights"]>>): Partial<OverviewParts> => ({
  insights: { netWorth: [], accounts: [], month: [], recurring: [], questions: [], exceeded: [], ...some },
});
const show = (parts: Partial<OverviewParts>) => overviewView({ ...complete, ...parts }, moment);

function aRecurring(overrides: Partial<z.output<typeof recurring>> = {}): z.output<typeof recurring> {
  return {
    recurringId: "01a20000-0000-7000-8000-000000000001",
    accountId: "01a20000-0000-7000-8000-000000000002",
    counterpartyName: "Elisa",
    category: "subscriptions",
    cadence: "monthly",
    amount: eur("-29.90"),
    previousAmount: null,
    changedOn: null,
    firstDate: "2025-01-01",
    lastDate: "2026-11-01",
    nextDate: "2026-12-01",
    occurrences: 23,
    status: "active",
    regularity: 100,
    ...overrides,
  };
}

describe("net worth", () => {
  it("is the exact sum per currency, the most used first, kept accounts included, accounts without balance left out", () => {
    const view = show({
      accounts: [
        anAccount({ balances: balance("0.10") }),
        anAccount({ balances: balance("0.20"), connected: false }),
        anAccount({ balances: balance("-1000.00") }),
        anAccount({ balances: balance("5000", "JPY"), currency: "JPY" }),
        anAccount({ balances: [], kind: "card" }),
      ],
    });
    expect(view.netWorth).toEqual([eur("-999.70"), { amount: "5000", currency: "JPY" }]);
  });

  it("adds up to the last cent where floating point would not", () => {
    const cents = Array.from({ length: 1_000 }, () => anAccount({ balances: balance("90071992547409.91") }));
    expect(show({ accounts: cents }).netWorth).toEqual([eur("90071992547409910.00")]);
  });

  it("has the history of the main currency and a spark line of at most 30 days per account", () => {
    const account = anAccount({ balances: balance("1.00") });
    const line = { currency: "EUR", from: moment.today.subtract({ days: 364 }).toString(), amounts: Array.from({ length: 365 }, (_, index) => `${index}.00`) };
    const view = show({
      accounts: [account],
      ...insights({
        netWorth: [{ currency: "SEK", from: "2026-11-22", amounts: ["7.00"] }, line],
        accounts: [{ ...line, accountId: account.accountId }],
      }),
    });
    const days = line.amounts.map((amount, index) => ({ date: moment.today.subtract({ days: 364 - index }).toString(), amount: eur(amount) }));
    expect(view.netWorthHistory).toEqual(days);
    expect(view.accounts[0]?.spark).toEqual(days.slice(-30));
  });
});

describe("upcoming payments", () => {
  it("are those of the next 14 days, soonest first", () => {
    const dates = ["2026-11-21", "2026-11-22", "2026-12-06", "2026-12-07", "2026-11-30", null];
    const view = show(insights({ recurring: [...dates.map((nextDate) => aRecurring({ nextDate })), aRecurring({ nextDate: "2026-11-25", status: "ended" })] }));
    expect(view.upcoming.map(({ nextDate }) => nextDate)).toEqual(["2026-11-22", "2026-11-30", "2026-12-06"]);
  });
});

describe("what needs attention of permissions to ask for funds", () => {
  const given = {
    fundsConsentId: "01a20000-0000-7000-8000-0000000000a1",
    aspspId: bank.aspspId,
    iban: "FI2112345600000785",
    status: "valid",
    createdAt: "2026-05-20T08:00:00Z",
    authorisedAt: "2026-05-20T08:00:00Z",
    validUntil: "2026-11-29T10:00:00Z",
    endedAt: null,
    history: [{ at: "2026-05-20T08:00:00Z", what: "authorised", by: "psu", reason: null }],
    lastConfirmation: null,
  } satisfies FundsConsent;
  const at = "2026-11-20T10:00:00Z";
  const endsWith = (what: FundsConsent["history"][number]["what"], by: "psu" | "tpp" | "aspsp", more: Partial<FundsConsent> = {}): FundsConsent => ({
    ...given,
    history: [...given.history, { at, what, by, reason: null }],
    ...more,
  });
  const over = (what: "revoked" | "expired" | "lost" | "replaced", by: "psu" | "tpp" | "aspsp", endedAt = at) =>
    endsWith(what, by, { status: what === "expired" ? "expired" : "revokedByPsu", endedAt });

  it.each<[string, FundsConsent[], string[]]>([
    ["no warning yet", [given], []],
    ["told that it ends", [endsWith("expiring", "tpp")], ["funds-permission-ends"]],
    ["ended at the bank", [over("lost", "aspsp")], ["funds-permission-ended"]],
    ["lost by us", [over("lost", "tpp")], ["funds-permission-ended"]],
    ["ran out", [over("expired", "tpp")], ["funds-permission-ended"]],
    ["withdrawn by the person", [over("revoked", "psu")], []],
    ["renewed", [over("replaced", "psu")], []],
    ["ended long ago", [over("lost", "aspsp", "2026-10-20T10:00:00Z")], []],
    ["ended, and allowed again for the same account", [over("lost", "aspsp"), given], []],
    [
      "ended, allowed again and ended again: told once",
      [over("lost", "aspsp"), { ...over("lost", "aspsp"), createdAt: "2026-11-10T08:00:00Z" }],
      ["funds-permission-ended"],
    ],
    ["ended, and another account may be asked", [over("lost", "aspsp"), { ...given, iban: "FI5549299510000252" }], ["funds-permission-ended"]],
    [
      "ended for an account that nobody knows, and one such may be asked: not surely the same",
      [
        { ...over("lost", "aspsp"), iban: null },
        { ...given, iban: null },
      ],
      ["funds-permission-ended"],
    ],
    ["begun, never given", [over("lost", "aspsp")].map((one) => ({ ...one, authorisedAt: null })), []],
  ])("%s", (_, funds, wanted) => {
    expect(contract.parse(show({ funds })).attention.map(({ kind }) => kind)).toEqual(wanted);
  });

  it("of two that ended the later one's end is told, also where they began within one second", () => {
    const earlier = { ...over("lost", "aspsp"), createdAt: "2026-11-10T08:00:00Z" };
    const later = { ...earlier, fundsConsentId: "01a20000-0000-7000-8000-0000000000a2", createdAt: "2026-11-10T08:00:00.5Z" };
    expect(show({ funds: [earlier, later] }).attention).toMatchObject([{ kind: "funds-permission-ended", fundsConsentId: later.fundsConsentId }]);
  });

  it("says which account, behind dots, and how many days are left", () => {
    const { fundsConsentId } = given;
    expect(show({ funds: [endsWith("expiring", "tpp")] }).attention).toEqual([
      { kind: "funds-permission-ends", fundsConsentId, aspspName: bank.name, maskedNumber: "•••• 0785", daysLeft: 7 },
    ]);
  });
});

describe("what needs attention", () => {
  const kinds = (consents: Consent[], parts: Partial<OverviewParts> = {}) => show({ consents, ...parts }).attention.map(({ kind }) => kind);
  const ended = (by: "psu" | "tpp" | "aspsp", what: "revoked" | "expired" | "lost", endedAt = "2026-11-20T00:00:00Z") =>
    aConsent({ status: what === "expired" ? "expired" : "revokedByPsu", endedAt, history: [{ at: endedAt, what, by, reason: null }] });

  const told: Consent["history"] = [{ at: "2026-11-22T10:00:00Z", what: "expiring", by: "tpp", reason: null }];

  it.each([
    ["ends, as the person was told", aConsent({ validUntil: "2026-12-22T09:59:00Z", history: told }), ["permission-ends"]],
    ["ends so soon that there was no warning yet", aConsent({ validUntil: "2026-12-06T10:00:00Z" }), []],
    ["was withdrawn by the person", ended("psu", "revoked"), []],
    ["must be confirmed in 30 days", aConsent({ reconfirmBy: "2026-12-22T10:00:00Z" }), ["permission-to-confirm"]],
    ["must be confirmed in 31 days", aConsent({ reconfirmBy: "2026-12-23T10:00:00Z" }), []],
    ["was not confirmed", aConsent({ status: "unconfirmed", reconfirmBy: "2026-11-21T10:00:00Z" }), ["permission-paused"]],
    ["the bank wants renewed", aConsent({ status: "scaRequired" }), ["permission-paused"]],
    ["is paused and ends", aConsent({ status: "scaRequired", history: told }), ["permission-paused", "permission-ends"]],
    ["ran out", ended("tpp", "expired"), ["permission-ended"]],
    ["was lost at the bank", ended("aspsp", "lost"), ["permission-ended"]],
    ["was lost long ago", ended("aspsp", "lost", "2026-10-01T00:00:00Z"), []],
    ["was replaced", aConsent({ status: "replaced", endedAt: "2026-11-20T00:00:00Z" }), []],
    [
      "was never given",
      aConsent({
        status: "rejected",
        authorisedAt: null,
        endedAt: "2026-11-20T00:00:00Z",
        history: [{ at: "2026-11-20T00:00:00Z", what: "rejected", by: "aspsp", reason: null }],
      }),
      [],
    ],
  ])("a permission that %s", (_, consent, expected) => {
    expect(kinds([consent])).toEqual(expected);
  });

  it("is not a permission that ended where a newer one stands in", () => {
    expect(kinds([ended("tpp", "expired"), aConsent()])).toEqual([]);
    expect(kinds([ended("tpp", "expired"), aConsent({ aspspId: "nordea-fi" })])).toEqual(["permission-ended"]);
  });

  it("is a bank that is down, if the person is connected to it", () => {
    const banks = [{ ...bank, health: { status: "down" as const, since: "2026-11-22T08:00:00Z" } }];
    expect(kinds([aConsent()], { banks })).toEqual(["bank-down"]);
    expect(kinds([], { banks })).toEqual([]);
  });

  it("is an incomplete account and a changed price of this month", () => {
    expect(kinds([], { accounts: [anAccount({ incompleteSince: "2026-11-22T08:00:00Z" })] })).toEqual(["account-incomplete"]);
    const changed = { previousAmount: eur("-24.90"), changedOn: "2026-11-01" };
    expect(
      kinds(
        [],
        insights({ recurring: [aRecurring(changed), aRecurring({ ...changed, changedOn: "2026-10-01" }), aRecurring({ ...changed, status: "ended" })] }),
      ),
    ).toEqual(["price-changed"]);
  });

  it("is a budget that is exceeded, as analytics says", () => {
    const budget = { category: "groceries", month: "2026-11", limit: eur("400.00"), spent: eur("412.30") } as const;
    expect(show(insights({ exceeded: [budget] })).attention).toEqual([{ kind: "budget-exceeded", ...budget }]);
  });

  it("is what analytics asks about charges, in its order", () => {
    const charges = [{ transactionId: "01a20000-0000-7000-8000-000000000003", bookingDate: "2026-11-20" }];
    const about = { questionId: "01a20000-0000-7000-8000-000000000004", counterpartyName: "Verkkokauppa", amount: eur("-45.00"), charges };
    const { attention } = show(
      insights({
        questions: [
          { ...about, kind: "unusual-charge", usual: eur("3.00"), usualOf: "category" },
          { ...about, kind: "double-charge", usual: null, usualOf: null, charges: [...charges, ...charges] },
        ],
      }),
    );
    const shown = { questionId: about.questionId, counterpartyName: "Verkkokauppa", amount: eur("-45.00") };
    expect(attention).toEqual([
      { kind: "unusual-charge", ...shown, usual: eur("3.00"), usualOf: "category", charges },
      { kind: "double-charge", ...shown, charges: [...charges, ...charges] },
    ]);
  });
});

describe("an account is connected", () => {
  const valid = aConsent();
  const connected = (account: Parameters<typeof anAccount>[0], consents: OverviewParts["consents"]) =>
    show({ accounts: [anAccount({ consentId: valid.consentId, ...account })], consents }).accounts[0]?.connected;

  it.each(["expired", "revokedByPsu", "terminatedByTpp", "replaced"] as const)("not when its permission is %s, whatever ingest knows yet", (status) => {
    const view = show({ accounts: [anAccount({ consentId: valid.consentId })], consents: [{ ...valid, status }, aConsent()] });
    expect([view.accounts[0]?.connected, view.dataFrom]).toEqual([false, null]);
  });

  it("as ingest says under a valid permission, or while permissions cannot be had", () => {
    expect([connected({}, [valid]), connected({ connected: false }, [valid]), connected({}, undefined), connected({}, [])]).toEqual([true, false, true, false]);
  });
});

describe("parts that could not be had", () => {
  it.each([
    ["accounts", { accounts: undefined }],
    ["consents", { consents: undefined }],
    ["insights", { insights: undefined }],
    ["banks", { banks: undefined }],
  ] as const)("%s are named and the rest is shown", (part, without) => {
    const view = show(without);
    expect(view.missing).toEqual([part]);
    expect(contract.parse(view)).toEqual(view);
  });

  it("may be all of them", () => {
    const nothing = { accounts: undefined, consents: undefined, banks: undefined, insights: undefined, payments: undefined, funds: undefined };
    const view = overviewView(nothing, moment);
    expect(view.missing).toEqual(["accounts", "consents", "insights", "banks", "payments"]);
    expect(contract.parse(view)).toEqual(view);
  });

  it("tells the age of the oldest figure that can still grow fresh", () => {
    const consent = aConsent();
    const { consentId } = consent;
    const accounts = [
      anAccount({ consentId, readAt: "2026-11-22T09:00:00Z" }),
      anAccount({ consentId, readAt: "2026-11-22T10:30:00+02:00" }),
      anAccount({ consentId, readAt: "2026-01-01T00:00:00Z", connected: false }),
      anAccount({ consentId, readAt: null }),
    ];
    expect(show({ accounts, consents: [consent] }).dataFrom).toBe("2026-11-22T10:30:00+02:00");
    expect(show({}).dataFrom).toBeNull();
  });
});
