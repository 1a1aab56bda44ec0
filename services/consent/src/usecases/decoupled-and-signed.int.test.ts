import { OplError } from "@opl/errors";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aPerson, startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { createConsent } from "./create-consent.ts";
import { endLapsedAuthorisations } from "./end-lapsed-authorisations.ts";
import { pollAuthorisations } from "./poll-authorisations.ts";

let t: Harness;
beforeAll(async () => {
  t = await startHarness();
});
beforeEach(async () => {
  // What the test before left open has run out.
  t.clock.advance({ minutes: 11 });
  await endLapsedAuthorisations(t.ctx);
  t.gateway.reset();
});

const denied = (reason: string) => new OplError({ code: "ERR_AUTHORIZATION_DENIED", kind: "rejected", message: "no", details: { reason } });
const seconds = (count: number) => t.clock.advance({ seconds: count });

async function beginInApp() {
  t.gateway.decoupled = true;
  const { psu, sessionBinding } = aPerson();
  return createConsent(t.ctx, { psu, sessionBinding, aspspId: "op-fi", validityDays: 90, loginHint: "55555551" });
}

describe("a bank that asks the person in its app", () => {
  it("gets told who to ask, and nobody is sent anywhere", async () => {
    const begun = await beginInApp();
    expect(begun.redirectUrl).toBeNull();
    expect(t.gateway.callsOf("createAspspConsent")[0]?.input.body.loginHint).toBe("55555551");
    expect(JSON.stringify(await t.consentRow(begun.consentId)) + JSON.stringify(await t.attemptOf(begun.consentId))).not.toContain("55555551");
  });

  it("OA-74 is asked for the outcome not before its interval, and no more once there is one", async () => {
    const { consentId } = await beginInApp();
    expect(await pollAuthorisations(t.ctx)).toEqual([]);
    expect(t.gateway.callsOf("pollAuthorization")).toHaveLength(0);
    seconds(5);
    expect(await pollAuthorisations(t.ctx)).toEqual([]);
    seconds(4);
    await pollAuthorisations(t.ctx);
    expect(t.gateway.callsOf("pollAuthorization")).toHaveLength(1);
    const now = t.clock.now();
    t.gateway.polled = async () => ({
      status: "authorised",
      scope: ["accounts"],
      authorisedAt: now.toString(),
      validUntil: now.add({ hours: 24 * 90 }).toString(),
    });
    seconds(1);
    expect(await pollAuthorisations(t.ctx)).toMatchObject([{ outcome: "authorised", about: { kind: "consent", consentId } }]);
    expect(await t.consentRow(consentId)).toMatchObject({ status: "valid" });
    expect(await t.factsAbout(consentId)).toEqual(["consent.created", "consent.authorised"]);
    seconds(60);
    await pollAuthorisations(t.ctx);
    expect(t.gateway.callsOf("pollAuthorization")).toHaveLength(2);
  });

  it.each([
    ["access_denied", { outcome: "refused" }],
    ["expired_token", { outcome: "failed", reason: "ERR_AUTHORISATION_TIMED_OUT" }],
    ["invalid_request", { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_REFUSED" }],
  ])("OA-74 %s ends the attempt and the consent", async (word, outcome) => {
    const { consentId } = await beginInApp();
    t.gateway.polled = async () => {
      throw denied(word);
    };
    seconds(6);
    expect(await pollAuthorisations(t.ctx)).toMatchObject([{ ...outcome, about: { kind: "consent", consentId } }]);
    expect(await t.consentRow(consentId)).toMatchObject({ status: "rejected" });
    expect(await t.revocationsOf(consentId)).toEqual([]);
  });

  it("OA-60 a gateway that does not answer is asked again, until the attempt has run out", async () => {
    const { consentId } = await beginInApp();
    t.gateway.polled = async () => {
      throw new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "down" });
    };
    for (let asked = 1; asked <= 3; asked += 1) {
      seconds(6);
      expect(await pollAuthorisations(t.ctx)).toEqual([]);
      expect(t.gateway.callsOf("pollAuthorization")).toHaveLength(asked);
    }
    seconds(600);
    expect(await pollAuthorisations(t.ctx)).toEqual([]);
    await endLapsedAuthorisations(t.ctx);
    expect(await t.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: "ERR_AUTHORISATION_TIMED_OUT" });
  });

  it("two replicas ask once", async () => {
    await beginInApp();
    seconds(6);
    await Promise.all([pollAuthorisations(t.ctx), pollAuthorisations(t.ctx)]);
    expect(t.gateway.callsOf("pollAuthorization")).toHaveLength(1);
  });
});

describe("a bank that signs its answers", () => {
  const server = { issuer: "https://authorize.bank.example", issInResponse: true, responseType: "code", responseMode: "jwt" } as const;
  const signed = (claims: object) => `${["{}", JSON.stringify(claims)].map((part) => Buffer.from(part).toString("base64url")).join(".")}.c2ln`;
  const answer = (response: string) => [{ name: "response", value: response }];

  it("OA-28 the attempt is found by what the answer claims, and the gateway gets it as it came", async () => {
    t.gateway.authorizationServer = server;
    const person = aPerson();
    const { state } = await t.begin(person);
    const response = signed({ state, code: "abc" });
    expect(await t.comeBack(person, answer(response))).toMatchObject({ outcome: "authorised" });
    expect(t.gateway.callsOf("exchangeCode")[0]?.input.body).toMatchObject({ state, code: null, idToken: null, issuer: null, response });
  });

  it("OA-28 a plain answer is refused, and no token call is made", async () => {
    t.gateway.authorizationServer = server;
    const person = aPerson();
    const { state } = await t.begin(person);
    const plain = [
      { name: "state", value: state },
      { name: "code", value: "abc" },
      { name: "iss", value: server.issuer },
    ];
    expect(await t.comeBack(person, plain)).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_RESPONSE_MODE" });
    expect(t.gateway.callsOf("exchangeCode")).toEqual([]);
  });

  it("OA-18 OA-52 one that claims nobody's state, or is endless, touches no attempt", async () => {
    t.gateway.authorizationServer = server;
    const person = aPerson();
    const { consentId, state } = await t.begin(person);
    await expect(t.comeBack(person, answer(signed({ state: "x".repeat(43) })))).rejects.toMatchObject({ code: "ERR_AUTHORISATION_UNKNOWN" });
    await expect(t.comeBack(person, answer(signed({ state, more: "a".repeat(16_384) })))).rejects.toMatchObject({ code: "ERR_AUTHORISATION_STATE_MISSING" });
    await expect(t.comeBack(person, answer("not a token"))).rejects.toMatchObject({ code: "ERR_AUTHORISATION_STATE_MISSING" });
    expect(await t.attemptOf(consentId)).toMatchObject({ scaStatus: "received" });
  });

  it.each([
    ["access_denied", "refused", "psu", "ERR_AUTHORISATION_REFUSED"],
    ["server_error", "failed", "aspsp", "ERR_AUTHORISATION_ASPSP_ERROR"],
    ["invalid_scope", "failed", "aspsp", "ERR_AUTHORISATION_ASPSP_REFUSED"],
  ])("OA-17 a signed no, which only the gateway reads: %s is remembered as %s by the %s", async (error, outcome, by, reason) => {
    t.gateway.authorizationServer = server;
    t.gateway.beforeExchange = async () => {
      throw denied(error);
    };
    const person = aPerson();
    const { consentId, state } = await t.begin(person);
    expect(await t.comeBack(person, answer(signed({ state, error })))).toMatchObject({ outcome });
    expect(await t.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: reason });
    expect((await t.historyOf(consentId)).at(-1)).toMatchObject({ what: "rejected", by, reason });
  });
});
