import { eventually, fixedClock } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { beginConsent, connect, exchange, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { requestPair } from "../../testing/own-certificates.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { refreshLapsing } from "./refresh-lapsing.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const clock = fixedClock(Temporal.Now.instant().toString());

beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox, { everyBank: true, clock, egress: { limits: { totalTimeoutMs: 3_000 }, probeAfterMs: 0 } });
  await register(gateway);
  await requestPair(gateway);
  await saga(gateway, "fapi1-sandbox").whole();
});
beforeEach(() => clock.set(Temporal.Now.instant().toString()));
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const db = () => gateway.database.database.db;
const tick = () => refreshLapsing(gateway.app.context, new AbortController().signal);

interface Dates {
  readonly refreshedAt?: Temporal.Instant;
  readonly refreshExpiresAt?: Temporal.Instant | null;
}
const setDates = (consentId: string, dates: Dates) => db().updateTable("tokenSets").set(dates).where("consentId", "=", consentId).execute();
const idle = (): Temporal.Instant => clock.now().subtract({ hours: 8 * 24 });

async function versionOf(consentId: string): Promise<number | undefined> {
  return (await db().selectFrom("tokenSets").select("version").where("consentId", "=", consentId).executeTakeFirst())?.version;
}

async function connectElsewhere(): Promise<string> {
  const begun = await beginConsent(gateway, { aspspId: "fapi1-sandbox" });
  await exchange(gateway, begun, await visitBank(begun.redirectUrl, { psuId: "77777771" }));
  return begun.consentId;
}

/** Whose tokens OP was asked for, in this order. */
const asked = async (since: number) => (await sandbox.calls({ since, endpoint: "T1" })).map(({ authorizationId }) => authorizationId);

const inOrder = (ids: readonly unknown[]): string[] => ids.map(String).toSorted((one, other) => one.localeCompare(other));

describe("tokens that would lapse", () => {
  it("many that a bank cannot refresh now stand before none: what ends first goes first, all are tried once, other banks go on, and each comes round again", async () => {
    const idlers = [];
    for (let n = 0; n < 25; n += 1) idlers.push(await connect(gateway, { bankPsuId: `load-${n}-10` }));
    const [ending, elsewhere] = [await connect(gateway), await connectElsewhere()];
    for (const { consentId } of idlers) await setDates(consentId, { refreshedAt: idle(), refreshExpiresAt: null });
    await setDates(ending.consentId, { refreshExpiresAt: clock.now().add({ hours: 1 }) });
    await setDates(elsewhere, { refreshedAt: idle() });

    await sandbox.fault("network.status", { for: { endpoint: "T1" } });
    const since = await sandbox.lastSeq();
    await tick();
    const first = await asked(since);
    expect(first[0]).toBe(ending.aspspConsentId);
    expect(first.length).toBe(new Set(first).size);
    expect(await db().selectFrom("tokenSets").select("consentId").where("refreshNotBefore", "is", null).execute()).toEqual([]);
    expect(await versionOf(elsewhere)).toBe(2);

    // Not at once again; then what ends within the hour, before its end, alone.
    await sandbox.calm();
    const later = await sandbox.lastSeq();
    await tick();
    expect(await asked(later)).toEqual([]);
    clock.advance({ minutes: 31 });
    await tick();
    expect(await asked(later)).toEqual([ending.aspspConsentId]);
    expect(await versionOf(ending.consentId)).toBe(2);

    const last = await sandbox.lastSeq();
    clock.advance({ minutes: 30 });
    await tick();
    expect(inOrder(await asked(last))).toEqual(inOrder(idlers.map(({ aspspConsentId }) => aspspConsentId)));
    for (const { consentId } of idlers) expect(await versionOf(consentId)).toBe(2);
  });

  it("what was not tried yet when one is stopped, or dies, is due at once for the next", async () => {
    const idlers = [await connect(gateway), await connect(gateway), await connect(gateway)];
    for (const { consentId } of idlers) await setDates(consentId, { refreshedAt: idle() });
    await sandbox.fault("network.latency", { for: { endpoint: "T1" }, options: { ms: 1_000 } });
    const since = await sandbox.lastSeq();
    const stopping = new AbortController();
    const stopped = refreshLapsing(gateway.app.context, stopping.signal);
    await eventually(async () => (await sandbox.admin<{ active: { hits: number }[] }>("GET", "/faults")).active.some(({ hits }) => hits > 0));
    stopping.abort();
    await stopped;
    expect(await asked(since)).toHaveLength(1);
    await sandbox.calm();
    await tick();
    expect(inOrder(await asked(since))).toEqual(inOrder(idlers.map(({ aspspConsentId }) => aspspConsentId)));
  });

  it("two replicas at once ask for each set once", async () => {
    // A gateway looks for what would lapse when it starts.
    await using replica = await gateway.replica();
    const idlers = [await connect(gateway), await connect(gateway), await connect(gateway)];
    for (const { consentId } of idlers) await setDates(consentId, { refreshedAt: idle() });
    const since = await sandbox.lastSeq();
    await Promise.all([tick(), refreshLapsing(replica.app.context, new AbortController().signal)]);
    expect(inOrder(await asked(since))).toEqual(inOrder(idlers.map(({ aspspConsentId }) => aspspConsentId)));
  });

  it("one whose bank gives out refresh tokens that end within the day is refreshed once in a tick, although the next one ends soon as well", async () => {
    const { consentId, aspspConsentId } = await connect(gateway);
    await setDates(consentId, { refreshExpiresAt: clock.now().add({ hours: 6 }) });
    await sandbox.fault("token.set", { for: { endpoint: "T1" }, options: { name: "refresh_token_expires_in", value: 6 * 3_600 } });
    const since = await sandbox.lastSeq();
    await tick();
    expect(await asked(since)).toEqual([aspspConsentId]);
  });

  it.each(["op", "fapi1-sandbox"])("%s does not answer, and holds no other bank up", async (silentBank) => {
    const consents = { op: (await connect(gateway)).consentId, "fapi1-sandbox": await connectElsewhere() };
    for (const consentId of Object.values(consents)) await setDates(consentId, { refreshedAt: idle(), refreshExpiresAt: null });
    const [silent, other] = silentBank === "op" ? [consents.op, consents["fapi1-sandbox"]] : [consents["fapi1-sandbox"], consents.op];
    await sandbox.fault("network.hang", { for: { endpoint: silentBank === "op" ? "T1" : "fapi1-F5" } });
    const running = tick();
    // While the one is being asked, the other is done.
    await eventually(async () => {
      const rows = await db().selectFrom("tokenSets").select(["consentId", "version", "refreshLeaseUntil"]).execute();
      const [held, done] = [silent, other].map((id) => rows.find(({ consentId }) => consentId === id));
      return done?.version === 2 && held?.version === 1 && held.refreshLeaseUntil !== null;
    });
    await running;
    expect(await versionOf(silent)).toBe(1);
  });
});
