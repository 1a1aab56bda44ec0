import { eventually, fixedClock, keptLog } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { startForeignHost } from "../../testing/foreign-host.ts";
import type { ForeignHost } from "../../testing/foreign-host.ts";
import { beginConsent, exchange, startGateway } from "../../testing/gateway.ts";
import type { BegunConsent, TestGateway } from "../../testing/gateway.ts";
import { requestPair } from "../../testing/own-certificates.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { standardOutcome } from "../../testing/standard-outcome.ts";
import { refreshLapsing } from "../usecases/refresh-lapsing.ts";
import { retryRevocations } from "../usecases/retry-revocations.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
let outcome: ReturnType<typeof standardOutcome>;
let foreign: ForeignHost;
const clock = fixedClock();
const { logger, lines } = keptLog("bank-gateway");
const customerOf = { "fapi1-sandbox": "77777771", "fapi2-sandbox": "66666661", "decoupled-sandbox": "55555551" } as const;
type FapiBank = keyof typeof customerOf;
const [fapi1, fapi2, decoupled] = ["fapi1-sandbox", "fapi2-sandbox", "decoupled-sandbox"] as const;
const nameOf = (aspspId: string): string => aspspId.replace("-sandbox", "");

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_FAPI_POLL_SECONDS: "1" });
  foreign = await startForeignHost();
  clock.set(Temporal.Now.instant().toString());
  gateway = await startGateway(sandbox, { everyBank: true, logger, clock, egress: { probeAfterMs: 0 } });
  outcome = standardOutcome({ gateway, sandbox, lines, withdrawal: (aspspId) => `${nameOf(aspspId)}-A3` });
  await requestPair(gateway);
  for (const aspspId of [fapi1, fapi2, decoupled]) await saga(gateway, aspspId).whole();
});
// Whole seconds, as long as Postgres keeps them.
beforeEach(() => clock.set(Temporal.Now.instant().round("second").toString()));
afterEach(async () => {
  await sandbox.calm();
  expect(foreign.connections()).toBe(0);
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await foreign?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

type Replica = Pick<TestGateway, "as" | "tokens">;
const db = () => gateway.database.database.db;
const begin = (aspspId: FapiBank, at: Replica = gateway) => beginConsent(at, { aspspId, loginHint: customerOf[aspspId] });
const visit = ({ aspspId, redirectUrl }: BegunConsent) => visitBank(redirectUrl, { psuId: customerOf[aspspId as FapiBank] });
const read = ({ as }: Replica, { consentId, psu }: BegunConsent) => as.ingest.fetchAccounts({ params: { consentId }, psu });
const poll = ({ as }: Replica, { consentId, aspspId }: BegunConsent) => as.consent.pollAuthorization({ params: { consentId }, body: { aspspId } });

/** It is this late here and at the bank. */
async function timeIs(then: Temporal.Instant): Promise<void> {
  clock.set(then.toString());
  await sandbox.fault("bank.clock", { options: { offsetSeconds: Math.round(Temporal.Now.instant().until(then).total("seconds")) } });
}
const later = (by: Temporal.DurationLike) => timeIs(clock.now().add(by));

/** Whatever could still think of it has had its turn, today and a day later. */
async function everyTurnTaken(): Promise<void> {
  const { signal } = new AbortController();
  for (const hours of [0, 24]) {
    await later({ hours });
    await refreshLapsing(gateway.app.context, signal);
    await retryRevocations(gateway.app.context, signal);
  }
}

/** By a gateway that is taken down at once: what it had begun is over then, and nothing can leave it any more. No window is needed to see that. */
async function takenDown<T>(work: (replica: Replica) => Promise<T>): Promise<T> {
  await using replica = await gateway.replica();
  return await work({ as: replica.as, tokens: gateway.tokens });
}

/** What the bank heard about one consent, or about none, each with what it answered. */
async function heard(since: number, { aspspId, aspspConsentId }: { aspspId: string; aspspConsentId?: string }) {
  const calls = (await sandbox.calls({ since })).filter(({ endpoint }) => endpoint.startsWith(`${nameOf(aspspId)}-`));
  return calls.filter(({ authorizationId }) => authorizationId === aspspConsentId).map(({ endpoint, status }) => `${endpoint.split("-")[1]} ${String(status)}`);
}

async function connected(aspspId: FapiBank): Promise<BegunConsent> {
  const begun = await begin(aspspId);
  await exchange(gateway, begun, await visit(begun));
  return begun;
}
const expireAtBank = ({ aspspConsentId }: BegunConsent) => sandbox.fault("token.expire-access", { for: { authorizationId: aspspConsentId } });
const tokensOf = ({ consentId }: BegunConsent) =>
  db().selectFrom("tokenSets").select(["version", "refreshAttempts", "refreshLeaseUntil"]).where("consentId", "=", consentId).execute();
const untouched = [{ version: 1, refreshAttempts: 0, refreshLeaseUntil: null }];

describe("a token endpoint that sends us elsewhere", () => {
  const statuses = [302, 303, 307, 308];
  const redirected = { code: "ERR_ASPSP_PROTOCOL", details: { reason: "redirect" } };
  const elsewhere = (aspspId: FapiBank, status: number, to = `${foreign.origin}/token`) =>
    sandbox.fault("network.redirect", { for: { endpoint: `${nameOf(aspspId)}-F5` }, options: { to, status } });

  it.each(statuses)("OA-57 %i to our own credentials: no consent is asked for, nothing more is heard of us", async (status) => {
    await elsewhere(fapi2, status);
    const consents = await db().selectFrom("bankConsents").select("consentId").execute();
    const since = await sandbox.lastSeq();
    await takenDown((replica) => expect(begin(fapi2, replica)).rejects.toMatchObject(redirected));
    expect(await heard(since, { aspspId: fapi2 })).toEqual(["F6 200", `F5 ${status}`]);
    expect(await db().selectFrom("bankConsents").select("consentId").execute()).toEqual(consents);
  });

  it.each(statuses)("OA-57 %i to a code: it is sent once, the attempt is over", async (status) => {
    for (const aspspId of [fapi1, fapi2] as const) {
      const begun = await begin(aspspId);
      const returned = await visit(begun);
      await elsewhere(aspspId, status);
      const since = await sandbox.lastSeq();
      await takenDown((replica) => expect(exchange(replica, begun, returned)).rejects.toMatchObject(redirected));
      await sandbox.calm();
      await outcome.refused({ begun, returned, since }, { reason: "redirect", calls: ["F5"], tokensCame: false });
      await everyTurnTaken();
      expect(await heard(since, begun)).toEqual([`F5 ${status}`]);
    }
  });

  it("OA-57 307 to the bank's own token endpoint is not followed either", async () => {
    const begun = await begin(fapi2);
    const returned = await visit(begun);
    await elsewhere(fapi2, 307, `${sandbox.endpoints.fapi.fapi2.issuer}/token`);
    const since = await sandbox.lastSeq();
    await takenDown((replica) => expect(exchange(replica, begun, returned)).rejects.toMatchObject(redirected));
    await sandbox.calm();
    await outcome.refused({ begun, returned, since }, { reason: "redirect", calls: ["F5"], tokensCame: false });
    expect(await heard(since, begun)).toEqual(["F5 307"]);
  });

  it.each(statuses)("OA-57 %i to a refresh token: it stays between us and the bank, and is good the next time", async (status) => {
    const begun = await connected(fapi2);
    await expireAtBank(begun);
    await elsewhere(fapi2, status);
    const since = await sandbox.lastSeq();
    await takenDown((replica) => expect(read(replica, begun)).rejects.toMatchObject(redirected));
    const refreshes = (await heard(since, begun)).filter((call) => call.startsWith("F5"));
    expect(refreshes).toEqual([`F5 ${status}`]);
    expect(await tokensOf(begun)).toEqual(untouched);
    await sandbox.calm();
    await expect(read(gateway, begun)).resolves.toMatchObject({ accounts: expect.any(Array) });
  });

  it.each(statuses)("OA-57 %i to a question whether the person has answered: it is not asked again", async (status) => {
    const begun = await begin(decoupled);
    await elsewhere(decoupled, status);
    const since = await sandbox.lastSeq();
    await later({ seconds: 1 });
    await takenDown((replica) => expect(poll(replica, begun)).rejects.toMatchObject(redirected));
    await outcome.refused({ begun, returned: { code: "none" }, since }, { reason: "redirect", calls: ["F5"], tokensCame: false });
    await everyTurnTaken();
    await expect(poll(gateway, begun)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    expect(await heard(since, begun)).toEqual([`F5 ${status}`]);
  });
});

describe("a token endpoint that wants a nonce in the proof", () => {
  const always = () => sandbox.fault("dpop.nonce-always", { for: { endpoint: "fapi2-F5" } });

  it("OA-75 once: the code is sent again with it, and so is the refresh token", async () => {
    const begun = await begin(fapi2);
    const returned = await visit(begun);
    const since = await sandbox.lastSeq();
    await exchange(gateway, begun, returned);
    expect((await heard(since, begun)).filter((call) => call.startsWith("F5"))).toEqual(["F5 400", "F5 200"]);
    await expireAtBank(begun);
    const refreshing = await sandbox.lastSeq();
    // A process that has not spoken with this bank by this key yet.
    await takenDown((replica) => expect(read(replica, begun)).resolves.toMatchObject({ accounts: expect.any(Array) }));
    expect((await heard(refreshing, begun)).filter((call) => call === "F5 200")).toHaveLength(1);
    expect((await tokensOf(begun)).map(({ version }) => version)).toEqual([2]);
  });

  it("OA-75 again and again: the code leaves twice, then the attempt is over", async () => {
    const begun = await begin(fapi2);
    const returned = await visit(begun);
    await always();
    const since = await sandbox.lastSeq();
    await takenDown((replica) =>
      expect(exchange(replica, begun, returned)).rejects.toMatchObject({
        code: "ERR_AUTHORIZATION_REFUSED",
        details: { reason: "token-endpoint-use_dpop_nonce" },
      }),
    );
    await sandbox.calm();
    await outcome.refused({ begun, returned, since }, { reason: "token-endpoint-use_dpop_nonce", calls: ["F5"], tokensCame: false });
    await everyTurnTaken();
    expect(await heard(since, begun)).toEqual(["F5 400", "F5 400"]);
  });

  it("OA-75 again and again at a refresh: it leaves twice, then it is left alone; the consent stands and is read once the bank is content", async () => {
    const begun = await connected(fapi2);
    await expireAtBank(begun);
    await always();
    const since = await sandbox.lastSeq();
    await takenDown((replica) =>
      expect(read(replica, begun)).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: "use_dpop_nonce" } }),
    );
    expect((await heard(since, begun)).filter((call) => call.startsWith("F5"))).toEqual(["F5 400", "F5 400"]);
    expect(await tokensOf(begun)).toEqual(untouched);
    await sandbox.calm();
    await expect(read(gateway, begun)).resolves.toMatchObject({ accounts: expect.any(Array) });
  });

  it("OA-75 again and again at our own credentials: two requests, and no consent is asked for", async () => {
    await always();
    const since = await sandbox.lastSeq();
    await takenDown((replica) => expect(begin(fapi2, replica)).rejects.toMatchObject({ details: { reason: "use_dpop_nonce" } }));
    expect(await heard(since, { aspspId: fapi2 })).toEqual(["F6 200", "F5 400", "F5 400"]);
  });
});

describe("a bank that asks in its app", () => {
  const questions = async (since: number, begun: BegunConsent) => (await heard(since, begun)).filter((call) => call.startsWith("F5"));
  const inItsApp = ({ aspspConsentId }: BegunConsent, decision: "approve" | "reject") =>
    sandbox.admin("POST", "/fapi/decoupled/approvals", { authorizationId: aspspConsentId, decision });
  async function nextPollOf(begun: BegunConsent): Promise<Temporal.Instant> {
    const polled = await poll(gateway, begun);
    if (polled.status !== "pending") throw new TypeError("There is an outcome.");
    return Temporal.Instant.from(polled.nextPollAt);
  }
  /** A second before its time no question leaves, whoever wants one; at its time exactly one. */
  async function askedOnTime(begun: BegunConsent, at: Temporal.Instant, since: number, asked: number): Promise<void> {
    await timeIs(at.subtract({ seconds: 1 }));
    for (let n = 0; n < 3; n += 1) expect(await nextPollOf(begun)).toEqual(at);
    expect(await questions(since, begun)).toHaveLength(asked);
    await timeIs(at);
    await Promise.all([nextPollOf(begun), nextPollOf(begun), nextPollOf(begun)]);
    expect(await questions(since, begun)).toHaveLength(asked + 1);
  }

  it("OA-74 an interval of 31 seconds is kept, from the first question to the one that brings the tokens", async () => {
    await sandbox.fault("answer.set", { for: { endpoint: "decoupled-F11" }, options: { path: "interval", value: 31 } });
    const since = await sandbox.lastSeq();
    const begunAt = clock.now();
    const begun = await begin(decoupled);
    let next = await nextPollOf(begun);
    for (let asked = 0; asked < 3; asked += 1) {
      expect(begunAt.until(next).total("seconds")).toBe(31 * (asked + 1));
      await askedOnTime(begun, next, since, asked);
      next = await nextPollOf(begun);
    }
    await inItsApp(begun, "approve");
    expect(await nextPollOf(begun)).toEqual(next);
    await timeIs(next);
    expect(await poll(gateway, begun)).toMatchObject({ status: "authorised" });
    await poll(gateway, begun);
    expect(await questions(since, begun)).toEqual(["F5 400", "F5 400", "F5 400", "F5 200"]);
  });

  it("OA-74 slow_down makes each pause five seconds longer, and it stays so", async () => {
    const begun = await begin(decoupled);
    const since = await sandbox.lastSeq();
    let next = await nextPollOf(begun);
    await sandbox.fault("token.refused", { for: { endpoint: "decoupled-F5" }, options: { error: "slow_down" } });
    for (const [asked, pause] of [6, 11, 16].entries()) {
      await askedOnTime(begun, next, since, asked);
      const after = await nextPollOf(begun);
      expect(clock.now().until(after).total("seconds")).toBe(pause);
      next = after;
    }
    await sandbox.calm();
    await askedOnTime(begun, next, since, 3);
    expect(
      clock
        .now()
        .until(await nextPollOf(begun))
        .total("seconds"),
    ).toBe(16);
  });

  it.each(["access_denied", "expired_token", "invalid_request"])("OA-74 %s is the last word: nobody asks again", async (error) => {
    const begun = await begin(decoupled);
    const next = await nextPollOf(begun);
    await sandbox.fault("token.refused", { for: { endpoint: "decoupled-F5" }, options: { error } });
    const since = await sandbox.lastSeq();
    await timeIs(next);
    await takenDown((replica) => expect(poll(replica, begun)).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_DENIED", details: { reason: error } }));
    await sandbox.calm();
    await inItsApp(begun, "approve");
    await outcome.refused({ begun, returned: { code: "none" }, since }, { reason: error, calls: ["F5"], tokensCame: false });
    await everyTurnTaken();
    await expect(poll(gateway, begun)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    expect(await questions(since, begun)).toEqual(["F5 400"]);
  });

  it("OA-74 after the time that the bank gave it is not asked at all, whatever it would say", async () => {
    const begun = await begin(decoupled);
    await inItsApp(begun, "approve");
    const { endsAt } = await db().selectFrom("openAuthorizations").select("endsAt").where("consentId", "=", begun.consentId).executeTakeFirstOrThrow();
    const since = await sandbox.lastSeq();
    await timeIs(endsAt);
    await takenDown((replica) =>
      expect(poll(replica, begun)).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_DENIED", details: { reason: "expired_token" } }),
    );
    await outcome.refused({ begun, returned: { code: "none" }, since }, { reason: "expired_token", calls: [], tokensCame: false });
    await everyTurnTaken();
    expect(await heard(since, begun)).toEqual([]);
  });
});

describe("tokens that are not bound to us", () => {
  const due = ({ aspspConsentId }: BegunConsent) =>
    db().selectFrom("revocationsDue").select(["attempts", "lastError"]).where("aspspConsentId", "=", aspspConsentId).execute();
  const statusAtBank = async ({ aspspConsentId }: BegunConsent) => {
    const { authorizations } = await sandbox.admin<{ authorizations: { authorizationId: string; status: string }[] }>("GET", "/authorizations");
    return authorizations.find(({ authorizationId }) => authorizationId === aspspConsentId)?.status;
  };

  it.each([
    [fapi1, "bound to another certificate", "token.other-certificate", {}, "token-binding", "ERR_ASPSP_TOKEN_INVALID"],
    [fapi1, "bound to nothing", "token.unbound", {}, "token-binding", "ERR_ASPSP_TOKEN_INVALID"],
    [fapi2, "bound to another key", "token.other-key", {}, "token-binding", "ERR_ASPSP_TOKEN_INVALID"],
    [fapi2, "bound to nothing", "token.unbound", {}, "token-binding", "ERR_ASPSP_TOKEN_INVALID"],
    [fapi2, "said to be bound to nothing", "token.set", { name: "token_type", value: "Bearer" }, "token-type", "ERR_ASPSP_UNAVAILABLE"],
  ] as const)(
    "OA-58 %s %s: refused, and the bank is told to withdraw them; where it does not take that, again after a minute, five, fifteen",
    async (aspspId, _what, fault, options, reason, lastError) => {
      const begun = await begin(aspspId);
      const returned = await visit(begun);
      await sandbox.fault(fault, { for: { authorizationId: begun.aspspConsentId }, options });
      // A bank that does not look at the token first has no time.
      await sandbox.fault("network.status", { for: { endpoint: `${nameOf(aspspId)}-A3` }, options: { status: 503 } });
      const since = await sandbox.lastSeq();
      await takenDown((replica) =>
        expect(exchange(replica, begun, returned)).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_REFUSED", details: { reason } }),
      );
      await outcome.refused({ begun, returned, since }, { reason, calls: ["F5"], tokensCame: true });
      const withdrawals = async () => (await heard(since, begun)).filter((call) => call.startsWith("A3")).length;
      /** By us or in the background: each time that is due is taken by one of them. */
      async function toldTimes(attempts: number): Promise<void> {
        await retryRevocations(gateway.app.context, new AbortController().signal);
        await eventually(async () => expect(await due(begun)).toEqual([{ attempts, lastError }]));
      }
      await toldTimes(1);
      for (const [told, minutes] of [1, 5, 15].entries()) {
        const before = await withdrawals();
        await later({ seconds: minutes * 60 - 1 });
        await toldTimes(told + 1);
        expect(await withdrawals()).toBe(before);
        await later({ seconds: 1 });
        await toldTimes(told + 2);
        expect(await withdrawals()).toBeGreaterThan(before);
      }
      expect(await statusAtBank(begun)).toBe("Authorized");
      // Later the token has run out, and what the bank gives for it is ours.
      await sandbox.calm();
      await later({ hours: 12 });
      await retryRevocations(gateway.app.context, new AbortController().signal);
      await eventually(async () => expect(await due(begun)).toEqual([]));
      expect(await statusAtBank(begun)).toBe("Revoked");
      const told = await heard(since, begun);
      expect(told.at(-1)).toBe("A3 200");
      // Nothing else was ever called with what came, and a day later nothing is.
      expect(new Set(told.map((call) => call.slice(0, 2)))).toEqual(new Set(["F5", "A3"]));
      await everyTurnTaken();
      expect(await heard(since, begun)).toEqual(told);
      expect(await tokensOf(begun)).toEqual([]);
    },
  );
});
