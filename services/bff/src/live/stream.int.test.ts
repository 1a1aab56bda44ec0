import { eventually } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { browserAt } from "../../test/browser.ts";
import type { EventStream } from "../../test/browser.ts";
import { publisherOf } from "../../test/facts.ts";
import type { Publisher } from "../../test/facts.ts";
import { defaultSessionCheckMs } from "./hub.ts";

const amount = { amount: "1.00", currency: "EUR" };

describe("the stream of what changed", () => {
  let bff: Bff;
  let ingest: Publisher;
  let gateway: Publisher;
  beforeAll(async () => {
    bff = await startBff({ streamLimits: { perPerson: 3, inAll: 50, unreadBytes: 262_144 } });
    ingest = await publisherOf("ingest", bff.messaging);
    gateway = await publisherOf("bank-gateway", bff.messaging);
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await bff[Symbol.asyncDispose]();
  });

  const tellBalance = ({ psuId, holdings }: Person): Promise<void> => {
    const accountId = holdings.accounts[0]?.accountId ?? "";
    return ingest.tell({
      type: "ingest.balance-recorded",
      subject: accountId,
      psuId,
      data: { accountId, psuId, balanceType: "interimBooked", amount, asOf: "2026-11-22T10:00:00Z" },
    });
  };
  /** What is about one person; hints for everybody from other tests of this file may be among the rest. */
  const own = (stream: EventStream): EventStream["events"] => stream.events.filter(({ event, data }) => event === "change" && !data.includes("aspsp-degraded"));
  const seen = (stream: EventStream, count: number) => eventually(() => own(stream).length >= count);

  it("shows a fact to the person it is about and to nobody else, without a figure (US-08)", async () => {
    const [aino, pekka] = [await bff.person(), await bff.person()];
    const [hers, his] = [await aino.browser.stream(), await pekka.browser.stream()];
    await tellBalance(aino);
    await seen(hers, 1);
    await tellBalance(pekka);
    await seen(his, 1);
    expect([own(hers).length, own(his).length]).toEqual([1, 1]);
    expect(JSON.parse(own(hers)[0]?.data ?? "")).toEqual({
      type: "ingest.balance-recorded",
      at: expect.any(String),
      consentId: null,
      accountId: aino.holdings.accounts[0]?.accountId,
      syncId: null,
      paymentOrderId: null,
      aspspId: null,
      count: null,
    });
    hers.close();
    his.close();
  });

  it("shows everybody what concerns a bank", async () => {
    const streams = [await (await bff.person()).browser.stream(), await (await bff.person()).browser.stream()];
    await gateway.tell({
      type: "bank-gateway.aspsp-degraded",
      subject: "op-fi",
      psuId: null,
      data: { aspspId: "op-fi", status: "down", since: "2026-11-22T10:00:00Z" },
    });
    for (const stream of streams) {
      await eventually(() => stream.events.some(({ data }) => data.includes('"aspspId":"op-fi"')));
      stream.close();
    }
  });

  it("resumes after the last event the browser saw, and only there", async () => {
    const aino = await bff.person();
    const first = await aino.browser.stream();
    await tellBalance(aino);
    await seen(first, 1);
    first.close();
    await tellBalance(aino);
    await tellBalance(aino);
    const [last] = own(first);
    const resumed = await aino.browser.stream(last?.id);
    await seen(resumed, 2);
    expect(own(resumed)).toHaveLength(2);
    expect(own(resumed).every(({ id }) => BigInt(id ?? 0) > BigInt(last?.id ?? 0))).toBe(true);
    expect(resumed.events.map(({ event }) => event)).not.toContain("reset");
    resumed.close();
  });

  it.each(["999999999", "abc", "-1", "1'; drop table live_events", "99999999999999999999"])(
    "tells a page with the unknown id %j to ask again (US-29)",
    async (id) => {
      const stream = await (await bff.person()).browser.stream(id);
      await eventually(() => stream.events.some(({ event }) => event === "reset"));
      stream.close();
    },
  );

  it("takes another person's id for an unknown one (US-29)", async () => {
    const [aino, pekka] = [await bff.person(), await bff.person()];
    const hers = await aino.browser.stream();
    await tellBalance(aino);
    await seen(hers, 1);
    const his = await pekka.browser.stream(own(hers)[0]?.id);
    await eventually(() => his.events.some(({ event }) => event === "reset"));
    expect(own(his)).toEqual([]);
    hers.close();
    his.close();
  });

  it("ends at the next look at its session after signing out, within two seconds, on every replica, and leaves other sessions alone (US-24)", async () => {
    expect(defaultSessionCheckMs).toBeLessThan(2_000);
    const aino = await bff.person();
    const replica = await bff.replica();
    const elsewhere = browserAt(replica.address, aino.browser.origin);
    await elsewhere.send("POST", "/api/auth/sign-in/email", { body: { email: aino.email, password } });
    const sameSession = browserAt(replica.address, aino.browser.origin);
    sameSession.cookie = aino.browser.cookie;
    const [here, there, other] = [await aino.browser.stream(), await sameSession.stream(), await elsewhere.stream()];
    await aino.browser.send("POST", "/api/auth/sign-out", { body: {} });
    for (const stream of [here, there]) {
      await eventually(() => stream.events.some(({ event }) => event === "signed-out"));
      await stream.ended;
    }
    expect((await sameSession.get("/api/me")).status).toBe(401);
    expect((await sameSession.stream()).status).toBe(401);
    await tellBalance(aino);
    await seen(other, 1);
    expect(other.events.map(({ event }) => event)).not.toContain("signed-out");
    other.close();
  });

  it("ends every other session and its streams when the person says so (US-25)", async () => {
    const aino = await bff.person();
    const thief = browserAt(bff.address, aino.browser.origin);
    await thief.send("POST", "/api/auth/sign-in/email", { body: { email: aino.email, password } });
    const stolen = await thief.stream();
    expect((await aino.browser.send("POST", "/api/auth/revoke-other-sessions", { body: {} })).status).toBe(204);
    await eventually(() => stolen.events.some(({ event }) => event === "signed-out"));
    expect((await thief.get("/api/me")).status).toBe(401);
    expect((await aino.browser.get("/api/me")).status).toBe(200);
  });

  it("refuses one stream too many and gives the place back when one is closed (US-29)", async () => {
    const { browser } = await bff.person();
    const opened = await Promise.all(Array.from({ length: 6 }, () => browser.stream()));
    expect(opened.map(({ status }) => String(status)).toSorted()).toEqual(["200", "200", "200", "429", "429", "429"]);
    expect(opened.find(({ status }) => status === 429)?.headers.get("retry-after")).toBe("30");
    for (const stream of opened) stream.close();
    await eventually(async () => {
      const again = await browser.stream();
      again.close();
      return again.status === 200;
    });
  });

  it("needs a session", async () => {
    expect((await bff.browser().stream()).status).toBe(401);
  });

  it("keeps the order of commits for one person when many facts come at once", async () => {
    const aino = await bff.person();
    const stream = await aino.browser.stream();
    const { consentId } = aino.holdings.consent;
    const accountId = aino.holdings.accounts[0]?.accountId ?? "";
    await ingest.tell(
      ...Array.from({ length: 40 }, (_, index) => ({
        type: "ingest.balance-recorded" as const,
        subject: accountId,
        psuId: aino.psuId,
        data: {
          accountId,
          psuId: aino.psuId,
          balanceType: "interimBooked" as const,
          amount: { amount: `${index}.00`, currency: "EUR" },
          asOf: "2026-11-22T10:00:00Z",
        },
      })),
      ...Array.from({ length: 40 }, () => ({
        type: "ingest.account-discovered" as const,
        subject: accountId,
        psuId: aino.psuId,
        data: { accountId, consentId, psuId: aino.psuId, aspspId: "op-fi", kind: "current" as const, currency: "EUR", name: "n", iban: null, ownerName: null },
      })),
    );
    await seen(stream, 80);
    const ids = own(stream).map(({ id }) => BigInt(id ?? 0));
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(ids).size).toBe(80);
    stream.close();
  });
});
