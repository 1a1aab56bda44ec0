import { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { eventually, fixedClock } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { beginConsent, connect, exchange, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { requestPair } from "../../testing/own-certificates.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { getConsent } from "../db/consent-store.ts";
import { takeRevocation } from "../db/revocation-store.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { discardTokens, endConsent } from "./end-consent.ts";
import { retryRevocations } from "./retry-revocations.ts";
import { tellRevocation } from "./tell-revocation.ts";

let sandbox: Sandbox;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox, { everyBank: true, egress: { limits: { totalTimeoutMs: 3_000 }, probeAfterMs: 0 } });
  await register(gateway);
  await requestPair(gateway);
  await saga(gateway, "fapi1-sandbox").whole();
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const db = () => gateway.database.database.db;
/** The gateway's own job finds nothing due: that is an hour ahead, where these tests tell. */
const dueAt = () => Temporal.Now.instant().add({ hours: 1 });
const tell = (signal = new AbortController().signal) =>
  retryRevocations({ ...gateway.app.context, clock: fixedClock(dueAt().add({ minutes: 1 }).toString()) }, signal);

/** Ended on our side, and the bank not told yet. */
async function ended(consentId: string): Promise<string> {
  const consent = await getConsent(db(), consentId, "unattended");
  if (consent === undefined) throw new Error("there is no such consent");
  const { context } = gateway.app;
  await inTransaction(context.db, async (tx) => {
    await endConsent(context, tx, consent, "revoked");
    await tx.updateTable("revocationsDue").set({ dueAt: dueAt() }).where("aspspConsentId", "=", consent.aspspConsentId).execute();
  });
  return consent.aspspConsentId;
}
const endedAtOp = async () => ended((await connect(gateway)).consentId);
async function endedElsewhere(): Promise<string> {
  const begun = await beginConsent(gateway, { aspspId: "fapi1-sandbox" });
  await exchange(gateway, begun, await visitBank(begun.redirectUrl, { psuId: "77777771" }));
  return ended(begun.consentId);
}

const stillDue = async (ids: readonly string[]) =>
  db().selectFrom("revocationsDue").select(["aspspConsentId", "attempts", "lastError"]).where("aspspConsentId", "in", ids).execute();
const dueOf = async (id: string) =>
  db().selectFrom("revocationsDue").select(["attempts", "lastError", "dueAt", "sealed"]).where("aspspConsentId", "=", id).execute();
const told = async (since: number) => (await sandbox.calls({ since, endpoint: "A3" })).map(({ authorizationId }) => authorizationId);
const inOrder = (ids: readonly unknown[]): string[] => ids.map(String).toSorted((one, other) => one.localeCompare(other));
const arrived = () => eventually(async () => (await sandbox.admin<{ active: { hits: number }[] }>("GET", "/faults")).active.some(({ hits }) => hits > 0));

describe("banks that are told later", () => {
  it("one that does not answer holds no other up, and is asked about one thing at a time", async () => {
    const silent = [await endedAtOp(), await endedAtOp(), await endedAtOp()];
    const other = await endedElsewhere();
    await sandbox.fault("network.hang", { for: { endpoint: "A3" } });
    const since = await sandbox.lastSeq();
    const telling = tell();
    // While the one is being told, the other is done.
    await eventually(async () => {
      const rows = await stillDue([...silent, other]);
      return rows.length === 3 && rows.some(({ attempts, lastError }) => attempts === 1 && lastError === null);
    });
    await telling;
    expect((await stillDue(silent)).map(({ attempts }) => attempts).toSorted((one, other) => one - other)).toEqual([0, 0, 1]);
    await sandbox.calm();
    await tell();
    expect(new Set(await told(since)).size).toBe(3);
    expect(await stillDue(silent)).toHaveLength(1);
  });

  it("what was not told yet when one is stopped, or dies, is due at once for the next, and counts as not tried", async () => {
    const ids = [await endedAtOp(), await endedAtOp(), await endedAtOp()];
    await sandbox.fault("network.latency", { for: { endpoint: "A3" }, options: { ms: 1_000 } });
    const stopping = new AbortController();
    const stopped = tell(stopping.signal);
    await arrived();
    stopping.abort();
    await stopped;
    expect((await stillDue(ids)).map(({ attempts }) => attempts)).toEqual([0, 0]);
    await sandbox.calm();
    await tell();
    expect(await stillDue(ids)).toEqual([]);
  });

  it("two replicas at once tell each bank each thing once", async () => {
    const ids = [await endedAtOp(), await endedAtOp(), await endedAtOp(), await endedAtOp()];
    const since = await sandbox.lastSeq();
    await Promise.all([tell(), tell()]);
    expect(inOrder(await told(since))).toEqual(inOrder(ids));
    expect(await stillDue(ids)).toEqual([]);
  });

  it.each([
    ["says no", async () => undefined],
    ["does not answer", () => Promise.reject(new OplError({ code: "ERR_ASPSP_UNAVAILABLE", kind: "unavailable", message: "no answer" }))],
  ])("a token that comes while a bank is told without one, and %s, is told of anew, and at once; it is not said that the bank was told", async (_, answer) => {
    const { context } = gateway.app;
    const begun = await beginConsent(gateway);
    const id = await ended(begun.consentId);
    const consent = await getConsent(db(), begun.consentId, "unattended");
    if (consent === undefined) throw new Error("there is no such consent");
    const clock = fixedClock(dueAt().add({ minutes: 1 }).toString());
    const late: TokenSet = { accessToken: "late", accessExpiresAt: dueAt(), refreshToken: undefined, scope: [], origins: [], subject: undefined };
    let withToken: unknown;
    const under = async (registrationId: string) => {
      if (withToken === undefined) {
        await discardTokens({ ...context, clock }, consent, late);
        [withToken] = await dueOf(id);
        await answer();
      }
      return context.banks.under(registrationId);
    };
    const due = await takeRevocation(db(), consent, clock.now().add({ minutes: 2 }));
    expect(await tellRevocation({ ...context, clock, banks: { ...context.banks, under } }, due!)).toBe(false);
    expect(await dueOf(id)).toEqual([withToken]);
    expect(withToken).toMatchObject({ attempts: 0, lastError: null, dueAt: clock.now() });
    await db().deleteFrom("revocationsDue").where("aspspConsentId", "=", id).execute();
  });
});
