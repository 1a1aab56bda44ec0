import { OplError } from "@opl/errors";
import type { ErrorKind } from "@opl/errors";
import { eventually } from "@opl/testkit";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aPerson, idToken, returned, startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { endLapsedAuthorisations } from "./end-lapsed-authorisations.ts";
import { erasePsu } from "./erase-psu.ts";
import { expireConsents } from "./expire-consents.ts";
import { revokeConsent } from "./revoke-consent.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  harness.gateway.reset();
});

/** The gateway's books after the address was handed out: what reached the bank's side. */
const afterwards = () =>
  harness.gateway.consentCalls.filter(({ operation }) => operation !== "createAspspConsent" && operation !== "listAspsps").map(({ operation }) => operation);

describe("the person said yes", () => {
  it("exchanges the code with what the attempt kept, and makes the consent valid", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    const { nonce } = await harness.attemptOf(consentId);
    const now = harness.clock.now();
    const validUntil = now.add({ hours: 90 * 24 });
    expect(await harness.comeBack(person, returned({ state }))).toEqual({
      outcome: "authorised",
      validUntil,
      about: { kind: "consent", consentId },
      aspspId: "op-fi",
    });
    expect(harness.gateway.callsOf("exchangeCode").map(({ input }) => input)).toEqual([
      {
        params: { consentId },
        psu: person.psu,
        body: {
          aspspId: "op-fi",
          redirectUri: "https://ledger.example/connect/return/op-fi",
          state,
          nonce,
          code: "SplxlOBeZQQYbYS6WxSbIA",
          idToken,
          issuer: null,
        },
      },
    ]);
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "valid", validUntil, scope: ["accounts"] });
    expect(await harness.attemptOf(consentId)).toMatchObject({ scaStatus: "finalised", outcome: "authorised", nonce: null });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.authorised"]);
    expect(await harness.factData(consentId, "consent.authorised")).toEqual({
      consentId,
      psuId: person.psu.psuId,
      aspspId: "op-fi",
      scope: ["accounts"],
      authorisedAt: now.toString(),
      validUntil: validUntil.toString(),
      replaces: null,
    });
  });

  it("OA-10 twenty parallel returns make one exchange", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    const held = await harness.holdAttempt(consentId);
    const returns = Promise.allSettled(Array.from({ length: 20 }, () => harness.comeBack(person, returned({ state }))));
    await eventually(async () => (await harness.waiting()) >= 5);
    await held.release();
    const settled = await returns;
    expect(harness.gateway.callsOf("exchangeCode")).toHaveLength(1);
    for (const one of settled) {
      if (one.status === "fulfilled") expect(one.value).toMatchObject({ outcome: "authorised", about: { kind: "consent", consentId } });
      else expect(one.reason).toMatchObject({ code: "ERR_AUTHORISATION_IN_PROGRESS" });
    }
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.authorised"]);
  });

  it("US-07 a replayed return answers the first outcome without another exchange", async () => {
    const person = aPerson();
    const { state } = await harness.begin(person);
    const first = await harness.comeBack(person, returned({ state }));
    harness.clock.advance({ hours: 1 });
    expect(await harness.comeBack(person, returned({ state }))).toEqual(first);
    expect(await harness.comeBack(person, returned({ state, code: undefined, error: "access_denied" }))).toEqual(first);
    expect(harness.gateway.callsOf("exchangeCode")).toHaveLength(1);
  });

  it("a newer consent takes over from the one it renews, whose tokens are forgotten", async () => {
    const person = aPerson();
    const old = await harness.connect(person);
    const successor = await harness.connect(person, { replaces: old });
    expect(await harness.consentRow(old)).toMatchObject({ status: "replaced", replacedBy: successor });
    expect(await harness.factsAbout(old)).toEqual(["consent.created", "consent.authorised", "consent.replaced"]);
    expect(await harness.factData(successor, "consent.authorised")).toMatchObject({ replaces: old });
    expect(await harness.revocationsOf(old)).toHaveLength(1);
  });

  it("a renewal of one that ran out meanwhile leaves it expired", async () => {
    const person = aPerson();
    const old = await harness.connect(person, { validityDays: 1 });
    harness.clock.advance({ hours: 25 });
    const { consentId, state } = await harness.begin(person, { replaces: old });
    await expireConsents(harness.ctx);
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "authorised", about: { kind: "consent", consentId } });
    expect(await harness.consentRow(old)).toMatchObject({ status: "expired", replacedBy: null });
  });
});

describe("the person or the bank said no", () => {
  it.each([
    { error: "access_denied", outcome: { outcome: "refused" }, reason: "ERR_AUTHORISATION_REFUSED" },
    { error: "server_error", outcome: { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_ERROR" }, reason: "ERR_AUTHORISATION_ASPSP_ERROR" },
    { error: "<img onerror=x>", outcome: { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_REFUSED" }, reason: "ERR_AUTHORISATION_ASPSP_REFUSED" },
  ])("OA-17 $error", async ({ error, outcome, reason }) => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    const completed = await harness.comeBack(
      person,
      returned({ state, code: undefined, id_token: undefined, error, error_description: "<script>alert(1)</script>" }),
    );
    expect(completed).toEqual({ ...outcome, about: { kind: "consent", consentId }, aspspId: "op-fi" });
    expect(afterwards()).toEqual([]);
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: reason });
    expect(await harness.factData(consentId, "consent.rejected")).toMatchObject({ reason });
    expect(JSON.stringify([await harness.attemptOf(consentId), await harness.consentRow(consentId)])).not.toMatch(/script|onerror/);
  });
});

describe("a return that is not believed", () => {
  const bad = [
    {
      row: "OA-12",
      change: { id_token: undefined },
      server: { issuer: "https://authorize.bank.example", issInResponse: true, responseType: "code" as const },
      reason: "ERR_AUTHORISATION_ISSUER",
    },
    { row: "OA-13", change: { iss: "https://other.example" }, reason: "ERR_AUTHORISATION_ISSUER" },
    { row: "OA-16", change: {}, redirectContext: "other-bank", reason: "ERR_AUTHORISATION_REDIRECT_CONTEXT" },
    { row: "OA-19", change: { error: "server_error" }, reason: "ERR_AUTHORISATION_CODE_AND_ERROR" },
    { row: "OA-20", change: { code: "" }, reason: "ERR_AUTHORISATION_CODE_MALFORMED" },
    { row: "OA-20", change: { code: "a".repeat(20_000) }, reason: "ERR_AUTHORISATION_CODE_MALFORMED" },
    { row: "OA-21", change: { access_token: "secret-token" }, reason: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE" },
  ] as const;
  it.each(bad)("$row $reason: nothing reaches the bank, the state is used up", async ({ change, reason, ...rest }) => {
    if ("server" in rest) harness.gateway.authorizationServer = rest.server;
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    const redirectContext = "redirectContext" in rest ? rest.redirectContext : "op-fi";
    expect(await harness.comeBack(person, returned({ state, ...change }), redirectContext)).toEqual({
      outcome: "failed",
      reason,
      about: { kind: "consent", consentId },
      aspspId: "op-fi",
    });
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: reason });
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason });
    expect(afterwards()).toEqual([]);
    expect(await harness.revocationsOf(consentId)).toEqual([]);
    expect(JSON.stringify(await harness.attemptOf(consentId))).not.toContain("secret-token");
  });

  it("OA-11 after ten minutes", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    harness.clock.advance({ minutes: 10 });
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_TIMED_OUT" });
    expect(afterwards()).toEqual([]);
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", scope: null, authorisedAt: null });
    expect(await harness.attemptOf(consentId)).toMatchObject({ scaStatus: "failed", nonce: null, validUntil: null });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.rejected"]);
    expect(await harness.revocationsOf(consentId)).toEqual([]);
  });

  it("OA-15 a state given twice, one of them the person's own", async () => {
    const person = aPerson();
    const { state } = await harness.begin(person);
    expect(await harness.comeBack(person, [{ name: "state", value: "x".repeat(43) }, ...returned({ state })])).toMatchObject({
      outcome: "failed",
      reason: "ERR_AUTHORISATION_PARAMETER_REPEATED",
    });
  });
});

describe("a return of somebody else", () => {
  const attacks = [
    { row: "OA-07", name: "without state", attack: () => ({ state: undefined }), code: "ERR_AUTHORISATION_STATE_MISSING" },
    {
      row: "OA-08",
      name: "with another state",
      attack: (state: string) => ({ state: `${state.slice(0, -1)}${state.endsWith("A") ? "B" : "A"}` }),
      code: "ERR_AUTHORISATION_UNKNOWN",
    },
    { row: "OA-08", name: "with an empty state", attack: () => ({ state: "" }), code: "ERR_AUTHORISATION_UNKNOWN" },
    {
      row: "OA-18",
      name: "an error with a guessed state",
      attack: () => ({ state: "guessed", code: undefined, error: "access_denied" }),
      code: "ERR_AUTHORISATION_UNKNOWN",
    },
  ];
  it.each(attacks)("$row $name changes nothing; the owner's attempt stays alive", async ({ attack, code }) => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    await expect(harness.comeBack(person, returned({ ...attack(state) }))).rejects.toMatchObject({ code });
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "authorised", about: { kind: "consent", consentId } });
  });

  it.each([
    { row: "US-05", name: "another person in another session", as: () => aPerson(), code: "ERR_AUTHORISATION_UNKNOWN" },
    {
      row: "US-06",
      name: "another person in the same browser session",
      as: ({ sessionBinding }: ReturnType<typeof aPerson>) => ({ ...aPerson(), sessionBinding }),
      code: "ERR_AUTHORISATION_UNKNOWN",
    },
    {
      row: "OA-09",
      name: "the same person in another session",
      as: ({ psu }: ReturnType<typeof aPerson>) => ({ ...aPerson(), psu }),
      code: "ERR_AUTHORISATION_OTHER_SESSION",
    },
  ])("$row OA-09 $name is refused; the owner's attempt stays alive", async ({ as, code }) => {
    const owner = aPerson();
    const { consentId, state } = await harness.begin(owner);
    await expect(harness.comeBack(as(owner), returned({ state }))).rejects.toMatchObject({ code });
    expect(afterwards()).toEqual([]);
    expect(await harness.comeBack(owner, returned({ state }))).toMatchObject({ outcome: "authorised", about: { kind: "consent", consentId } });
    // A finished attempt tells a stranger as little.
    await expect(harness.comeBack(as(owner), returned({ state }))).rejects.toMatchObject({ code });
  });
});

describe("the exchange", () => {
  const failures: { code: string; kind: ErrorKind; tokensPossible: boolean }[] = [
    { code: "ERR_ASPSP_REJECTED", kind: "rejected", tokensPossible: false },
    { code: "ERR_ASPSP_TOKEN_INVALID", kind: "rejected", tokensPossible: false },
    { code: "ERR_ASPSP_RATE_LIMITED", kind: "rate-limited", tokensPossible: false },
    { code: "ERR_ASPSP_PROTOCOL", kind: "upstream", tokensPossible: true },
    { code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", tokensPossible: true },
    { code: "ERR_BUG", kind: "bug", tokensPossible: true },
  ];
  it.each(failures)("OA-59 OA-60 $code fails the attempt and is not tried again", async ({ code, kind, tokensPossible }) => {
    harness.gateway.beforeExchange = () => Promise.reject(new OplError({ code, kind, message: "no" }));
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    expect(await harness.comeBack(person, returned({ state }))).toEqual({
      outcome: "failed",
      reason: code,
      about: { kind: "consent", consentId },
      aspspId: "op-fi",
    });
    harness.gateway.beforeExchange = undefined;
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: code });
    expect(harness.gateway.callsOf("exchangeCode")).toHaveLength(1);
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: code });
    expect(await harness.revocationsOf(consentId)).toHaveLength(tokensPossible ? 1 : 0);
  });

  it("tells a second tab that it is under way", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    let second: unknown;
    harness.gateway.beforeExchange = async () => {
      second = await harness.comeBack(person, returned({ state })).catch((error: unknown) => error);
    };
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "authorised" });
    expect(second).toMatchObject({ code: "ERR_AUTHORISATION_IN_PROGRESS", details: { about: { kind: "consent", consentId } } });
  });

  it("is not begun for a consent that was withdrawn", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: false });
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_CONSENT_ENDED" });
    expect(harness.gateway.callsOf("exchangeCode")).toEqual([]);
  });

  it("is not begun for a consent that ended without its attempt", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    await harness.database.db
      .updateTable("consents")
      .set({ status: "revokedByPsu", endedAt: harness.clock.now() })
      .where("consentId", "=", consentId)
      .execute();
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_CONSENT_ENDED" });
    expect(harness.gateway.callsOf("exchangeCode")).toEqual([]);
  });

  it("US-36 a withdrawal meanwhile wins, and the tokens are forgotten", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    harness.gateway.beforeExchange = async () => {
      await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: false });
    };
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_CONSENT_ENDED" });
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "revokedByPsu" });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.revoked"]);
    expect(await harness.revocationsOf(consentId)).toHaveLength(1);
  });

  it("US-37 an erasure meanwhile wins, and the tokens are forgotten", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    harness.gateway.beforeExchange = () => erasePsu(harness.ctx, person.psu.psuId);
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_CONSENT_ENDED" });
    expect(await harness.database.db.selectFrom("consents").select("consentId").where("psuId", "=", person.psu.psuId).execute()).toEqual([]);
    expect(await harness.revocationsOf(consentId)).toHaveLength(1);
  });

  it("OA-60 an answer that comes after the attempt was given up changes nothing", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    harness.gateway.beforeExchange = async () => {
      harness.clock.advance({ minutes: 3 });
      expect(await endLapsedAuthorisations(harness.ctx)).toBe(1);
    };
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_INTERRUPTED" });
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: "ERR_AUTHORISATION_INTERRUPTED" });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.rejected"]);
    expect(await harness.revocationsOf(consentId)).toHaveLength(1);
  });

  it("a grant that is over already is no consent", async () => {
    harness.gateway.grantedDays = 0;
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_GRANT_OVER" });
    expect(await harness.revocationsOf(consentId)).toHaveLength(1);
  });
});
