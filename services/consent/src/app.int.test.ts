import { randomBytes } from "node:crypto";
import { catalogue, subjectOf } from "@opl/contracts/events";
import type { EventType } from "@opl/contracts/events";
import { OplError } from "@opl/errors";
import { declareStream, streamNameOf, toMessage } from "@opl/messaging";
import { newId } from "@opl/service";
import type { PsuContext } from "@opl/service";
import { eventually } from "@opl/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { returned } from "./testing/harness.ts";
import { electricity, once } from "./testing/payments.ts";
import { startApp } from "./testing/start-app.ts";
import type { RunningApp } from "./testing/start-app.ts";

let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(() => app.gateway.reset());

const code = "code-that-is-a-secret";
const aBinding = (): string => randomBytes(32).toString("base64url");

async function begin(psu: PsuContext, sessionBinding: string, renewal: { readonly replaces?: string } = {}) {
  const created = await app.bff.createConsent({ psu, body: { aspspId: "op-fi", validityDays: 90, sessionBinding, ...renewal } });
  return { ...created, state: new URL(created.redirectUrl ?? "").searchParams.get("state") ?? "" };
}
async function connect(psu: PsuContext, renewal: { readonly replaces?: string } = {}): Promise<string> {
  const sessionBinding = aBinding();
  const { consentId, state } = await begin(psu, sessionBinding, renewal);
  const completed = await app.bff.completeAuthorisation({
    psu,
    body: { redirectContext: "op-fi", sessionBinding, parameters: [...returned({ state, code })] },
  });
  expect(completed.outcome).toBe("authorised");
  return consentId;
}
/** A fact of another service, as its relay would send it. */
async function receive(type: EventType, psuId: string, data: object, occurredAt = Temporal.Now.instant().toString()): Promise<string> {
  const contract = catalogue[type];
  const eventId = newId();
  await declareStream(app.messaging, contract.owner);
  const { subject, headers, payload } = toMessage(contract, {
    eventId,
    aggregateId: eventId,
    aggregateVersion: 1n,
    psuId,
    occurredAt,
    correlationId: null,
    causationId: null,
    traceparent: null,
    data: JSON.stringify(data),
  });
  await app.messaging.nats.client.publish(app.messaging.prefix + subject, payload, { headers });
  return eventId;
}
/** Until a fact was taken in, whatever came of it. */
const handled = (eventId: string) =>
  eventually(async () => (await app.database.db.selectFrom("inbox").select("eventId").where("eventId", "=", eventId).execute()).length > 0);

describe("the whole service", () => {
  it("connects, shows, withdraws; the facts reach the stream; no code, state or ID token is kept or logged", async () => {
    const psu = await app.tokens.psu(newId());
    const sessionBinding = aBinding();
    const { consentId, state, redirectUrl, expiresAt } = await begin(psu, sessionBinding);
    expect(redirectUrl).toMatch(/^https:\/\/authorize\.bank\.example\//);
    expect(Temporal.Instant.compare(Temporal.Instant.from(expiresAt), Temporal.Now.instant())).toBe(1);
    const parameters = [...returned({ state, code })];
    const completed = await app.bff.completeAuthorisation({ psu, body: { redirectContext: "op-fi", sessionBinding, parameters } });
    expect(completed).toMatchObject({ outcome: "authorised", about: { kind: "consent", consentId }, aspspId: "op-fi" });
    expect(await app.bff.listConsents({ psu })).toMatchObject({
      consents: [
        {
          consentId,
          status: "valid",
          history: [
            { what: "created", by: "psu" },
            { what: "authorised", by: "psu" },
          ],
        },
      ],
    });
    expect(await app.bff.getConsent({ psu, params: { consentId } })).toMatchObject({ consentId, status: "valid", endedAt: null });
    const revoked = await app.bff.revokeConsent({ psu, params: { consentId }, body: { keepData: true } });
    expect(revoked).toMatchObject({ status: "revokedByPsu", endedAt: expect.any(String) });

    const { manager } = app.messaging.nats;
    for (const type of ["consent.created", "consent.authorised", "consent.revoked"] as const) {
      const subject = app.messaging.prefix + subjectOf(catalogue[type], psu.psuId);
      const message = await eventually(
        async () => (await manager.streams.getMessage(streamNameOf(app.messaging, "consent"), { last_by_subj: subject })) ?? undefined,
      );
      expect(message.json()).toMatchObject({ consentId, psuId: psu.psuId });
      expect(message.string()).not.toMatch(new RegExp(`${state}|${code}`));
    }
    const tables = await Promise.all(
      (["consents", "authorisations", "consentHistory", "outbox"] as const).map((table) => app.database.db.selectFrom(table).selectAll().execute()),
    );
    const idToken = parameters.find(({ name }) => name === "id_token")?.value ?? "none";
    const kept = JSON.stringify(tables, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)) + app.lines.join("");
    for (const secret of [state, code, idToken, psu.token]) expect(kept).not.toContain(secret);
  });

  it("notes every return it does not believe, with a stable reason and nothing of what was brought", async () => {
    const psu = await app.tokens.psu(newId());
    const sessionBinding = aBinding();
    const { state } = await begin(psu, sessionBinding);
    app.lines.length = 0;
    const bring = (parameters: ReturnType<typeof returned>) =>
      app.bff.completeAuthorisation({ psu, body: { redirectContext: "op-fi", sessionBinding, parameters: [...parameters] } });
    await expect(bring(returned({ state: "guessed-state", code }))).rejects.toMatchObject({ code: "ERR_AUTHORISATION_UNKNOWN", kind: "not-found" });
    expect(await bring(returned({ state, code, access_token: "leaked-token" }))).toMatchObject({
      outcome: "failed",
      reason: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE",
    });
    // The gateway's refusal is in the gateway's log.
    const refusedThere = await begin(psu, sessionBinding);
    app.gateway.beforeExchange = () => Promise.reject(new OplError({ code: "ERR_AUTHORIZATION_REFUSED", kind: "rejected", message: "no" }));
    expect(await bring(returned({ state: refusedThere.state, code }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORIZATION_REFUSED" });
    const events = app.lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ securityEvent }) => securityEvent !== undefined);
    expect(events.map(({ reason }) => reason)).toEqual(["ERR_AUTHORISATION_UNKNOWN", "ERR_AUTHORISATION_TOKEN_IN_RESPONSE"]);
    expect(app.lines.join("")).not.toMatch(new RegExp(`guessed-state|leaked-token|${state}|${code}`));
  });

  it("reflects what the bank says about a consent", async () => {
    const psu = await app.tokens.psu(newId());
    const consentId = await connect(psu);
    await receive("bank-gateway.aspsp-consent-lost", psu.psuId, { consentId, psuId: psu.psuId, aspspId: "op-fi", code: "ERR_ASPSP_CONSENT_INVALID" });
    const consent = await eventually(async () => {
      const now = await app.bff.getConsent({ psu, params: { consentId } });
      return now.status === "revokedByPsu" && now;
    });
    expect(consent.history.at(-1)).toMatchObject({ what: "lost", by: "aspsp", reason: "ERR_ASPSP_CONSENT_INVALID" });
  });

  it("forgets who was erased, and has the tokens forgotten", async () => {
    const psu = await app.tokens.psu(newId());
    const consentId = await connect(psu);
    await receive("bff.user-erased", psu.psuId, { psuId: psu.psuId, erasedAt: Temporal.Now.instant().toString() });
    await eventually(async () => (await app.bff.listConsents({ psu })).consents.length === 0);
    await eventually(() => app.gateway.callsOf("revokeAspspConsent").some(({ input }) => input.params.consentId === consentId));
  });

  it("pays: the runner takes an approved order to its end, and the ledger's line is shown with it", async () => {
    const psu = await app.tokens.psu(newId());
    const sessionBinding = aBinding();
    const params = { paymentOrderId: newId() };
    const body = { aspspId: "op-fi", debtorIban: null, payments: [{ paymentId: newId(), instruction: electricity, schedule: once }] };
    expect(await app.bff.putPaymentOrder({ psu, params, body })).toMatchObject({ status: "intended" });
    const { redirectUrl } = await app.bff.startPaymentAuthorisation({ psu, params, body: { sessionBinding } });
    app.gateway.decide(params.paymentOrderId, "authorised");
    const state = new URL(redirectUrl).searchParams.get("state") ?? "";
    const completed = await app.bff.completeAuthorisation({
      psu,
      body: { redirectContext: "op-fi", sessionBinding, parameters: [...returned({ state, code })] },
    });
    expect(completed).toEqual({ outcome: "authorised", about: { kind: "payment", ...params }, aspspId: "op-fi", validUntil: null });
    const paid = await eventually(async () => {
      const now = await app.bff.getPaymentOrder({ psu, params });
      return now.status === "debited" && now;
    });
    const [payment] = paid.payments;
    const executionId = payment?.executions[0]?.executionId ?? "";
    const transactionId = newId();
    const line = { ...params, paymentId: payment?.paymentId ?? "", executionId, psuId: psu.psuId, accountId: newId(), transactionId };
    await receive("ingest.payment-booked", psu.psuId, line);
    await eventually(async () => (await app.bff.getPaymentOrder({ psu, params })).payments[0]?.executions[0]?.transactionId === transactionId);
    const { paymentOrders } = await app.bff.listPaymentOrders({ psu });
    expect(paymentOrders).toHaveLength(1);
    expect(await app.bff.consentOverview({ psu, query: { orders: 20 } })).toEqual({
      ...(await app.bff.listConsents({ psu })),
      paymentOrders,
      fundsConsents: [],
    });
    expect((await app.bff.listPaymentOrders({ psu: await app.tokens.psu(newId()) })).paymentOrders).toEqual([]);
  });

  it("answers the three health questions", async () => {
    for (const question of ["live", "ready", "started"]) expect((await fetch(`${app.baseUrl}/health/${question}`)).status, question).toBe(200);
  });
});

describe("a permission remembers which accounts it covers and when it was last used", () => {
  const aspspId = "op-fi";
  const iban = "FI2112345600000785";
  const figures = { accounts: 1, transactionsSeen: 3, transactionsNew: 3, incompleteAccounts: [] };
  const shown = async (psu: PsuContext, consentId: string) => {
    const { lastUsedAt, accounts, status } = await app.bff.getConsent({ psu, params: { consentId } });
    return { status, lastUsedAt, accounts };
  };
  const discovered = async (psu: PsuContext, consentId: string, at: string, account: object) => {
    const data = {
      accountId: newId(),
      consentId,
      psuId: psu.psuId,
      aspspId,
      kind: "current",
      currency: "EUR",
      name: "Matkatili",
      iban: null,
      ownerName: null,
      ...account,
    };
    await handled(await receive("ingest.account-discovered", psu.psuId, data, at));
    return data.accountId;
  };
  const completed = async (psu: PsuContext, consentId: string, at: string) =>
    handled(await receive("ingest.sync-completed", psu.psuId, { syncId: newId(), consentId, psuId: psu.psuId, aspspId, ...figures }, at));
  const failed = async (psu: PsuContext, consentId: string, listedAt?: string | null) => {
    const told = { syncId: newId(), consentId, psuId: psu.psuId, aspspId, code: "ERR_ASPSP_UNAVAILABLE", ...(listedAt === undefined ? {} : { listedAt }) };
    await handled(await receive("ingest.sync-failed", psu.psuId, told));
  };

  it("by kind and the ends of their numbers, also once it was renewed; the newer one begins its own", async () => {
    const psu = await app.tokens.psu(newId());
    const old = await connect(psu);
    expect(await shown(psu, old)).toEqual({ status: "valid", lastUsedAt: null, accounts: [] });
    const current = await discovered(psu, old, "2026-11-22T10:00:00Z", { iban });
    const card = await discovered(psu, old, "2026-11-22T10:00:00Z", { kind: "card", maskedPan: "492500******1234" });
    const loan = await discovered(psu, old, "2026-11-22T10:00:00Z", { kind: "loan" });
    expect(await shown(psu, old)).toMatchObject({ lastUsedAt: "2026-11-22T10:00:00Z" });
    await completed(psu, old, "2026-11-22T10:00:05Z");
    const remembered = {
      lastUsedAt: "2026-11-22T10:00:05Z",
      accounts: [
        { accountId: current, kind: "current", maskedNumber: "•••• 0785" },
        { accountId: card, kind: "card", maskedNumber: "•••• 1234" },
        { accountId: loan, kind: "loan", maskedNumber: null },
      ],
    };
    expect(await shown(psu, old)).toEqual({ status: "valid", ...remembered });

    const renewed = await connect(psu, { replaces: old });
    await discovered(psu, renewed, "2026-11-23T08:00:00Z", { accountId: current, iban });
    expect(await shown(psu, old)).toEqual({ status: "replaced", ...remembered });
    expect(await shown(psu, renewed)).toEqual({ status: "valid", lastUsedAt: "2026-11-23T08:00:00Z", accounts: remembered.accounts.slice(0, 1) });
    const listed = await app.bff.listConsents({ psu });
    expect(listed.consents.find(({ consentId }) => consentId === old)).toMatchObject(remembered);
    const kept = await app.database.db.selectFrom("consentAccounts").selectAll().where("psuId", "=", psu.psuId).execute();
    expect(JSON.stringify(kept)).not.toMatch(/FI21|Matkatili|492500/);
  });

  it("also once it was withdrawn and its data erased, with what was read until then and is heard of only afterwards", async () => {
    const psu = await app.tokens.psu(newId());
    const consentId = await connect(psu);
    const accountId = await discovered(psu, consentId, "2026-11-22T10:00:00Z", { iban });
    await app.bff.revokeConsent({ psu, params: { consentId }, body: { keepData: false } });
    await completed(psu, consentId, "2026-11-22T10:00:05Z");
    expect(await shown(psu, consentId)).toEqual({
      status: "revokedByPsu",
      lastUsedAt: "2026-11-22T10:00:05Z",
      accounts: [{ accountId, kind: "current", maskedNumber: "•••• 0785" }],
    });
  });

  it("and no fact that comes late moves it back, or takes away what is known of an account", async () => {
    const psu = await app.tokens.psu(newId());
    const consentId = await connect(psu);
    await failed(psu, consentId);
    await failed(psu, consentId, null);
    expect(await shown(psu, consentId)).toMatchObject({ lastUsedAt: null });
    await failed(psu, consentId, "2026-11-24T06:00:00Z");
    expect(await shown(psu, consentId)).toMatchObject({ lastUsedAt: "2026-11-24T06:00:00Z" });
    await completed(psu, consentId, "2026-11-23T06:00:00Z");
    await failed(psu, consentId, "2026-11-23T07:00:00Z");
    const accountId = await discovered(psu, consentId, "2026-11-22T10:00:00Z", { kind: "unknown" });
    await discovered(psu, consentId, "2026-11-22T11:00:00Z", { accountId, iban });
    await discovered(psu, consentId, "2026-11-22T09:00:00Z", { accountId, kind: "unknown" });
    expect(await shown(psu, consentId)).toMatchObject({
      lastUsedAt: "2026-11-24T06:00:00Z",
      accounts: [{ accountId, kind: "current", maskedNumber: "•••• 0785" }],
    });
  });
});
