import { eventually } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { password, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { publisherOf } from "../../test/facts.ts";

type Page = { transactions: { category: unknown }[]; nextCursor: string | null; total: number | null; missing: string[] };

describe("while something behind does not answer (G-36)", () => {
  let bff: Bff;
  let aino: Person;
  beforeAll(async () => {
    bff = await startBff();
    aino = await bff.person();
  });
  afterEach(() => bff.downstream.down.clear());
  afterAll(() => bff[Symbol.asyncDispose]());

  it.each([
    ["ingest", ["accounts"]],
    ["consent", ["consents", "payments"]],
    ["analytics", ["insights"]],
    ["bank-gateway", ["banks"]],
  ] as const)("the overview is there without %s", async (service, missing) => {
    bff.downstream.down.add(service);
    const answer = await aino.browser.get("/api/overview");
    expect([answer.status, answer.json()]).toEqual([200, expect.objectContaining({ missing })]);
  });

  it("the overview is there without all of them", async () => {
    bff.downstream.down.add("ingest").add("consent").add("analytics").add("bank-gateway");
    expect((await aino.browser.get("/api/overview")).json()).toMatchObject({
      missing: ["accounts", "consents", "insights", "banks", "payments"],
      accounts: [],
      netWorth: [],
    });
  });

  it("connections are there without accounts and banks, and say so without consents", async () => {
    bff.downstream.down.add("ingest").add("bank-gateway");
    const answer = (await aino.browser.get("/api/connections")).json<{ connections: { aspspName: string }[]; missing: string[] }>();
    expect([answer.connections.length, answer.connections[0]?.aspspName, answer.missing]).toEqual([1, "op-fi", ["accounts", "banks"]]);
    bff.downstream.down.add("consent");
    expect((await aino.browser.get("/api/connections")).json()).toMatchObject({ connections: [], missing: ["consents", "accounts", "banks"] });
    expect((await aino.browser.get(`/api/connections/${aino.holdings.consent.consentId}`)).status).toBe(503);
  });

  it("a transaction is there without its category", async () => {
    bff.downstream.down.add("analytics");
    const { transactionId } = aino.holdings.transactions[0] ?? { transactionId: "" };
    expect((await aino.browser.get(`/api/transactions/${transactionId}`)).json()).toMatchObject({ transaction: { category: null }, missing: ["insights"] });
  });

  it("transactions come from the ledger without analytics, uncategorised, and the page says so", async () => {
    bff.downstream.down.add("analytics");
    const page = (await aino.browser.get("/api/transactions")).json<Page>();
    expect([page.transactions.length, page.transactions.every(({ category }) => category === null), page.total, page.missing]).toEqual([
      3,
      true,
      null,
      ["insights"],
    ]);
  });

  it("a filter by category finds nothing without analytics instead of everything", async () => {
    bff.downstream.down.add("analytics");
    for (const filter of ["category=groceries", `recurringId=${aino.holdings.recurringId}`]) {
      expect((await aino.browser.get(`/api/transactions?${filter}`)).json()).toMatchObject({ transactions: [], missing: ["insights"] });
    }
  });

  it("a list goes on where it came from: not from the ledger when it began in analytics", async () => {
    const first = (await aino.browser.get("/api/transactions")).json<Page>();
    expect([first.nextCursor, first.missing]).toEqual(["a.next-page", []]);
    bff.downstream.down.add("analytics");
    expect((await aino.browser.get(`/api/transactions?cursor=${first.nextCursor}`)).status).toBe(503);
    bff.downstream.down.clear();
    await aino.browser.get(`/api/transactions?cursor=${first.nextCursor}`);
    expect(bff.downstream.asked.at(-1)).toMatchObject({ operation: "listCategorised", query: { cursor: "next-page" } });
    await aino.browser.get("/api/transactions?cursor=i.place");
    expect(bff.downstream.asked.at(-1)).toMatchObject({ operation: "listTransactions", query: { cursor: "place" } });
  });

  it("what is the whole answer says that it cannot be had", async () => {
    bff.downstream.down.add("ingest").add("analytics").add("bank-gateway").add("consent");
    for (const path of ["/api/accounts", "/api/banks", "/api/insights/cash-flow", "/api/insights/recurring", "/api/transactions"]) {
      const answer = await aino.browser.get(path);
      expect([path, answer.status, answer.json()]).toEqual([path, 503, expect.objectContaining({ code: "ERR_DOWN" })]);
    }
  });
});

describe("while the database does not answer (G-36)", () => {
  it("says so in every answer, keeps streams open and goes on when it is back", async () => {
    await using bff = await startBff();
    await using consent = await publisherOf("consent", bff.messaging);
    const aino = await bff.person();
    const stream = await aino.browser.stream();
    bff.databaseLine.cut();
    for (const ask of [
      () => aino.browser.get("/api/overview"),
      () => aino.browser.get("/api/me"),
      () => aino.browser.send("POST", "/api/auth/sign-in/email", { body: { email: aino.email, password } }),
      () => aino.browser.send("POST", "/api/auth/sign-up/email", { body: { name: "n", email: "n@example.fi", password } }),
      () => aino.browser.send("POST", "/api/auth/sign-out", { body: {} }),
      () => aino.browser.get("/health/ready"),
    ]) {
      const answer = await ask();
      expect(answer.status).toBe(503);
      expect(answer.text).not.toMatch(/ECONN|hang up|terminated|127\.0\.0\.1|select |better-auth/);
    }
    expect((await aino.browser.get("/health/live")).status).toBe(200);
    bff.databaseLine.mend();
    await eventually(async () => (await aino.browser.get("/api/me")).status === 200);
    const { psuId } = aino;
    await consent.tell({
      type: "consent.expiring",
      subject: psuId,
      psuId,
      data: { consentId: psuId, psuId, aspspId: "op-fi", validUntil: "2026-12-01T00:00:00Z", daysLeft: 7 },
    });
    await eventually(() => stream.events.some(({ event }) => event === "change"));
    stream.close();
  });
});
