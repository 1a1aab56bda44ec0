import { eventually, keptLog } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { beginConsent, exchange, startGateway } from "../../testing/gateway.ts";
import type { BegunConsent, TestGateway } from "../../testing/gateway.ts";
import { requestPair } from "../../testing/own-certificates.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { oneSecurityEvent, silenceSince } from "../../testing/standard-outcome.ts";
import { refreshLapsing } from "../usecases/refresh-lapsing.ts";
import { retryRevocations } from "../usecases/retry-revocations.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const { logger, lines: log } = keptLog("bank-gateway");
const customerOf = { "fapi1-sandbox": "77777771", "fapi2-sandbox": "66666661", "decoupled-sandbox": "55555551" } as const;
type FapiBank = keyof typeof customerOf;
const fapiBanks = Object.keys(customerOf) as FapiBank[];

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_FAPI_POLL_SECONDS: "1" });
  gateway = await startGateway(sandbox, { everyBank: true, logger, egress: { probeAfterMs: 0 } });
  await requestPair(gateway);
  for (const aspspId of fapiBanks) await saga(gateway, aspspId).whole();
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const db = () => gateway.database.database.db;

/** The whole way of a person, in the browser or in the bank's app. */
async function connect(aspspId: FapiBank): Promise<BegunConsent> {
  const begun = await beginConsent(gateway, { aspspId, loginHint: customerOf[aspspId] });
  const { consentId } = begun;
  if (aspspId !== "decoupled-sandbox") {
    await exchange(gateway, begun, await visitBank(begun.redirectUrl, { psuId: customerOf[aspspId] }));
    return begun;
  }
  await sandbox.admin("POST", "/fapi/decoupled/approvals", { authorizationId: begun.aspspConsentId, decision: "approve" });
  const poll = () => gateway.as.consent.pollAuthorization({ params: { consentId }, body: { aspspId } });
  await eventually(async () => (await poll()).status === "authorised");
  return begun;
}

const read = ({ consentId, psu }: BegunConsent) => gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });

/** What the bank's token endpoint granted about a consent; proofs that lacked a nonce are asked for again. */
async function granted({ aspspConsentId }: BegunConsent, since: number) {
  const calls = (await sandbox.calls({ since })).filter(({ endpoint, authorizationId }) => endpoint.endsWith("-F5") && authorizationId === aspspConsentId);
  return calls.filter(({ status }) => status === 200).map(({ grant }) => grant);
}

/** How a bank's token endpoint answered whoever refreshed, challenges for a nonce among it. */
async function aboutRefreshing(aspspId: FapiBank, since: number) {
  const calls = await sandbox.calls({ since, endpoint: `${aspspId.replace("-sandbox", "")}-F5` });
  return calls.filter(({ grant }) => grant === "refresh_token").map(({ status }) => status);
}

async function storedOf({ consentId }: BegunConsent) {
  const { status } = await db().selectFrom("bankConsents").select("status").where("consentId", "=", consentId).executeTakeFirstOrThrow();
  const tokens = await db().selectFrom("tokenSets").select("version").where("consentId", "=", consentId).executeTakeFirst();
  const facts = await db().selectFrom("outbox").select("data").where("aggregateId", "=", consentId).execute();
  return { status, version: tokens?.version, lost: facts.map(({ data }) => (JSON.parse(data) as { code: string }).code) };
}

const expireAtBank = ({ aspspConsentId }: BegunConsent) => sandbox.fault("token.expire-access", { for: { authorizationId: aspspConsentId } });

/** `since`: the read that met the refusal; after `over` there is nothing more to say about it. */
const refusedRefreshes: { readonly begun: BegunConsent; readonly since: number; readonly over: number; readonly endedAt: number }[] = [];
describe.each(fapiBanks)("tokens of %s grow old", (aspspId) => {
  it("a consent that nobody used for long is refreshed ahead of time, again and again, and reads", async () => {
    const begun = await connect(aspspId);
    for (const version of [2, 3]) {
      const refreshedAt = Temporal.Now.instant().subtract({ hours: 8 * 24 });
      await db().updateTable("tokenSets").set({ refreshedAt, refreshNotBefore: null }).where("consentId", "=", begun.consentId).execute();
      const since = await sandbox.lastSeq();
      await refreshLapsing(gateway.app.context, new AbortController().signal);
      expect(await granted(begun, since)).toEqual(["refresh_token"]);
      expect(await storedOf(begun)).toEqual({ status: "authorised", version, lost: [] });
    }
    await expect(read(begun)).resolves.toMatchObject({ accounts: expect.any(Array) });
  });

  it("an access token that has run out is refreshed before the read", async () => {
    await sandbox.fault("token.set", { options: { name: "expires_in", value: 1 } });
    const begun = await connect(aspspId);
    await sandbox.calm();
    await expireAtBank(begun);
    const since = await sandbox.lastSeq();
    await expect(read(begun)).resolves.toMatchObject({ accounts: expect.any(Array) });
    expect(await granted(begun, since)).toEqual(["refresh_token"]);
    const [first] = (await sandbox.calls({ since })).filter(({ authorizationId }) => authorizationId === begun.aspspConsentId);
    expect(first?.endpoint).toMatch(/-F5$/);
    expect(await storedOf(begun)).toEqual({ status: "authorised", version: 2, lost: [] });
  });

  it("OA-73 one that the bank refuses is refreshed once, and the read is made again", async () => {
    const begun = await connect(aspspId);
    await expireAtBank(begun);
    const since = await sandbox.lastSeq();
    await expect(read(begun)).resolves.toMatchObject({ accounts: expect.any(Array) });
    expect(await granted(begun, since)).toEqual(["refresh_token"]);
    expect(await storedOf(begun)).toEqual({ status: "authorised", version: 2, lost: [] });
  });

  it("OA-73 refused whatever we send: one refresh, each reading once more, then it stops; the consent stands, nothing is kept", async () => {
    const begun = await connect(aspspId);
    const lists = ["A4", "A7"].map((endpoint) => `${aspspId.replace("-sandbox", "")}-${endpoint}`);
    for (const endpoint of lists)
      await sandbox.fault("network.status", {
        for: { endpoint },
        options: { status: 401, shape: "gateway", code: "keymanagement.service.access_token_expired" },
      });
    const since = await sandbox.lastSeq();
    const replica = await gateway.replica();
    await expect(replica.as.ingest.fetchAccounts({ params: { consentId: begun.consentId }, psu: begun.psu })).rejects.toMatchObject({
      code: "ERR_ASPSP_TOKEN_INVALID",
    });
    // What it had begun is over once it is gone: nothing comes after that.
    await replica[Symbol.asyncDispose]();
    const about = (await sandbox.calls({ since })).filter(({ authorizationId }) => authorizationId === begun.aspspConsentId);
    const refreshed = about.findIndex(({ endpoint, status }) => endpoint.endsWith("-F5") && status === 200);
    // Where a proof may be challenged for a nonce, a reading is two calls.
    const most = aspspId === "fapi2-sandbox" ? 2 : 1;
    // Once before the refresh and twice in all: the first try of one may come to the bank when the refresh for the other one is over.
    for (const endpoint of lists) {
      expect(about.slice(0, refreshed).filter((call) => call.endpoint === endpoint).length).toBeLessThanOrEqual(most);
      expect(about.filter((call) => call.endpoint === endpoint).length).toBeLessThanOrEqual(2 * most);
    }
    expect(about.slice(refreshed).some(({ endpoint }) => lists.includes(endpoint))).toBe(true);
    expect(await granted(begun, since)).toEqual(["refresh_token"]);
    expect(await storedOf(begun)).toEqual({ status: "authorised", version: 2, lost: [] });
    const kept = db().selectFrom("rawMessages").select("operation").where("psuId", "=", begun.psu.psuId).where("statusCode", "<", 300);
    expect((await kept.execute()).map(({ operation }) => operation)).toEqual(["consents.create"]);
    await sandbox.calm();
    await expect(read(begun)).resolves.toMatchObject({ accounts: expect.any(Array) });
  });

  it("OA-64 a refresh that the bank refuses: the consent ends and that is told once; nothing is tried again, and nothing is read", async () => {
    const begun = await connect(aspspId);
    await expireAtBank(begun);
    await sandbox.fault("token.forget-refresh", { for: { authorizationId: begun.aspspConsentId } });
    const since = await sandbox.lastSeq();
    await expect(read(begun)).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: "refresh-refused" } });
    const asked = await aboutRefreshing(aspspId, since);
    // The one before, where there is one, was asked for a nonce.
    expect(asked.at(-1)).toBe(400);
    expect(asked.length).toBe(aspspId === "fapi2-sandbox" ? 2 : 1);
    await expect(read(begun)).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    await refreshLapsing(gateway.app.context, new AbortController().signal);
    expect(await aboutRefreshing(aspspId, since)).toEqual(asked);
    expect(await storedOf(begun)).toEqual({ status: "ended", version: undefined, lost: ["refresh-refused"] });
    refusedRefreshes.push({ begun, since, over: await sandbox.lastSeq(), endedAt: performance.now() });
  });

  it("OA-62 a process died while it refreshed: the token is tried once more; where that one died as well, the bank hears nothing and the person is asked", async () => {
    // What a killed process leaves behind: a lease that ran out, an attempt that was counted.
    const diedTimes = async (refreshAttempts: number): Promise<BegunConsent> => {
      const begun = await connect(aspspId);
      await expireAtBank(begun);
      await db()
        .updateTable("tokenSets")
        .set({ refreshAttempts, refreshLeaseUntil: "2026-01-01T00:00:00Z" })
        .where("consentId", "=", begun.consentId)
        .execute();
      return begun;
    };
    const once = await diedTimes(1);
    await expect(read(once)).resolves.toMatchObject({ accounts: expect.any(Array) });
    expect(await storedOf(once)).toEqual({ status: "authorised", version: 2, lost: [] });
    const twice = await diedTimes(2);
    const since = await sandbox.lastSeq();
    await expect(read(twice)).rejects.toMatchObject({ details: { reason: "refresh-interrupted" } });
    expect(await aboutRefreshing(aspspId, since)).toEqual([]);
    expect(await storedOf(twice)).toEqual({ status: "ended", version: undefined, lost: ["refresh-interrupted"] });
  });

  it("OA-35 a refreshed ID token needs no nonce", async () => {
    const begun = await connect(aspspId);
    await expireAtBank(begun);
    await sandbox.fault("id-token.no-nonce", { for: { authorizationId: begun.aspspConsentId } });
    await expect(read(begun)).resolves.toMatchObject({ accounts: expect.any(Array) });
    expect(await storedOf(begun)).toEqual({ status: "authorised", version: 2, lost: [] });
  });

  it.each([
    ["OA-35 another nonce", "id-token.wrong-nonce", "id-token-nonce"],
    ["OA-63 another person", "id-token.other-sub", "id-token-sub"],
    ["OA-63 another issuer", "id-token.wrong-iss", "id-token-iss"],
  ])("%s in the answer of a refresh: the consent ends, what came is given back to the bank, nothing is read", async (_title, fault, reason) => {
    const begun = await connect(aspspId);
    await expireAtBank(begun);
    await sandbox.fault(fault, { for: { authorizationId: begun.aspspConsentId } });
    const since = await sandbox.lastSeq();
    await expect(read(begun)).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: "id-token-refused" } });
    expect(await granted(begun, since)).toEqual(["refresh_token"]);
    expect(await storedOf(begun)).toEqual({ status: "ended", version: undefined, lost: ["id-token-refused"] });
    oneSecurityEvent(log, begun.consentId, reason, [begun.nonce]);
    await expect(read(begun)).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    const about = async () =>
      (await sandbox.calls({ since })).filter(({ authorizationId, status }) => authorizationId === begun.aspspConsentId && Number(status) < 300);
    await retryRevocations(gateway.app.context, new AbortController().signal);
    await eventually(async () => (await about()).length > 1);
    expect((await about()).map(({ endpoint }) => endpoint.replace(/^\w+-/, ""))).toEqual(["F5", "A3"]);
  });
});

it("OA-64 for two seconds after that the bank hears nothing more, and its end was told once", async () => {
  await silenceSince(refusedRefreshes);
  for (const { begun, since, over } of refusedRefreshes) {
    const about = (await sandbox.calls({ since })).filter(({ authorizationId }) => authorizationId === begun.aspspConsentId);
    expect(about.filter(({ seq, endpoint }) => seq > over || !/-(F5|A[47])$/.test(endpoint))).toEqual([]);
    expect(await storedOf(begun)).toEqual({ status: "ended", version: undefined, lost: ["refresh-refused"] });
  }
  expect(refusedRefreshes).toHaveLength(fapiBanks.length);
});

describe("by the books of the banks that know us by an assertion", () => {
  interface Asserted {
    readonly endpoint: string;
    readonly jti: string;
    readonly seconds: number;
  }
  /** Every call to an authorization server since the beginning, with what its assertion said. */
  async function asserted(): Promise<readonly Asserted[]> {
    const calls = (await sandbox.calls({ since: 0 })).filter(({ endpoint }) => /^(fapi2|decoupled)-F(5|8|10|11)$/.test(endpoint));
    return calls.map(({ endpoint, assertion }) => ({ endpoint, ...(assertion as Omit<Asserted, "endpoint">) }));
  }

  it("OA-67 each request brings one of its own, which lives a minute at most: none ever came twice, from two replicas at once either", async () => {
    await using other = await gateway.replica();
    const asking = (["fapi2-sandbox", "decoupled-sandbox"] as const).flatMap((aspspId) =>
      Array.from({ length: 8 }, (_, n) =>
        beginConsent({ as: (n % 2 === 0 ? gateway : other).as, tokens: gateway.tokens }, { aspspId, loginHint: customerOf[aspspId] }),
      ),
    );
    await Promise.all(asking);
    const all = await asserted();
    // Our own credentials and codes, pushed requests, requests to the app with their polls, and tokens that were refreshed.
    expect(new Set(all.map(({ endpoint }) => endpoint))).toEqual(new Set(["fapi2-F5", "fapi2-F8", "decoupled-F5", "decoupled-F11"]));
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter(({ jti }) => !/^[\w-]{16,}$/.test(jti))).toEqual([]);
    expect(new Set(all.map(({ jti }) => jti)).size).toBe(all.length);
    expect(all.filter(({ seconds }) => !(seconds > 0 && seconds <= 60))).toEqual([]);
  });
});
