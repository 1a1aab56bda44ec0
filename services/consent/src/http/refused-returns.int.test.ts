import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { newId } from "@opl/service";
import { fixedClock } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Parameter } from "../domain/authorisation-response.ts";
import { idToken } from "../testing/harness.ts";
import { startApp } from "../testing/start-app.ts";
import type { RunningApp } from "../testing/start-app.ts";

/**
 * The whole service, one row after the other: what the person gets, what is kept, what the log says. The last test waits once for what must
 * not happen: absence needs a window.
 */
const silenceMs = 2_000;
const issuer = "https://authorize.bank.example";
const secret = "Spl-xlOBeZQQYbYS6WxSbIA-secret-code";
/** As fine as Postgres keeps it. */
const clock = fixedClock(Temporal.Now.instant().round("microsecond").toString());
let app: RunningApp;
const consents: string[] = [];
beforeAll(async () => {
  app = await startApp({ clock });
  app.gateway.authorizationServer = { issuer, issInResponse: true, responseType: "code id_token" };
});
afterAll(() => app[Symbol.asyncDispose]());

type Values = Readonly<Record<string, string | undefined>>;
interface Row {
  readonly row: string;
  readonly change?: Values;
  readonly again?: readonly Parameter[];
  readonly redirectContext?: string;
  /** When it is brought, after the attempt began. */
  readonly minutesLater?: number;
  readonly reason: string;
}
const refused: readonly Row[] = [
  { row: "OA-11 after ten minutes", minutesLater: 10, reason: "ERR_AUTHORISATION_TIMED_OUT" },
  { row: "OA-12 no iss", change: { iss: undefined }, reason: "ERR_AUTHORISATION_ISSUER" },
  { row: "OA-13 another iss", change: { iss: "https://authorize.evil.example" }, reason: "ERR_AUTHORISATION_ISSUER" },
  { row: "OA-14 another bank's iss and code", change: { iss: "https://bank-a.example", code: `${secret}-of-a` }, reason: "ERR_AUTHORISATION_ISSUER" },
  { row: "OA-15 code twice", again: [{ name: "code", value: "another" }], reason: "ERR_AUTHORISATION_PARAMETER_REPEATED" },
  { row: "OA-15 iss twice", again: [{ name: "iss", value: issuer }], reason: "ERR_AUTHORISATION_PARAMETER_REPEATED" },
  { row: "OA-16 at another bank's redirect address", redirectContext: "other-bank", reason: "ERR_AUTHORISATION_REDIRECT_CONTEXT" },
  {
    row: "OA-17 an error with script in its text",
    change: { code: undefined, id_token: undefined, error: "server_error", error_description: `<script>alert(1)</script>${secret}` },
    reason: "ERR_AUTHORISATION_ASPSP_ERROR",
  },
  { row: "OA-19 code and error", change: { error: "access_denied" }, reason: "ERR_AUTHORISATION_CODE_AND_ERROR" },
  { row: "OA-20 an empty code", change: { code: "" }, reason: "ERR_AUTHORISATION_CODE_MALFORMED" },
  { row: "OA-20 an endless code", change: { code: secret.repeat(600).slice(0, 20_000) }, reason: "ERR_AUTHORISATION_CODE_MALFORMED" },
  { row: "OA-20 a code with a line break", change: { code: `${secret}\r\n{"level":"error"}` }, reason: "ERR_AUTHORISATION_CODE_MALFORMED" },
  { row: "OA-21 an access token", change: { access_token: `${secret}-token` }, reason: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE" },
  { row: "OA-21 a refresh token", change: { refresh_token: `${secret}-token` }, reason: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE" },
];
/** Nobody's attempt is touched by these. */
const strangers: readonly Pick<Row, "row" | "change" | "reason">[] = [
  { row: "OA-07 no state", change: { state: undefined }, reason: "ERR_AUTHORISATION_STATE_MISSING" },
  {
    row: "OA-68 the name of the request had run out, which a bank cannot tell with the state",
    change: { state: undefined, code: undefined, id_token: undefined, error: "invalid_request_uri" },
    reason: "ERR_AUTHORISATION_STATE_MISSING",
  },
  { row: "OA-08 another state", change: { state: "x".repeat(43) }, reason: "ERR_AUTHORISATION_UNKNOWN" },
  { row: "OA-18 an error with a guessed state", change: { state: "guessed", code: undefined, error: "access_denied" }, reason: "ERR_AUTHORISATION_UNKNOWN" },
];

async function begin() {
  const psu = await app.tokens.psu(newId());
  const sessionBinding = randomBytes(32).toString("base64url");
  const created = await app.bff.createConsent({ psu, body: { aspspId: "op-fi", validityDays: 90, sessionBinding } });
  const state = new URL(created.redirectUrl ?? "").searchParams.get("state") ?? "";
  consents.push(created.consentId);
  app.lines.length = 0;
  const bring = (change: Values = {}, again: readonly Parameter[] = [], redirectContext = "op-fi", binding = sessionBinding) => {
    const values = { state, code: secret, id_token: idToken, iss: issuer, ...change };
    const parameters = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
    return app.bff.completeAuthorisation({ psu, body: { redirectContext, sessionBinding: binding, parameters: [...parameters, ...again] } });
  };
  return { consentId: created.consentId, state, psu, bring };
}

/** Reasons of the security events so far; and no line holds what was brought. */
function securityEvents(state: string): unknown[] {
  const events = app.lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ securityEvent }) => securityEvent !== undefined);
  for (const held of [state, secret, idToken, "<script>"]) expect(app.lines.filter((line) => line.includes(held))).toEqual([]);
  return events.map(({ reason }) => reason);
}

const callsAbout = (consentId: string): string[] =>
  app.gateway.consentCalls
    .filter(({ input }) => (input as { params?: { consentId?: string } } | undefined)?.params?.consentId === consentId)
    .map(({ operation }) => operation);

async function kept(consentId: string) {
  const { db } = app.database;
  const attempt = await db.selectFrom("authorisations").selectAll().where("consentId", "=", consentId).executeTakeFirstOrThrow();
  const consent = await db.selectFrom("consents").selectAll().where("consentId", "=", consentId).executeTakeFirstOrThrow();
  const due = await db.selectFrom("aspspRevocations").selectAll().where("consentId", "=", consentId).execute();
  const facts = await db.selectFrom("outbox").select("eventType").where("aggregateId", "=", consentId).orderBy("position").execute();
  return {
    status: consent.status,
    scope: consent.scope,
    nonce: attempt.nonce,
    outcome: attempt.outcome,
    due: due.length,
    facts: facts.map(({ eventType }) => eventType),
    text: JSON.stringify([attempt, consent], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
  };
}

describe("a return that is refused", () => {
  it.each(refused)("$row: a failed attempt, one security event, the state is burnt", async ({ change, again, redirectContext, minutesLater = 0, reason }) => {
    const { consentId, state, bring } = await begin();
    clock.advance({ minutes: minutesLater });
    expect(await bring(change, again, redirectContext)).toEqual({ outcome: "failed", reason, about: { kind: "consent", consentId }, aspspId: "op-fi" });
    expect(securityEvents(state)).toEqual([reason]);
    const { text, ...rest } = await kept(consentId);
    expect(rest).toEqual({ status: "rejected", scope: null, nonce: null, outcome: "failed", due: 0, facts: ["consent.created", "consent.rejected"] });
    expect(text).not.toMatch(/secret-code|script/);
    // The honest return comes too late.
    expect(await bring()).toMatchObject({ outcome: "failed", reason });
  });

  it.each(strangers)("$row: nobody's attempt is touched, one security event", async ({ change, reason }) => {
    const { consentId, state, bring } = await begin();
    await expect(bring(change)).rejects.toMatchObject({ code: reason });
    expect(securityEvents(state)).toEqual([reason]);
    expect(callsAbout(consentId)).toEqual(["createAspspConsent"]);
    expect(await kept(consentId)).toMatchObject({ status: "received", outcome: null, due: 0 });
  });

  it("OA-09 in another browser session: one security event, and the owner's flow goes on", async () => {
    const { consentId, state, bring } = await begin();
    await expect(bring({}, [], "op-fi", randomBytes(32).toString("base64url"))).rejects.toMatchObject({ code: "ERR_AUTHORISATION_OTHER_SESSION" });
    expect(securityEvents(state)).toEqual(["ERR_AUTHORISATION_OTHER_SESSION"]);
    expect(await kept(consentId)).toMatchObject({ status: "received", outcome: null });
    expect(await bring()).toMatchObject({ outcome: "authorised", about: { kind: "consent", consentId } });
    consents.splice(consents.indexOf(consentId), 1);
  });

  it("OA-07 OA-08 OA-11 to OA-21: for two seconds the gateway hears nothing more about any of them", async () => {
    await delay(silenceMs);
    expect(consents.map((consentId) => callsAbout(consentId))).toEqual(consents.map(() => ["createAspspConsent"]));
    expect(consents.length).toBe(refused.length + strangers.length);
  });
});
