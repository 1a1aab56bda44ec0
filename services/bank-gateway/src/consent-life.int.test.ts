import { randomUUID } from "node:crypto";
import { publish, startRelay } from "@opl/messaging";
import { eventually, example, fixedClock, keptLog, silentLogger } from "@opl/testkit";
import type { FixedClock } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { visitBank } from "../testing/browser.ts";
import { beginConsent, connect, exchange, readAll, register, startGateway } from "../testing/gateway.ts";
import type { TestGateway } from "../testing/gateway.ts";
import { refreshLapsing } from "./usecases/refresh-lapsing.ts";
import { retryRevocations } from "./usecases/retry-revocations.ts";
import { startSandbox } from "../testing/sandbox.ts";
import type { Sandbox } from "../testing/sandbox.ts";
import { oneSecurityEvent, silenceSince } from "../testing/standard-outcome.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const log = keptLog("bank-gateway");

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_UNATTENDED_PER_DAY: "4", SANDBOX_REFRESH_ID_TOKEN: "true" });
  gateway = await startGateway(sandbox, { logger: log.logger, egress: { limits: { totalTimeoutMs: 3_000 }, probeAfterMs: 0 } });
  await register(gateway);
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const db = () => gateway.database.database.db;
const dataCalls = async (since: number) => (await sandbox.calls({ since })).filter(({ endpoint }) => /^A[4-8]$/.test(endpoint));
const statusAtBank = async (aspspConsentId: string) => {
  const { authorizations } = await sandbox.admin<{ authorizations: { authorizationId: string; status: string }[] }>("GET", "/authorizations");
  return authorizations.find((each) => each.authorizationId === aspspConsentId)?.status;
};
const lostFacts = async (consentId: string) =>
  (
    await db().selectFrom("outbox").select("data").where("eventType", "=", "bank-gateway.aspsp-consent-lost").where("aggregateId", "=", consentId).execute()
  ).map(({ data }) => {
    const { by, code } = JSON.parse(data) as { by: string; code: string };
    return `${code} by ${by}`;
  });

describe("a person is present, or not", () => {
  it("G-19 TM-19 headers about the person are sent when there is a context, and never otherwise", async () => {
    const { consentId, psu } = await connect(gateway);
    const since = await sandbox.lastSeq();
    await gateway.as.ingest.fetchAccounts({ params: { consentId } });
    const unattended = await dataCalls(since);
    expect(unattended.length).toBeGreaterThan(0);
    expect(unattended.every(({ psuPresent }) => psuPresent === false)).toBe(true);
    const later = await sandbox.lastSeq();
    await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const attended = await dataCalls(later);
    expect(attended.map(({ psuHeaders }) => psuHeaders)).toEqual(
      attended.map(() => ({ "x-fapi-customer-ip-address": "192.0.2.7", "x-customer-user-agent": "test browser" })),
    );
  });

  it("G-19 TM-18 four unattended reads of each resource in 24 hours, pages free, the fifth is not made", async () => {
    const { consentId, psu } = await connect(gateway, { bankPsuId: "88888883" });
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId } });
    const resourceId = accounts.find(({ account }) => account.kind !== "card")?.account.resourceId ?? "";
    for (let read = 0; read < 4; read += 1) {
      const { pages } = await readAll(gateway, consentId, resourceId);
      expect(pages.length).toBeGreaterThan(1);
    }
    const since = await sandbox.lastSeq();
    await expect(readAll(gateway, consentId, resourceId)).rejects.toMatchObject({
      code: "ERR_ASPSP_RATE_LIMITED",
      details: { by: "budget" },
      retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 86_000 && seconds <= 86_400),
    });
    expect(await dataCalls(since)).toEqual([]);
    // With the person there it costs nothing, and other resources have their own four.
    await expect(readAll(gateway, consentId, resourceId, psu)).resolves.toMatchObject({ pages: expect.anything() });
    for (let read = 0; read < 3; read += 1) await gateway.as.ingest.fetchAccounts({ params: { consentId } });
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId } })).rejects.toMatchObject({
      code: "ERR_ASPSP_RATE_LIMITED",
      details: { by: "budget" },
    });
  });

  it("G-19 twenty reads at once from two replicas are four at the bank", async () => {
    const { consentId } = await connect(gateway);
    const replica = await gateway.replica();
    const since = await sandbox.lastSeq();
    const reads = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? gateway : replica).as.ingest.fetchAccounts({ params: { consentId } }));
    const outcomes = await Promise.allSettled(reads);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    expect((await sandbox.calls({ since, endpoint: "A4" })).length).toBe(4);
    await replica[Symbol.asyncDispose]();
  });

  it("BR-62 six who wait no longer for a slow bank are no outage of it: the seventh is asked for, and the bank is shown as well", async () => {
    const { consentId, psu } = await connect(gateway);
    await using replica = await gateway.replica({ egress: { probeAfterMs: 60_000 } });
    const read = (signal?: AbortSignal) => replica.as.ingest.fetchAccounts({ params: { consentId }, psu, signal });
    const hangs = async () => (await sandbox.admin<{ active: { hits: number }[] }>("GET", "/faults")).active[0]?.hits ?? 0;
    await sandbox.fault("network.hang", { for: { endpoint: "A4" } });
    for (let asked = 1; asked <= 6; asked += 1) {
      const stop = new AbortController();
      const reading = read(stop.signal).catch((error: unknown) => error);
      await eventually(async () => (await hangs()) >= asked);
      stop.abort();
      expect(await reading).toMatchObject({ name: "AbortError" });
    }
    // Once for each: what was broken off is not asked again by us.
    expect(await hangs()).toBe(6);
    await sandbox.calm();
    await expect(read()).resolves.toMatchObject({ accounts: expect.anything() });
    const { aspsps } = await replica.as.bff.listAspsps({});
    expect(aspsps.find(({ aspspId }) => aspspId === "op")?.health).toMatchObject({ status: "up" });
  });

  it("another person's context opens nothing", async () => {
    const { consentId } = await connect(gateway);
    const stranger = await gateway.tokens.psu(randomUUID());
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu: stranger })).rejects.toMatchObject({
      code: "ERR_BANK_CONSENT_NOT_FOUND",
      kind: "not-found",
    });
    await expect(gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu: stranger, body: { aspspId: "op" } })).resolves.toMatchObject({
      aspspTold: false,
    });
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId } })).resolves.toMatchObject({ accounts: expect.anything() });
  });

  it("the bank's own words are shown to the person they are about, to nobody else", async () => {
    const { consentId, psu } = await connect(gateway);
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const raw = accounts[0]?.account.raw ?? { hash: "", pointer: "" };
    const shown = await gateway.as.bff.getRawMessage({ params: { hash: raw.hash }, query: { pointer: `${raw.pointer}/identifier` }, psu });
    expect(shown.content).toBe(JSON.stringify(accounts[0]?.account.iban));
    expect(shown.certificateThumbprint).toMatch(/^[\w-]{43}$/);
    const stranger = await gateway.tokens.psu(randomUUID());
    await expect(gateway.as.bff.getRawMessage({ params: { hash: raw.hash }, query: {}, psu: stranger })).rejects.toMatchObject({
      code: "ERR_RAW_MESSAGE_NOT_FOUND",
    });
    await expect(gateway.as.bff.getRawMessage({ params: { hash: raw.hash }, query: { pointer: "/99" }, psu })).rejects.toMatchObject({
      code: "ERR_RAW_MESSAGE_NOT_FOUND",
    });
  });
});

describe("tokens grow old", () => {
  const expire = (aspspConsentId: string) => sandbox.fault("token.expire-access", { for: { authorizationId: aspspConsentId } });
  const grants = async (since: number) => (await sandbox.calls({ since, endpoint: "T1" })).map(({ grant }) => grant);

  it("OA-73 a refused token is refreshed once and the read is made again", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await expire(aspspConsentId);
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).resolves.toMatchObject({ accounts: expect.anything() });
    expect(await grants(since)).toEqual(["refresh_token"]);
  });

  it("OA-73 refused again and again: one refresh, then it stops", async () => {
    const { consentId, psu } = await connect(gateway);
    await sandbox.fault("network.status", {
      for: { endpoint: "A4" },
      options: { status: 401, shape: "gateway", code: "keymanagement.service.access_token_expired" },
    });
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID" });
    expect(await grants(since)).toEqual(["refresh_token"]);
    expect((await sandbox.calls({ since, endpoint: "A4" })).length).toBe(2);
  });

  it("OA-69 many readers in two replicas use the refresh token once", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    const replica = await gateway.replica();
    await expire(aspspConsentId);
    const since = await sandbox.lastSeq();
    const reads = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? gateway : replica).as.ingest.fetchAccounts({ params: { consentId }, psu }));
    await expect(Promise.all(reads)).resolves.toHaveLength(12);
    expect(await grants(since)).toEqual(["refresh_token"]);
    await replica[Symbol.asyncDispose]();
  });

  it("tokens nobody used for long are refreshed ahead of time, one that cannot be does not stop the others", async () => {
    const [idle, dead, fresh] = [await connect(gateway), await connect(gateway), await connect(gateway)];
    const weekAgo = Temporal.Now.instant().subtract({ hours: 8 * 24 });
    for (const { consentId } of [idle, dead]) await db().updateTable("tokenSets").set({ refreshedAt: weekAgo }).where("consentId", "=", consentId).execute();
    await sandbox.fault("token.forget-refresh", { for: { authorizationId: dead.aspspConsentId } });
    const since = await sandbox.lastSeq();
    await refreshLapsing(gateway.app.context, new AbortController().signal);
    expect(await grants(since)).toEqual(["refresh_token", "refresh_token"]);
    const versions = await db()
      .selectFrom("tokenSets")
      .select(["consentId", "version"])
      .where("consentId", "in", [idle.consentId, dead.consentId, fresh.consentId])
      .execute();
    expect(Object.fromEntries(versions.map(({ consentId, version }) => [consentId, version]))).toEqual({ [idle.consentId]: 2, [fresh.consentId]: 1 });
    expect(await lostFacts(dead.consentId)).toEqual(["refresh-refused by aspsp"]);
  });

  it("OA-64 a refused refresh ends the consent, once, without another try", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await sandbox.fault("token.forget-refresh", { for: { authorizationId: aspspConsentId } });
    await expire(aspspConsentId);
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({
      code: "ERR_ASPSP_TOKEN_INVALID",
      details: { reason: "refresh-refused" },
    });
    expect(await grants(since)).toEqual(["refresh_token"]);
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(await grants(since)).toEqual(["refresh_token"]);
    expect(await lostFacts(consentId)).toEqual(["refresh-refused by aspsp"]);
  });

  it("OA-62 a bank that is down during the refresh costs nothing: the next read refreshes", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await expire(aspspConsentId);
    await sandbox.fault("network.reset", { for: { endpoint: "T1" } });
    for (let n = 0; n < 4; n += 1)
      await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    await sandbox.calm();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).resolves.toMatchObject({ accounts: expect.anything() });
    expect(await lostFacts(consentId)).toEqual([]);
  });

  it("OA-62 a process that has no keys of the bank yet, and gets none, spends no refresh token: nothing counts, and it goes on once they are back", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await expire(aspspConsentId);
    let minutesGone = 0;
    const monotonicMs = () => performance.now() + minutesGone * 61_000;
    await using fresh = await gateway.replica({ egress: { limits: { totalTimeoutMs: 3_000 }, probeAfterMs: 0, monotonicMs } });
    const read = () => fresh.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const held = () =>
      db().selectFrom("tokenSets").select(["version", "refreshAttempts", "refreshLeaseUntil"]).where("consentId", "=", consentId).executeTakeFirstOrThrow();
    const before = await held();
    const since = await sandbox.lastSeq();
    await sandbox.fault("network.reset", { for: { endpoint: "Z2" } });
    for (let n = 0; n < 4; n += 1) {
      minutesGone += 1;
      await expect(read()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "keys" } });
      expect(await held()).toEqual(before);
    }
    expect(await grants(since)).toEqual([]);
    await sandbox.calm();
    minutesGone += 1;
    await expect(read()).resolves.toMatchObject({ accounts: expect.anything() });
    expect(await grants(since)).toEqual(["refresh_token"]);
    expect(await lostFacts(consentId)).toEqual([]);
  });

  it("OA-62 a process died in the middle: the old token is tried once more; where that one died as well, it is no loop, the person is asked", async () => {
    // What a killed process leaves behind: a lease that ran out, an attempt that was counted.
    const diedTimes = async (attempts: number) => {
      const { consentId, psu, aspspConsentId } = await connect(gateway);
      await expire(aspspConsentId);
      await db()
        .updateTable("tokenSets")
        .set({ refreshAttempts: attempts, refreshLeaseUntil: "2026-01-01T00:00:00Z" })
        .where("consentId", "=", consentId)
        .execute();
      return { consentId, psu };
    };
    const once = await diedTimes(1);
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: once.consentId }, psu: once.psu })).resolves.toMatchObject({
      accounts: expect.anything(),
    });
    const { consentId, psu } = await diedTimes(2);
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ details: { reason: "refresh-interrupted" } });
    expect(await lostFacts(consentId)).toEqual(["refresh-interrupted by tpp"]);
    expect(await grants(since)).toEqual([]);
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
  });

  it("OA-62 a process died once the bank had spent the old token: it is tried once more, refused, and told as our doing", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await expire(aspspConsentId);
    await db().updateTable("tokenSets").set({ refreshAttempts: 1, refreshLeaseUntil: "2026-01-01T00:00:00Z" }).where("consentId", "=", consentId).execute();
    await sandbox.fault("token.forget-refresh", { for: { authorizationId: aspspConsentId } });
    const since = await sandbox.lastSeq();
    for (let n = 0; n < 3; n += 1) await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ kind: "rejected" });
    expect(await grants(since)).toEqual(["refresh_token"]);
    expect(await lostFacts(consentId)).toEqual(["refresh-interrupted by tpp"]);
  });

  it("OA-55 an endless lifetime in the answer of a refresh is bounded and logged", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await expire(aspspConsentId);
    await sandbox.fault("token.set", { for: { endpoint: "T1" }, options: { name: "expires_in", value: 1_000_000_000_000 } });
    await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const lines = log.lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line["consentId"] === consentId);
    expect(lines).toContainEqual(expect.objectContaining({ level: "warn", toldSeconds: 1_000_000_000_000, keptSeconds: 86_400 }));
  });

  const refusedRefreshes: { readonly aspspConsentId: string; readonly since: number; readonly endedAt: number }[] = [];
  it.each([
    ["OA-63 another person", "id-token.other-sub", { channel: "refresh" }, "id-token-refused", "id-token-sub"],
    ["OA-63 another issuer", "id-token.wrong-iss", { channel: "refresh" }, "id-token-refused", "id-token-iss"],
    ["OA-54 wider scope", "token.set", { name: "scope", value: "openid accounts payments" }, "scope-changed", "scope"],
  ])("%s in the answer of a refresh: the consent ends, what came is withdrawn at the bank, nothing is read", async (_title, fault, options, code, reason) => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await expire(aspspConsentId);
    await sandbox.fault(fault, { for: { endpoint: "T1" }, options });
    const since = await sandbox.lastSeq();
    const read = gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    await expect(read).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: code } });
    expect(await lostFacts(consentId)).toEqual([`${code} by tpp`]);
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
    oneSecurityEvent(log.lines, consentId, reason, []);
    // What refused the old token is kept as every answer is; nothing was read.
    const archived = await db().selectFrom("rawMessages").select("operation").where("psuId", "=", psu.psuId).where("statusCode", "<", 300).execute();
    expect(archived.map(({ operation }) => operation)).toEqual(["consents.create"]);
    await eventually(async () => (await statusAtBank(aspspConsentId)) === "Revoked");
    refusedRefreshes.push({ aspspConsentId, since, endedAt: performance.now() });
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
  });

  it("OA-54 OA-63 for two seconds after that the bank hears nothing more: it was asked once for new tokens, and once to withdraw them", async () => {
    await silenceSince(refusedRefreshes);
    for (const { aspspConsentId, since } of refusedRefreshes) {
      const about = (await sandbox.calls({ since })).filter(({ authorizationId }) => authorizationId === aspspConsentId);
      const withdrawn = about.findIndex(({ endpoint }) => endpoint === "A3");
      // Beside the reads that the old token did not open: the refresh, and the withdrawal with what came of it.
      const made = about.filter(({ status }, at) => status !== 401 || at > withdrawn);
      expect(made.map(({ endpoint, status }) => [endpoint, Number(status) < 300])).toEqual([
        ["T1", true],
        ["A3", true],
      ]);
    }
    expect(refusedRefreshes).toHaveLength(3);
  });
});

describe("a consent ends", () => {
  // This bank takes it with the person's token alone: what was lost above stays to be told until it would have run out.
  beforeAll(() => db().deleteFrom("revocationsDue").execute());

  it("G-18 the person withdraws: the bank is told, nothing is called afterwards", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await expect(gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } })).resolves.toEqual({
      tokensForgotten: true,
      aspspTold: true,
    });
    expect(await statusAtBank(aspspConsentId)).toBe("Revoked");
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({
      code: "ERR_ASPSP_CONSENT_INVALID",
      kind: "rejected",
    });
    await expect(gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } })).resolves.toEqual({
      tokensForgotten: true,
      aspspTold: true,
    });
    expect(await sandbox.calls({ since })).toEqual([]);
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
    expect(await db().selectFrom("revocationsDue").selectAll().where("aspspConsentId", "=", aspspConsentId).execute()).toEqual([]);
  });

  it("withdrawn while the code is being exchanged: nothing is kept, and the token that came is used to tell the bank", async () => {
    const begun = await beginConsent(gateway);
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    await sandbox.fault("network.latency", { for: { endpoint: "T1" }, options: { ms: 1_500 } });
    const exchanging = exchange(gateway, begun, returned).catch((error: unknown) => error);
    await eventually(
      async () => (await db().selectFrom("bankConsents").select("status").where("consentId", "=", begun.consentId).executeTakeFirst())?.status === "exchanging",
    );
    await gateway.as.consent.revokeAspspConsent({ params: { consentId: begun.consentId }, psu: begun.psu, body: { aspspId: "op" } });
    expect(await exchanging).toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", begun.consentId).execute()).toEqual([]);
    await sandbox.calm();
    await eventually(async () => (await statusAtBank(begun.aspspConsentId)) === "Revoked");
  });

  it("the bank is down: forgotten here at once, told as soon as it answers", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await sandbox.fault("network.reset", { for: { endpoint: "A3" } });
    await expect(gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } })).resolves.toEqual({
      tokensForgotten: true,
      aspspTold: false,
    });
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(await statusAtBank(aspspConsentId)).toBe("Authorized");
    await sandbox.calm();
    await db().updateTable("revocationsDue").set({ dueAt: "2026-01-01T00:00:00Z" }).execute();
    await eventually(async () => (await statusAtBank(aspspConsentId)) === "Revoked");
    await eventually(async () => (await db().selectFrom("revocationsDue").selectAll().execute()).length === 0);
  });

  it("G-17 withdrawn with the wish to erase: what the bank said goes as well", async () => {
    const relay = startRelay({ database: gateway.database.database, messaging: gateway.messaging, owner: "consent", logger: silentLogger() });
    const { consentId, psu } = await connect(gateway);
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const hash = accounts[0]?.account.raw.hash ?? "";
    await expect(gateway.as.bff.getRawMessage({ params: { hash }, query: {}, psu })).resolves.toMatchObject({ hash });
    // The order of a withdrawal: first the call, then the fact.
    await gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } });
    const data = { consentId, psuId: psu.psuId, aspspId: "op", by: "psu", keepData: false, revokedAt: "2026-11-22T10:00:00Z" } as const;
    await db()
      .transaction()
      .execute((tx) => publish(tx, { type: "consent.revoked", subject: consentId, psuId: psu.psuId, data }));
    await eventually(async () => (await db().selectFrom("rawMessages").select("hash").where("psuId", "=", psu.psuId).execute()).length === 0);
    await expect(gateway.as.bff.getRawMessage({ params: { hash }, query: {}, psu })).rejects.toMatchObject({ kind: "not-found" });
    await relay[Symbol.asyncDispose]();
  });

  it("a rotated refresh token outlives a telling that failed after it", async () => {
    const clock: FixedClock = fixedClock(Temporal.Now.instant().toString());
    const replica = await gateway.replica({ clock });
    const { consentId, psu, aspspConsentId } = await connect({ ...gateway, as: replica.as });
    clock.advance({ hours: 12 });
    await sandbox.fault("network.reset", { for: { endpoint: "A3" } });
    const since = await sandbox.lastSeq();
    await expect(replica.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } })).resolves.toMatchObject({ aspspTold: false });
    await sandbox.calm();
    clock.advance({ hours: 12 });
    await retryRevocations(replica.app.context, new AbortController().signal);
    await eventually(async () => (await statusAtBank(aspspConsentId)) === "Revoked");
    const grants = (await sandbox.calls({ since, endpoint: "T1" })).map(({ grant }) => grant);
    expect(grants).toEqual(["refresh_token", "refresh_token"]);
    await replica[Symbol.asyncDispose]();
  });

  it("a bank that takes neither the person's token nor ours has not been told: it is asked again until the consent would have run out", async () => {
    const clock: FixedClock = fixedClock(Temporal.Now.instant().toString());
    const replica = await gateway.replica({ clock });
    const { consentId, psu, aspspConsentId } = await connect({ ...gateway, as: replica.as }, { validUntil: clock.now().add({ hours: 24 }).toString() });
    await sandbox.fault("network.status", {
      for: { endpoint: "A3" },
      options: { status: 401, shape: "gateway", code: "keymanagement.service.access_token_expired" },
    });
    const due = () => db().selectFrom("revocationsDue").select("lastError").where("aspspConsentId", "=", aspspConsentId).execute();
    await expect(replica.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } })).resolves.toMatchObject({ aspspTold: false });
    expect(await due()).toEqual([{ lastError: "ERR_ASPSP_TOKEN_INVALID" }]);
    clock.advance({ hours: 25 });
    await retryRevocations(replica.app.context, new AbortController().signal);
    await eventually(async () => (await due()).length === 0);
    expect(await statusAtBank(aspspConsentId)).toBe("Authorized");
    await replica[Symbol.asyncDispose]();
  });

  it("an attempt that was never finished has nothing to be told", async () => {
    const { consentId, psu } = await beginConsent(gateway);
    await expect(gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } })).resolves.toMatchObject({
      tokensForgotten: true,
    });
    await expect(gateway.as.consent.revokeAspspConsent({ params: { consentId: randomUUID() }, psu, body: { aspspId: "op" } })).resolves.toEqual({
      tokensForgotten: true,
      aspspTold: false,
    });
  });

  it.each([
    ["BR-61 withdrawn at the bank", "consent.revoke", "ERR_ASPSP_CONSENT_INVALID"],
    ["BR-61 expired at the bank", "consent.expire", "ERR_ASPSP_CONSENT_EXPIRED"],
  ])("%s: noticed at the next read, told once, no token left", async (_title, fault, code) => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await sandbox.fault(fault, { for: { authorizationId: aspspConsentId } });
    const first = await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu }).catch((error: unknown) => error);
    expect([code, "ERR_ASPSP_CONSENT_INVALID"]).toContain((first as { code: string }).code);
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(await sandbox.calls({ since })).toEqual([]);
    expect(await lostFacts(consentId)).toHaveLength(1);
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
  });

  it("consent.revoked, .expired and .replaced are heard: tokens go, the bank is told", async () => {
    const relay = startRelay({ database: gateway.database.database, messaging: gateway.messaging, owner: "consent", logger: silentLogger() });
    for (const type of ["consent.revoked", "consent.replaced"] as const) {
      const { consentId, psu, aspspConsentId } = await connect(gateway);
      const about = { consentId, psuId: psu.psuId, aspspId: "op" };
      await db()
        .transaction()
        .execute((tx) =>
          publish(
            tx,
            type === "consent.revoked"
              ? { type, subject: consentId, psuId: psu.psuId, data: { ...about, by: "psu", keepData: true, revokedAt: "2026-11-22T10:00:00Z" } }
              : { type, subject: consentId, psuId: psu.psuId, data: { ...about, successor: randomUUID() } },
          ),
        );
      await eventually(async () => (await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).length === 0);
      await eventually(async () => (await statusAtBank(aspspConsentId)) === "Revoked");
    }
    await relay[Symbol.asyncDispose]();
  });

  it("G-17 a person who is erased leaves nothing that can be read, and the bank is told", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    await sql`insert into dead_letters (consumer, message_key, event_type, psu_id, deliveries, error_code, error_kind, error_message, headers, body)
      values ('bank-gateway-on-consent-revoked', ${psu.psuId}, 'consent.revoked', ${psu.psuId}, 5, 'ERR_TEST', 'invalid', 'test', '{}', '{}')`.execute(db());
    const relay = startRelay({ database: gateway.database.database, messaging: gateway.messaging, owner: "bff", logger: silentLogger() });
    await db()
      .transaction()
      .execute((tx) =>
        publish(tx, { type: "bff.user-erased", subject: psu.psuId, psuId: psu.psuId, data: { ...example("bff.user-erased").data, psuId: psu.psuId } }),
      );
    await eventually(async () => (await db().selectFrom("bankConsents").select("consentId").where("psuId", "=", psu.psuId).execute()).length === 0);
    expect(await db().selectFrom("rawMessages").select("hash").where("psuId", "=", psu.psuId).execute()).toEqual([]);
    expect(await db().selectFrom("deadLetters").select("psuId").where("psuId", "=", psu.psuId).execute()).toEqual([]);
    expect(await db().selectFrom("dataKeys").select("owner").where("owner", "=", `psu:${psu.psuId}`).execute()).toEqual([]);
    await expect(gateway.as.bff.getRawMessage({ params: { hash: accounts[0]?.account.raw.hash ?? "" }, query: {}, psu })).rejects.toMatchObject({
      kind: "not-found",
    });
    await eventually(async () => (await statusAtBank(aspspConsentId)) === "Revoked");
    await relay[Symbol.asyncDispose]();
  });
});

describe("our own clock", () => {
  it("BR-59 a consent never outlives its own end, whatever the bank says", async () => {
    const clock: FixedClock = fixedClock(Temporal.Now.instant().toString());
    const replica = await gateway.replica({ clock });
    const begun = { ...gateway, as: replica.as };
    const { consentId, psu } = await connect(begun, { validUntil: clock.now().add({ hours: 2 }).toString() });
    clock.advance({ hours: 2, minutes: 1 });
    const since = await sandbox.lastSeq();
    await expect(replica.as.ingest.fetchAccounts({ params: { consentId } })).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_EXPIRED" });
    expect(await sandbox.calls({ since })).toEqual([]);
    void psu;
    await replica[Symbol.asyncDispose]();
  });

  it("asks for less than the bank grants at most", async () => {
    const { aspspConsentId } = await connect(gateway, {
      validUntil: Temporal.Now.instant()
        .add({ hours: 24 * 400 })
        .toString(),
    });
    expect(await statusAtBank(aspspConsentId)).toBe("Authorized");
  });
});
