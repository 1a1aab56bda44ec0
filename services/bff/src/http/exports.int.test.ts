import { fixedClock } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import type { Answer, Browser } from "../../test/browser.ts";
import { aPaymentOrder, aTransaction } from "../../test/world.ts";

describe("taking everything along", () => {
  const clock = fixedClock(Temporal.Now.instant().toString());
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff({ clock });
  });
  afterAll(() => bff[Symbol.asyncDispose]());
  const start = async (browser: Browser, format = "json"): Promise<string> => {
    const answer = await browser.send("POST", "/api/me/exports", { body: { format } });
    expect(answer.status).toBe(201);
    return answer.json<{ exportId: string }>().exportId;
  };
  const fetchOf = (browser: Browser, exportId: string): Promise<Answer> => browser.send("POST", `/api/me/exports/${exportId}/download`, { body: {} });

  it("gives all of it as one JSON document, transactions and payments of every page, permissions of both kinds with their receipts", async () => {
    const { browser, email, holdings, psuId } = await bff.person();
    // More payments than one page has.
    const earlierOrders = Array.from({ length: 120 }, (_, index) =>
      aPaymentOrder({
        psuId,
        createdAt: `2026-${String(10 - Math.floor(index / 28)).padStart(2, "0")}-${String(28 - (index % 28)).padStart(2, "0")}T09:30:00Z`,
      }),
    );
    const whole = earlierOrders[0] ?? aPaymentOrder();
    earlierOrders[0] = { ...whole, payments: whole.payments.flatMap((payment) => [payment, { ...payment, status: "rejected" as const, executions: [] }]) };
    bff.downstream.holdings.set(psuId, { ...holdings, earlierOrders });
    const receipt = { receiptId: holdings.counterpartyRuleId, sequence: 1, happened: "granted", at: "2026-11-20T08:01:00Z", jws: null } as const;
    bff.downstream.receipts.set(holdings.fundsConsentId, [receipt]);
    bff.downstream.receipts.set(holdings.consent.consentId, [{ ...receipt, sequence: 2 }]);
    const answer = await fetchOf(browser, await start(browser));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="one-point-ledger-\d{4}-\d\d-\d\d\.json"$/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const all = answer.json<{
      person: { email: string };
      permissions: { consentId: string; receipts: unknown[] }[];
      fundsPermissions: { fundsConsentId: string; iban: string; receipts: unknown[] }[];
      paymentOrders: { paymentOrderId: string; debtorIban: string; partlyPaid: boolean }[];
      accounts: { iban: string }[];
      transactions: { transactionId: string; note: string | null; split: unknown }[];
      categoryRules: { counterpartyRuleId: string }[];
      budgets: unknown[];
      confirmedCharges: unknown[];
    }>();
    expect(all.person).toMatchObject({ email, preferences: { locale: "en" } });
    expect(all.permissions).toMatchObject([{ consentId: holdings.consent.consentId, receipts: [{ sequence: 2 }] }]);
    expect(all.fundsPermissions).toMatchObject([{ fundsConsentId: holdings.fundsConsentId, iban: "FI2112345600000785", receipts: [receipt] }]);
    expect(all.paymentOrders.map(({ paymentOrderId }) => paymentOrderId)).toEqual(
      [holdings.paymentOrder, ...earlierOrders].map(({ paymentOrderId }) => paymentOrderId),
    );
    expect(all.paymentOrders.slice(0, 3).map(({ debtorIban, partlyPaid }) => [debtorIban, partlyPaid])).toEqual(
      [false, true, false].map((partly) => ["FI2112345600000785", partly]),
    );
    expect(all.accounts.map(({ iban }) => iban)).toEqual(holdings.accounts.map(({ iban }) => iban));
    // The stand-in gives the same rows on its first and its second page.
    const ids = holdings.transactions.map(({ transactionId }) => transactionId);
    expect(all.transactions.map(({ transactionId }) => transactionId)).toEqual([...ids, ...ids]);
    // What they said themselves goes along.
    expect(all.transactions[0]?.note).toBe(holdings.transactions[0]?.note);
    expect(all.transactions[0]?.split).toEqual(holdings.transactions[0]?.split);
    expect(all.categoryRules.map(({ counterpartyRuleId }) => counterpartyRuleId)).toEqual([holdings.counterpartyRuleId]);
    expect(all.budgets).toEqual([{ category: "groceries", limit: { amount: "400.00", currency: "EUR" } }]);
    expect(all.confirmedCharges).toEqual([{ transactionId: holdings.transactions[1]?.transactionId, confirmedAt: "2026-11-22T10:00:00Z" }]);
    expect(answer.text).not.toMatch(/argon2|token/i);
  });

  it("gives the transactions as a table in which no text of others is a formula (US-39)", async () => {
    const person = await bff.person();
    const evil = ["=1+1", "+1", "-2+3", "@A1", "\t=1", '=HYPERLINK("https://evil.example","x")'];
    const transactions = evil.map((text) => ({
      ...aTransaction({ amount: "-12.50" }),
      accountId: person.holdings.accounts[0]?.accountId ?? "",
      remittanceInformation: text,
      note: text,
      split: { stands: text !== "+1", parts: [{ category: "other" as const, amount: { amount: "-12.50", currency: "EUR" }, note: text }] },
      counterparty: { name: text, iban: null, bic: null },
    }));
    bff.downstream.holdings.set(person.psuId, { ...person.holdings, transactions });
    const answer = await fetchOf(person.browser, await start(person.browser, "csv"));
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const lines = answer.text.trimEnd().split("\r\n");
    expect(lines).toHaveLength(1 + 2 * evil.length);
    for (const line of lines.slice(1)) expect(line).not.toMatch(/(^|,)"?[=+@\t\r]|(^|,)"?-(?!12\.50,)/);
    expect(lines[1]).toContain(",booked,-12.50,EUR,'=1+1,,'=1+1,");
    expect(lines[1]).toContain(",other -12.50 (=1+1),");
    // Not in force while the bank says another amount, and still the person's own words.
    expect(lines[2]).toContain(",set aside: other -12.50 (+1),");
  });

  it.each(["listCategorised", "listPaymentOrders"])("breaks off when %s gives nothing, rather than look whole", async (operation) => {
    const { browser } = await bff.person();
    const exportId = await start(browser);
    bff.downstream.unknown.add(operation);
    try {
      await expect(fetchOf(browser, exportId)).rejects.toThrow("terminated");
    } finally {
      bff.downstream.unknown.clear();
    }
  });

  it.each(["listFundsConsents", "listFundsReceipts", "listReceipts", "listCounterpartyRules", "listBudgets", "listConfirmedCharges"])(
    "does not begin without %s",
    async (operation) => {
      const { browser } = await bff.person();
      bff.downstream.receipts.clear();
      const exportId = await start(browser);
      bff.downstream.unknown.add(operation);
      try {
        const answer = await fetchOf(browser, exportId);
        expect([answer.status === 200, answer.headers.get("content-disposition")]).toEqual([false, null]);
      } finally {
        bff.downstream.unknown.clear();
      }
    },
  );

  it("is used up by nothing that only looks at an address: a prefetch, a scanner of links, another site (US-13, US-38)", async () => {
    const { browser } = await bff.person();
    const exportId = await start(browser);
    for (const path of [`/api/me/exports/${exportId}/download`, `/api/me/exports/${exportId}`])
      for (const method of ["GET", "HEAD"]) expect([path, [404, 405].includes((await browser.send(method, path)).status)]).toEqual([path, true]);
    for (const site of ["cross-site", "same-site"]) {
      const asked = await browser.send("POST", `/api/me/exports/${exportId}/download`, { body: {}, headers: { "sec-fetch-site": site } });
      expect([site, asked.status]).toEqual([site, 403]);
    }
    expect((await fetchOf(browser, exportId)).status).toBe(200);
  });

  it("is for its person alone, once, and for ten minutes (US-38)", async () => {
    const [{ browser, psuId }, other] = [await bff.person(), await bff.person()];
    const exportId = await start(browser);
    const [foreign, unknown] = [await fetchOf(other.browser, exportId), await fetchOf(other.browser, "0197c000-0000-7000-8000-000000000000")];
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect(foreign.text.replace(/"requestId":"[^"]+"/, "")).toBe(unknown.text.replace(/"requestId":"[^"]+"/, ""));
    expect((await fetchOf(bff.browser(), exportId)).status).toBe(401);
    const both = await Promise.all([fetchOf(browser, exportId), fetchOf(browser, exportId)]);
    expect(both.map(({ status }) => String(status)).toSorted()).toEqual(["200", "404"]);
    const late = await start(browser);
    clock.advance({ minutes: 10 });
    expect((await fetchOf(browser, late)).status).toBe(404);
    const { db } = bff.database.database;
    expect(await db.selectFrom("exports").selectAll().where("psuId", "=", psuId).execute()).toHaveLength(1);
    const { prune } = await import("../usecases/prune.ts");
    await prune(bff.app.context);
    expect(await db.selectFrom("exports").selectAll().execute()).toEqual([]);
  });

  it("needs a recent sign-in and is not to be had by the dozen (US-38)", async () => {
    const later = fixedClock(Temporal.Now.instant().toString());
    await using own = await startBff({ clock: later });
    const { browser } = await own.person();
    for (let n = 0; n < 10; n += 1) await start(browser);
    expect((await browser.send("POST", "/api/me/exports", { body: { format: "csv" } })).status).toBe(429);
    later.advance({ minutes: 6 });
    expect((await browser.send("POST", "/api/me/exports", { body: { format: "csv" } })).json()).toMatchObject({ code: "ERR_RECENT_SIGN_IN_NEEDED" });
  });
});
