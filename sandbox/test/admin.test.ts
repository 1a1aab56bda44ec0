import { readFileSync } from "node:fs";
import { request as rawRequest } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { connect, readAll, type Connection } from "./connection.ts";
import { Tpp } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let connection: Connection;
beforeAll(async () => {
  bank = await startBank();
  tpp = await Tpp.registered(bank);
  connection = await connect(tpp);
});
afterAll(() => bank[Symbol.asyncDispose]());

interface Calls {
  readonly calls: readonly {
    readonly seq: number;
    readonly at: string;
    readonly endpoint: string;
    readonly status: number;
    readonly clientId?: string;
    readonly qwac?: string;
    readonly path: string;
  }[];
  readonly lastSeq: number;
}

describe("the books", () => {
  it("list every call of the way in, with the QWAC on each one over mutual TLS", async () => {
    const { body } = await bank.admin<Calls>("GET", "/books/calls");
    expect(body.calls.map((each) => each.endpoint)).toEqual(["C1", "J1", "R1", "T1", "A1", "Z1", "Z1-page", "Z1-login", "Z1-page", "Z1-decision", "T1"]);
    const mutual = body.calls.filter((each) => ["R1", "T1", "A1"].includes(each.endpoint));
    expect(new Set(mutual.map((each) => each.qwac)).size).toBe(1);
    expect(mutual.every((each) => each.clientId === tpp.client?.client_id)).toBe(true);
    expect(body.calls.some((each) => each.path.includes("?"))).toBe(false);
  });

  it("are a file of one line a call, without secrets", async () => {
    const text = readFileSync(join(bank.folder, "books", "calls.jsonl"), "utf8");
    const { body } = await bank.admin<Calls>("GET", "/books/calls");
    expect(text.trim().split("\n")).toHaveLength(body.calls.length);
    for (const secret of [tpp.client?.client_secret, connection.token, connection.tokens.refresh_token, "request="]) expect(text).not.toContain(secret);
  });

  it("no file of the bank holds a token, a secret or a code in clear", () => {
    for (const name of ["clients.jsonl", "access-tokens.jsonl", "refresh-tokens.jsonl", "codes.jsonl"]) {
      const text = readFileSync(join(bank.folder, "op", name), "utf8");
      for (const secret of [tpp.client?.client_secret, connection.token, connection.tokens.refresh_token]) expect(text).not.toContain(secret);
    }
  });

  it("answer only what came since a call or a time, of one endpoint, client or person", async () => {
    const before = (await bank.admin<Calls>("GET", "/books/calls")).body.lastSeq;
    await tpp.api("/accounts", connection.token);
    await tpp.api("/cards", connection.token);
    const since = (await bank.admin<Calls>("GET", `/books/calls?since=${before}`)).body.calls;
    expect(since.map((each) => each.endpoint)).toEqual(["A4", "A7"]);
    expect(
      (
        await bank.admin<Calls>(
          "GET",
          `/books/calls?since=${encodeURIComponent(since[0]?.at ?? "")}&endpoint=A7&psu=88888881&authorizationId=${connection.authorizationId}`,
        )
      ).body.calls,
    ).toHaveLength(1);
    expect((await bank.admin<Calls>("GET", "/books/calls?clientId=nobody")).body.calls).toEqual([]);
    expect((await bank.admin("GET", "/books/calls?since=yesterday")).status).toBe(400);
  });

  it("sum up how often each endpoint was called by whom, and what it answered", async () => {
    await tpp.api("/accounts/unknown", connection.token);
    const { body } = await bank.admin<{ endpoints: object[] }>("GET", "/books/summary?endpoint=A5");
    expect(body.endpoints).toEqual([{ endpoint: "A5", clientId: tpp.client?.client_id, calls: 1, byStatus: { 404: 1 } }]);
  });

  it("tell the people, their registrations and authorizations", async () => {
    const { people } = (await bank.admin<{ people: { psuId: string; accounts: object[] }[] }>("GET", "/people")).body;
    expect(people.map((each) => each.psuId)).toEqual([
      "88888881",
      "88888882",
      "88888883",
      "77777771",
      "77777772",
      "66666661",
      "66666662",
      "55555551",
      "55555552",
    ]);
    const { authorizations } = (await bank.admin<{ authorizations: object[] }>("GET", "/authorizations?psu=88888881")).body;
    expect(authorizations).toEqual([expect.objectContaining({ authorizationId: connection.authorizationId, status: "Authorized", psuId: "88888881" })]);
  });
});

describe("the ledger", () => {
  it("narrows to an account by id or IBAN, to days, and shows rows on demand", async () => {
    const path = "/books/ledger?psu=88888881&account=FI8659986920068681&from=2026-10-01&to=2026-10-31&rows=true";
    const { people } = (
      await bank.admin<{
        people: { accounts: { count: number; opening: string; sum: string; grossBalance: string; transactions: object[] }[]; cards: object[] }[];
      }>("GET", path)
    ).body;
    const [account] = people[0]?.accounts ?? [];
    expect(people[0]?.accounts).toHaveLength(1);
    expect(people[0]?.cards).toEqual([]);
    expect(account?.transactions).toHaveLength(account?.count ?? -1);
    expect(account?.count).toBeGreaterThan(30);
  });

  it("is unknown for people who are not there", async () => {
    expect(await bank.admin("GET", "/books/ledger?psu=1")).toMatchObject({ status: 404, body: { code: "ERR_SANDBOX_PSU_UNKNOWN" } });
    expect((await bank.admin("GET", "/books/ledger?authorizationId=x")).status).toBe(404);
  });
});

describe("a new booking", () => {
  it("is seen by the next reading, in the balance and after a restart", async () => {
    const [account] = (await tpp.api<Record<string, string>[]>("/accounts", connection.token)).body;
    const path = `/accounts/${account?.["accountId"]}/transactions`;
    const before = await readAll(tpp, path, connection.token);
    const added = await bank.admin<{ transaction: object }>("POST", "/transactions", {
      psu: "88888881",
      account: account?.["identifier"],
      amount: "-12.34",
      message: "Lisätty käsin",
      recipient: { name: "KAUPPA", identifier: account?.["identifier"] },
    });
    expect(added.status).toBe(201);
    const after = await readAll(tpp, path, connection.token);
    expect(after.rows).toHaveLength(before.rows.length + 1);
    expect(after.rows[0]).toEqual(added.body.transaction);
    const [changed] = (await tpp.api<Record<string, string>[]>("/accounts", connection.token)).body;
    const cents = (text: string | undefined): bigint => BigInt((text ?? "").replace(".", ""));
    expect(cents(changed?.["grossBalance"])).toBe(cents(account?.["grossBalance"]) - 1234n);
  });

  it.each([
    [{ psu: "1", account: "x", amount: "1.00" }, 404],
    [{ psu: "88888881", account: "x", amount: "1.00" }, 404],
    [{ psu: "88888881", account: "FI8659986920068681", amount: "1.005" }, 400],
    [{ psu: "88888881", account: "FI8659986920068681", amount: 1 }, 400],
    [{ psu: "88888881", account: "FI8659986920068681", amount: "1.00", bookingDate: "2026-11-21" }, 400],
    [{ psu: "88888881", account: "FI8659986920068681", amount: "1.00", surprise: true }, 400],
  ])("is refused when it makes no sense: %j", async (body, status) => {
    expect((await bank.admin("POST", "/transactions", body)).status).toBe(status);
  });
});

describe("the admin interface", () => {
  it("does not answer to made-up host names", async () => {
    const { port } = new URL(bank.endpoints.adminUrl);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      rawRequest({ host: "127.0.0.1", port, path: "/people", headers: { host: "evil.example" } }, (response) => resolve(response.resume().statusCode))
        .once("error", reject)
        .end();
    });
    expect(status).toBe(421);
  });

  it("does not read forms that a web page could send without asking", async () => {
    const answer = await fetch(`${bank.endpoints.adminUrl}/faults`, {
      method: "POST",
      body: '{"fault":"network.hang"}',
      headers: { "content-type": "text/plain" },
    });
    expect([400, 415]).toContain(answer.status);
    expect((await bank.admin<{ active: object[] }>("GET", "/faults")).body.active).toEqual([]);
  });
});
