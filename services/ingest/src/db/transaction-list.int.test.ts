import { afterAll, describe, expect, it } from "vitest";
import type { Place } from "../domain/listing.ts";
import { aTransaction, manyTransactions } from "../testing/bank-answers.ts";
import { TestLedger } from "../testing/ledger.ts";
import { listAccounts } from "./account-store.ts";
import { listTransactions } from "./transaction-list.ts";
import type { TransactionFilter } from "./transaction-list.ts";

const ledger = await TestLedger.open();
afterAll(() => ledger[Symbol.asyncDispose]());
const { bank, db } = ledger;
bank.add({ resourceId: "r1" }, [
  [
    aTransaction({
      entryReference: "rent",
      amount: "-850.00",
      bookingDate: "2026-11-01",
      counterparty: { name: "Vuokranantaja Öljymäki", iban: null, bic: null },
    }),
    aTransaction({ entryReference: "wage", amount: "2850.10", bookingDate: "2026-11-15", remittanceInformation: "Palkka 100%_A\\B" }),
    aTransaction({ entryReference: "yen", amount: "-1500", currency: "JPY", bookingDate: "2026-11-10" }),
    aTransaction({ entryReference: "dinar", amount: "-12.345", currency: "KWD", bookingDate: "2026-11-09" }),
    aTransaction({ entryReference: "hold", amount: "-3.20", bookingStatus: "pending", bookingDate: "2026-10-30" }),
  ],
]);
bank.add({ resourceId: "r2", iban: "FI5542345670000081" }, [manyTransactions(40, () => ({ counterparty: { name: "Toinen", iban: null, bic: null } }))]);
const { psuId } = await ledger.connect();
await ledger.runNext();
const stranger = await ledger.connect();
await ledger.runNext();
const [first, second] = (await listAccounts(db, psuId)).map(({ accountId }) => accountId);
const accountIds = [first ?? ""];
const find = async (filter: TransactionFilter, accounts: readonly string[] | "all" = accountIds) => {
  const rows = await listTransactions(db, { psuId, accountIds: accounts === "all" ? undefined : accounts, filter, after: undefined, limit: 100 });
  return rows.map(({ entryReference }) => entryReference);
};

describe("the list of transactions", () => {
  it("has pending entries first, then the newest day first", async () => {
    expect(await find({})).toEqual(["hold", "wage", "yen", "dinar", "rent"]);
  });

  it.each<[string, TransactionFilter, string[]]>([
    ["a first day", { from: "2026-11-10" }, ["wage", "yen"]],
    ["a last day", { to: "2026-11-09" }, ["hold", "dinar", "rent"]],
    ["money in", { direction: "in" }, ["wage"]],
    ["money out", { direction: "out" }, ["hold", "yen", "dinar", "rent"]],
    ["pending", { status: "pending" }, ["hold"]],
    ["booked", { status: "booked" }, ["wage", "yen", "dinar", "rent"]],
    ["text in any case, with letters beyond ASCII", { text: "öLJYmäki" }, ["rent"]],
    ["text of the type", { text: "korttiosto" }, ["hold", "wage", "yen", "dinar", "rent"]],
    ["US-33: a percent sign is a percent sign", { text: "100%" }, ["wage"]],
    ["US-33: and alone it finds only itself", { text: "%" }, ["wage"]],
    ["US-33: an underscore too", { text: "%_a" }, ["wage"]],
    ["US-33: a backslash too", { text: "\\b" }, ["wage"]],
    ["US-34: SQL is text", { text: "' or '1'='1" }, []],
    ["an amount as it is typed: whole units", { text: "12" }, ["dinar"]],
    ["an amount with a comma, while it is typed", { text: "3,2" }, ["hold"]],
    ["an amount with sign, blanks and currency", { text: "\u2212850,00 €" }, ["rent"]],
    ["an amount of a currency without decimals", { text: "1500" }, ["yen"]],
    ["the first two of three decimals", { text: "12,34" }, ["dinar"]],
    ["no amount near it", { text: "12,35" }, []],
    ["a least amount, in each currency's own decimals", { minAmount: "850" }, ["wage", "yen", "rent"]],
    ["a largest amount", { maxAmount: "12.345" }, ["hold", "dinar"]],
    ["a largest amount between two steps", { maxAmount: "12.3449" }, ["hold"]],
    ["both", { minAmount: "3.2", maxAmount: "3.20" }, ["hold"]],
  ])("can be narrowed by %s", async (_, filter, expected) => {
    expect(await find(filter)).toEqual(expected);
  });

  it("covers all accounts, or several, in one order", async () => {
    const all = await find({}, "all");
    expect(all).toHaveLength(45);
    expect(await find({}, [first ?? "", second ?? ""])).toEqual(all);
    expect(await find({}, [second ?? ""])).toHaveLength(40);
  });

  it("pages without gap or repetition, whatever the size", async () => {
    for (const limit of [1, 7, 44, 45]) {
      const seen: string[] = [];
      let after: Place | undefined;
      for (;;) {
        const rows = await listTransactions(db, { psuId, accountIds: undefined, filter: {}, after, limit });
        seen.push(...rows.map(({ entryReference }) => entryReference ?? ""));
        after = rows.at(-1);
        if (rows.length < limit) break;
      }
      expect(seen).toEqual(await find({}, "all"));
    }
  });

  it("US-08: shows nothing of anybody else, also when asked for their account by id", async () => {
    const [theirs] = await listAccounts(db, stranger.psuId);
    expect(await find({}, [theirs?.accountId ?? ""])).toEqual([]);
  });
});
