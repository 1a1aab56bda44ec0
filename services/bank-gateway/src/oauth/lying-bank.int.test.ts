import { randomBytes, randomUUID } from "node:crypto";
import { keptLog } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { startForeignHost } from "../../testing/foreign-host.ts";
import type { ForeignHost } from "../../testing/foreign-host.ts";
import { beginConsent, connect, exchange, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { standardOutcome } from "../../testing/standard-outcome.ts";
import type { Attempt } from "../../testing/standard-outcome.ts";
import { getConsent } from "../db/consent-store.ts";
import { getTokenSet } from "../db/token-store.ts";
import { openTokens } from "../vault/sealed-tokens.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
let outcome: ReturnType<typeof standardOutcome>;
/** Where a header says that its key can be had. */
let foreign: ForeignHost;
const { logger, lines } = keptLog("bank-gateway");
// Each test finds the minute between two loads of the keys gone by.
let minutesGone = 0;
const monotonicMs = (): number => performance.now() + minutesGone * 61_000;

beforeEach(() => {
  minutesGone += 1;
});
beforeAll(async () => {
  sandbox = await startSandbox();
  foreign = await startForeignHost();
  gateway = await startGateway(sandbox, { logger, egress: { limits: { totalTimeoutMs: 3_000 }, probeAfterMs: 0, monotonicMs } });
  await register(gateway);
  outcome = standardOutcome({ gateway, sandbox, lines });
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await foreign?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const refused = (reason: string) => expect.objectContaining({ code: "ERR_AUTHORIZATION_REFUSED", kind: "rejected", details: { reason } });

/** A person who was at the bank and approved, with the answer in the browser. */
async function approved(fault?: { name: string; options: Record<string, unknown> }): Promise<Attempt> {
  const begun = await beginConsent(gateway);
  if (fault !== undefined) await sandbox.fault(fault.name, { for: { authorizationId: begun.aspspConsentId }, options: fault.options });
  const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
  return { begun, returned, since: await sandbox.lastSeq() };
}

/** Names of the sandbox's lies about ID tokens, and the reason each is refused for; undefined where the lie is allowed. */
const idTokenLies: [row: string, lie: string, front: string | undefined, token: string | undefined][] = [
  ["OA-29", "wrong-iss", "iss", "iss"],
  ["OA-29", "no-iss", "iss", "iss"],
  ["OA-30", "wrong-aud", "aud", "aud"],
  ["OA-30", "no-aud", "aud", "aud"],
  ["OA-31", "second-aud", "aud", "aud"],
  ["OA-31", "second-aud-other-azp", "aud", "aud"],
  ["OA-31", "other-azp", "aud", "aud"],
  ["OA-31", "second-aud-azp", undefined, undefined],
  ["OA-32", "aud-as-list", undefined, undefined],
  ["OA-33", "expired", "exp", "exp"],
  ["OA-33", "no-exp", "exp", "exp"],
  ["OA-34", "old-iat", "iat", "iat"],
  ["OA-34", "no-iat", "iat", "iat"],
  ["OA-70", "future-iat", "clock", "clock"],
  ["OA-35", "wrong-nonce", "nonce", "nonce"],
  ["OA-35", "no-nonce", "nonce", undefined],
  ["OA-36", "wrong-s-hash", "s_hash", "s_hash"],
  ["OA-36", "no-s-hash", "s_hash", undefined],
  ["OA-37", "wrong-c-hash", "c_hash", "c_hash"],
  ["OA-37", "no-c-hash", "c_hash", undefined],
  ["OA-38", "wrong-at-hash", "at_hash", "at_hash"],
  ["OA-38", "no-at-hash", undefined, undefined],
  ["rt_hash", "wrong-rt-hash", "rt_hash", "rt_hash"],
  ["rt_hash", "no-rt-hash", undefined, undefined],
  ["OA-39", "alg-none", "malformed", "malformed"],
  ["OA-39", "alg-None", "malformed", "malformed"],
  ["OA-39", "alg-nOnE", "malformed", "malformed"],
  ["OA-41", "hs256", "algorithm", "algorithm"],
  ["OA-41", "hs256-client-id", "algorithm", "algorithm"],
  ["OA-43", "unknown-kid", "unknown-key", "unknown-key"],
  ["OA-43", "no-kid", undefined, undefined],
  ["OA-47", "unknown-crit", "critical-header", "critical-header"],
  ["OA-49", "wrong-authorization", "intent", "intent"],
  ["OA-49", "no-authorization", "intent", "intent"],
  ["acr", "wrong-acr", "acr", "acr"],
  ["acr", "no-acr", "acr", "acr"],
  ["OA-50", "no-sub", "sub", "sub"],
  ["OA-50", "other-sub", "sub", "sub"],
  ["OA-51", "logout-token", "token-kind", "token-kind"],
  ["OA-51", "access-token", "token-kind", "token-kind"],
  ["OA-52", "twice-sub", "malformed", "malformed"],
  ["OA-52", "deep", "malformed", "malformed"],
];

describe("a bank that lies in the front-channel ID token", () => {
  it.each(idTokenLies)("%s %s", async (_row, lie, reason) => {
    // Another person in front is only noticed when the second token speaks of the right one.
    if (lie === "other-sub") reason = "sub";
    const attempt = await approved({ name: `id-token.${lie}`, options: { channel: "front" } });
    const exchanged = exchange(gateway, attempt.begun, attempt.returned);
    if (reason === undefined) {
      await expect(exchanged).resolves.toMatchObject({ scope: ["openid", "accounts"] });
      return;
    }
    await expect(exchanged).rejects.toEqual(refused(`id-token-${reason}`));
    // Before the token call: no token call.
    const late = lie === "other-sub";
    await outcome.refused(attempt, { reason: `id-token-${reason}`, calls: late ? ["T1"] : [], tokensCame: late });
  });

  it("OA-40 signed with an algorithm the bank may use, but not with the key that it names, is refused", async () => {
    const attempt = await approved({ name: "id-token.other-alg", options: { channel: "front" } });
    // ES256 is on this bank's list; the key named by kid is the RSA one, so the two do not fit.
    await expect(exchange(gateway, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-unknown-key"));
    await outcome.refused(attempt, { reason: "id-token-unknown-key", calls: [], tokensCame: false });
  });

  it.each([
    ["front", [], false],
    ["token", ["T1"], true],
  ] as const)("OA-40 signed by the published key with another algorithm than was registered (%s channel) is refused", async (channel, calls, tokensCame) => {
    const attempt = await approved({ name: "id-token.rs512", options: { channel } });
    await expect(exchange(gateway, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-algorithm"));
    await outcome.refused(attempt, { reason: "id-token-algorithm", calls, tokensCame });
  });

  it("OA-45 one response of the bank after the other with an invented kid: the keys are asked for once a minute", async () => {
    const attempts: Attempt[] = [];
    for (let n = 0; n < 6; n += 1) attempts.push(await approved({ name: "id-token.unknown-kid", options: { channel: "front" } }));
    const since = await sandbox.lastSeq();
    for (const attempt of attempts) {
      await expect(exchange(gateway, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-unknown-key"));
      await outcome.refused({ ...attempt, since }, { reason: "id-token-unknown-key", calls: [], tokensCame: false });
    }
    expect((await sandbox.calls({ since, endpoint: "Z2" })).length).toBeLessThanOrEqual(1);
  });

  it(
    "OA-45 a thousand responses in four minutes, each with another kid: the bank is asked for its keys once in each, and believed in none",
    { timeout: 300_000 },
    async () => {
      let minute = 0;
      await using flooded = await gateway.replica({ egress: { probeAfterMs: 0, monotonicMs: () => minute * 60_000 } });
      const at = { as: flooded.as, tokens: gateway.tokens };
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const invented = () =>
        `${part({ alg: "RS256", kid: randomUUID() })}.${part({ iss: sandbox.endpoints.issuer })}.${randomBytes(256).toString("base64url")}`;
      const since = await sandbox.lastSeq();
      const consentIds: string[] = [];
      const oneAfterTheOther = async (count: number) => {
        for (let n = 0; n < count; n += 1) {
          const begun = await beginConsent(at);
          await expect(exchange(at, begun, { code: randomUUID(), id_token: invented() })).rejects.toEqual(refused("id-token-unknown-key"));
          consentIds.push(begun.consentId);
        }
      };
      for (minute = 1; minute <= 4; minute += 1) {
        await Promise.all(Array.from({ length: 10 }, () => oneAfterTheOther(25)));
        expect(await sandbox.calls({ since, endpoint: "Z2" })).toHaveLength(minute);
      }
      expect(consentIds).toHaveLength(1_000);
      // No code was sent, and nothing is kept but a thousand failed attempts.
      expect((await sandbox.calls({ since, endpoint: "T1" })).filter(({ grant }) => grant !== "client_credentials")).toEqual([]);
      const { db } = gateway.database.database;
      const kept = await db.selectFrom("bankConsents").select("status").where("consentId", "in", consentIds).execute();
      expect(kept.map(({ status }) => status)).toEqual(consentIds.map(() => "failed"));
      expect(await db.selectFrom("tokenSets").select("consentId").where("consentId", "in", consentIds).execute()).toEqual([]);
    },
  );

  it("OA-52 a megabyte of ID token never gets as far as a parser", async () => {
    const begun = await beginConsent(gateway);
    await expect(exchange(gateway, begun, { code: "abc" }, { idToken: "a".repeat(16_385) })).rejects.toMatchObject({ kind: "invalid" });
  });
});

describe("a bank that lies in the second ID token", () => {
  it.each(idTokenLies)("%s %s", async (_row, lie, _front, reason) => {
    const attempt = await approved({ name: `id-token.${lie}`, options: { channel: "token" } });
    const exchanged = exchange(gateway, attempt.begun, attempt.returned);
    if (reason === undefined) {
      await expect(exchanged).resolves.toMatchObject({ scope: ["openid", "accounts"] });
      return;
    }
    await expect(exchanged).rejects.toEqual(refused(`id-token-${reason}`));
    await outcome.refused(attempt, { reason: `id-token-${reason}`, calls: ["T1"], tokensCame: true });
  });
});

describe("sizes, clocks and keys of a bank", () => {
  it.each([
    ["a megabyte", "id-token.huge", { length: 1_048_576 }],
    ["ten thousand arrays within each other", "id-token.deep", { arrays: 10_000 }],
  ])("OA-52 %s in the ID token beside the tokens is refused by its size, before it is read", async (_what, name, options) => {
    const attempt = await approved({ name, options: { ...options, channel: "token" } });
    await expect(exchange(gateway, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-too-large"));
    await outcome.refused(attempt, { reason: "id-token-too-large", calls: ["T1"], tokensCame: true });
  });

  it.each([
    ["front", "RS256", []],
    ["front", "ES256", ["id-token.es256"]],
    ["token", "RS256", []],
    ["token", "ES256", ["id-token.es256"]],
  ] as const)("OA-42 in the %s channel, signed by %s: believed, and refused once the signature is broken", async (channel, algorithm, switches) => {
    const signed = async (faults: readonly string[]): Promise<Attempt> => {
      for (const fault of faults) await sandbox.fault(fault, { options: { channel } });
      const attempt = await approved();
      const [header = ""] = (attempt.returned["id_token"] ?? "").split(".");
      expect(JSON.parse(Buffer.from(header, "base64url").toString())).toMatchObject({ alg: channel === "front" ? algorithm : "RS256" });
      return attempt;
    };
    const whole = await signed(switches);
    await expect(exchange(gateway, whole.begun, whole.returned)).resolves.toMatchObject({ scope: ["openid", "accounts"] });
    await sandbox.calm();
    const broken = await signed([...switches, "id-token.broken-signature"]);
    await expect(exchange(gateway, broken.begun, broken.returned)).rejects.toEqual(refused("id-token-signature"));
    const tokensCame = channel === "token";
    await outcome.refused(broken, { reason: "id-token-signature", calls: tokensCame ? ["T1"] : [], tokensCame });
  });

  it.each([
    ["front", [], false],
    ["token", ["T1"], true],
  ] as const)(
    "OA-46 signed by the very key that the header brings along (%s channel): not believed, and not asked for where the header says",
    async (channel, calls, tokensCame) => {
      const attempt = await approved({ name: "id-token.own-key-in-header", options: { channel, at: foreign.origin } });
      await expect(exchange(gateway, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-signature"));
      await outcome.refused(attempt, { reason: "id-token-signature", calls, tokensCame });
      expect(foreign.connections()).toBe(0);
    },
  );

  it.each(
    (["front", "token"] as const).flatMap((channel) =>
      (
        [
          [0, "believed"],
          [120, "believed"],
          [121, "refused"],
          [300, "refused"],
          [301, "refused"],
        ] as const
      ).map(([secondsPast, judged]) => [channel, secondsPast, judged] as const),
    ),
  )("OA-33 an ID token (%s channel) whose end is %i seconds past is %s", async (channel, secondsPast, judged) => {
    // A clock that stands still shows the second itself.
    const now = Temporal.Now.instant();
    await using replica = await gateway.replica({ clock: { now: () => now } });
    const exp = Math.floor(now.epochMilliseconds / 1000) - secondsPast;
    const attempt = await approved({ name: "id-token.claims", options: { channel, set: { iat: exp - 200, exp } } });
    const exchanged = exchange(replica, attempt.begun, attempt.returned);
    if (judged === "believed") {
      await expect(exchanged).resolves.toMatchObject({ scope: ["openid", "accounts"] });
      return;
    }
    await expect(exchanged).rejects.toEqual(refused("id-token-exp"));
    const tokensCame = channel === "token";
    await outcome.refused(attempt, { reason: "id-token-exp", calls: tokensCame ? ["T1"] : [], tokensCame });
  });

  it("OA-70 a bank whose clock is ten seconds ahead is believed", async () => {
    await sandbox.fault("bank.clock", { options: { offsetSeconds: 10 } });
    const { begun, returned } = await approved();
    await expect(exchange(gateway, begun, returned)).resolves.toMatchObject({ scope: ["openid", "accounts"] });
  });

  it("OA-70 a bank whose clock is more than a minute ahead is refused, and the log says that it is the clock", async () => {
    await sandbox.fault("bank.clock", { options: { offsetSeconds: 90 } });
    const attempt = await approved();
    await expect(exchange(gateway, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-clock"));
    await outcome.refused(attempt, { reason: "id-token-clock", calls: [], tokensCame: false });
  });
});

describe("the border of what a clock may be ahead", () => {
  it.each([
    ["front", [], false],
    ["token", ["T1"], true],
  ] as const)("OA-70 issued sixty seconds from now (%s channel) is believed, sixty-one is not", async (channel, calls, tokensCame) => {
    // A clock that stands still shows the second itself.
    const now = Temporal.Now.instant();
    await using replica = await gateway.replica({ clock: { now: () => now } });
    const issued = (ahead: number) => {
      const iat = Math.floor(now.epochMilliseconds / 1000) + ahead;
      return approved({ name: "id-token.claims", options: { channel, set: { iat, exp: iat + 600 } } });
    };
    const [within, beyond] = [await issued(60), await issued(61)];
    await expect(exchange(replica, within.begun, within.returned)).resolves.toMatchObject({ scope: ["openid", "accounts"] });
    await expect(exchange(replica, beyond.begun, beyond.returned)).rejects.toEqual(refused("id-token-clock"));
    await outcome.refused(beyond, { reason: "id-token-clock", calls, tokensCame });
  });
});

describe("what comes back with the browser", () => {
  const cases: [title: string, change: (returned: Record<string, string>) => Record<string, unknown>, reason: string][] = [
    ["OA-08 another state", () => ({ state: "x".repeat(32) }), "state"],
    ["another nonce than we signed", () => ({ nonce: "x".repeat(32) }), "nonce"],
    ["another redirect address", () => ({ redirectUri: "http://localhost:9/callback/other" }), "redirect-uri"],
    ["OA-13 another issuer", () => ({ issuer: "https://authorize.evil.example" }), "issuer"],
    ["OA-20 control characters in the code", () => ({ code: "abc\u0000\n" }), "code"],
    ["no ID token in front", () => ({ idToken: null }), "id-token-missing"],
    ["a code that does not belong to the ID token", () => ({ code: "another-code" }), "id-token-c_hash"],
    ["another bank", () => ({ aspspId: "other-bank" }), "aspsp"],
  ];
  it.each(cases)("%s ends the attempt without a token call", async (_title, change, reason) => {
    const attempt = await approved();
    const { begun, returned } = attempt;
    await expect(exchange(gateway, begun, returned, change({ ...returned }))).rejects.toEqual(refused(reason));
    await outcome.refused(attempt, { reason, calls: [], tokensCame: false });
  });

  it("OA-10 twenty exchanges at once make one token call", async () => {
    const begun = await beginConsent(gateway);
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    const since = await sandbox.lastSeq();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => exchange(gateway, begun, returned)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await sandbox.calls({ since, endpoint: "T1" })).filter(({ grant }) => grant === "authorization_code")).toHaveLength(1);
  });

  it("OA-09 another person cannot finish what somebody began", async () => {
    const begun = await beginConsent(gateway);
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    const stranger = { ...begun, psu: await gateway.tokens.psu(crypto.randomUUID()) };
    await expect(exchange(gateway, stranger, returned)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    await expect(exchange(gateway, begun, returned)).resolves.toMatchObject({ scope: ["openid", "accounts"] });
  });
});

describe("answers of the token endpoint", () => {
  const cases: [title: string, fault: string, options: Record<string, unknown>, result: { code: string; reason: string } | "accepted", tokensCame?: boolean][] =
    [
      ["OA-53 token type in odd letters", "token.set", { name: "token_type", value: "bEaReR" }, "accepted"],
      ["OA-53 token type of the gateway", "token.set", { name: "token_type", value: "BearerToken" }, "accepted"],
      ["OA-53 unknown token type", "token.set", { name: "token_type", value: "mac" }, { code: "ERR_AUTHORIZATION_REFUSED", reason: "token-type" }, true],
      ["OA-53 no token type", "token.drop", { name: "token_type" }, { code: "ERR_AUTHORIZATION_REFUSED", reason: "token-type" }, true],
      [
        "OA-54 scope wider than asked",
        "token.set",
        { name: "scope", value: "openid accounts payments" },
        { code: "ERR_AUTHORIZATION_REFUSED", reason: "scope" },
        true,
      ],
      ["OA-54 no scope", "token.drop", { name: "scope" }, "accepted"],
      ["OA-56 error inside success", "token.error-in-success", {}, { code: "ERR_AUTHORIZATION_REFUSED", reason: "token-endpoint-invalid_grant" }],
      [
        "OA-56 an error beside tokens",
        "token.set",
        { name: "error", value: "invalid_grant" },
        { code: "ERR_AUTHORIZATION_REFUSED", reason: "error-beside-tokens" },
        true,
      ],
      [
        "OA-52 an access token without end",
        "token.set",
        { name: "access_token", value: "a".repeat(8_193) },
        { code: "ERR_ASPSP_PROTOCOL", reason: "invalid_response" },
      ],
      ["OA-56 no access token", "token.drop", { name: "access_token" }, { code: "ERR_ASPSP_PROTOCOL", reason: "invalid_response" }],
      ["no ID token", "token.drop", { name: "id_token" }, { code: "ERR_AUTHORIZATION_REFUSED", reason: "id-token-missing" }, true],
      ["OA-56 a page for people", "network.html-page", {}, { code: "ERR_ASPSP_PROTOCOL", reason: "content-type" }],
      ["OA-56 a page that calls itself JSON", "network.html-page", { keepContentType: true }, { code: "ERR_ASPSP_PROTOCOL", reason: "syntax" }],
      [
        "OA-56 tokens that call themselves text",
        "network.headers",
        { set: { "content-type": "text/plain; charset=utf-8" } },
        { code: "ERR_ASPSP_PROTOCOL", reason: "content-type" },
      ],
      ["OA-57 redirected", "network.redirect", { to: "https://evil.example/token", status: 307 }, { code: "ERR_ASPSP_PROTOCOL", reason: "redirect" }],
      ["OA-59 code refused", "token.refused", { error: "invalid_grant" }, { code: "ERR_AUTHORIZATION_REFUSED", reason: "token-endpoint-invalid_grant" }],
      [
        "OA-59 code refused in the words of the gateway",
        "token.refused",
        { form: "gateway", error: "invalid_request" },
        { code: "ERR_AUTHORIZATION_REFUSED", reason: "token-endpoint-invalid_request" },
      ],
      ["OA-60 no answer after the code", "network.reset", {}, { code: "ERR_ASPSP_UNAVAILABLE", reason: "connection" }],
      ["OA-60 silence after the code", "network.hang", {}, { code: "ERR_ASPSP_UNAVAILABLE", reason: "timeout" }],
      [
        "duplicate members",
        "body.replace",
        { text: '{"access_token":"a","access_token":"b","token_type":"Bearer"}' },
        { code: "ERR_ASPSP_PROTOCOL", reason: "duplicate-member" },
      ],
    ];
  it.each(cases)("%s", async (_title, fault, options, result, tokensCame = false) => {
    const attempt = await approved();
    await sandbox.fault(fault, { for: { endpoint: "T1" }, options });
    const exchanged = exchange(gateway, attempt.begun, attempt.returned);
    if (result === "accepted") {
      await expect(exchanged).resolves.toMatchObject({ scope: ["openid", "accounts"] });
      return;
    }
    await expect(exchanged).rejects.toMatchObject({ code: result.code, details: { reason: result.reason } });
    // One token call, never a second one with the same code, and nothing read.
    expect((await sandbox.calls({ since: attempt.since, endpoint: "T1" })).map(({ grant }) => grant)).toEqual(["authorization_code"]);
    await sandbox.calm();
    await outcome.refused(attempt, { reason: result.reason, calls: ["T1"], tokensCame });
  });

  it("OA-56 our own token beside an error: nothing is asked with it", async () => {
    await sandbox.fault("token.set", { for: { endpoint: "T1" }, options: { name: "error", value: "server_error" } });
    await using replica = await gateway.replica();
    const since = await sandbox.lastSeq();
    await expect(beginConsent({ ...gateway, as: replica.as })).rejects.toMatchObject({
      code: "ERR_ASPSP_PROTOCOL",
      details: { reason: "error-beside-tokens" },
    });
    // Beside it the other replica may be telling the bank of attempts that ended before (A3).
    expect((await sandbox.calls({ since })).map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== "A3")).toEqual(["T1"]);
  });

  it.each<[title: string, fault: string, options: Record<string, unknown>, keptSeconds: number, logged: unknown]>([
    ["none", "token.drop", { name: "expires_in" }, 300, undefined],
    ["negative", "token.set", { name: "expires_in", value: -5 }, 300, -5],
    ["words", "token.set", { name: "expires_in", value: "soon" }, 300, "unreadable"],
    ["endless", "token.set", { name: "expires_in", value: 1_000_000_000_000 }, 86_400, 1_000_000_000_000],
    ["a number as text", "token.set", { name: "expires_in", value: "3599" }, 3_599, undefined],
  ])(
    "OA-55 a lifetime that is %s: bounded, and logged where the bank said what no bank may, without a secret",
    async (_title, fault, options, keptSeconds, logged) => {
      const attempt = await approved();
      const { consentId } = attempt.begun;
      await sandbox.fault(fault, { for: { endpoint: "T1" }, options });
      const { authorisedAt } = await exchange(gateway, attempt.begun, attempt.returned);
      const { db, vault } = gateway.app.context;
      const [consent, stored] = [await getConsent(db, consentId, "unattended"), await getTokenSet(db, consentId)];
      if (consent === undefined || stored === undefined) throw new TypeError("Nothing was kept.");
      // Counted from when the answer was read, a moment before it was kept.
      const lives = stored.accessExpiresAt.since(authorisedAt).total("seconds");
      expect(Math.ceil(lives / 60)).toBe(Math.ceil(keptSeconds / 60));
      const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line["consentId"] === consentId && "toldSeconds" in line);
      expect(told.map(({ level, toldSeconds, keptSeconds: kept }) => ({ level, toldSeconds, kept }))).toEqual(
        logged === undefined ? [] : [{ level: "warn", toldSeconds: logged, kept: keptSeconds }],
      );
      const { accessToken, refreshToken = accessToken } = await openTokens(vault, consent, stored);
      for (const secret of [accessToken, refreshToken, attempt.returned["code"] ?? accessToken, attempt.begun.state])
        expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    },
  );

  it("OA-71 a token endpoint that shows a wrong certificate gets nothing", async () => {
    for (const kind of ["expired", "wrong-host", "unknown-authority", "self-signed", "revoked", "old-tls"]) {
      await sandbox.fault("bank.tls-certificate", { options: { kind } });
      const replica = await gateway.replica({ env: { OPL_CRL_URLS: sandbox.endpoints.crlUrl } });
      const since = await sandbox.lastSeq();
      await expect(beginConsent({ ...gateway, as: replica.as })).rejects.toMatchObject({
        code: "ERR_ASPSP_UNAVAILABLE",
        details: { reason: kind === "revoked" ? "certificate-revoked" : "tls" },
      });
      expect(await sandbox.calls({ since })).toEqual([]);
      await replica[Symbol.asyncDispose]();
      await sandbox.calm();
    }
  });

  it.each(["expired", "wrong-host", "unknown-authority", "self-signed", "revoked", "old-tls"])(
    "OA-71 a code in hand, and a certificate that is %s: it stays here, the attempt is over",
    async (kind) => {
      const attempt = await approved();
      await sandbox.fault("bank.tls-certificate", { options: { kind } });
      const replica = await gateway.replica({ env: { OPL_CRL_URLS: sandbox.endpoints.crlUrl } });
      const reason = kind === "revoked" ? "certificate-revoked" : "tls";
      await expect(exchange(replica, attempt.begun, attempt.returned)).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason } });
      // What it had begun is over once it is gone.
      await replica[Symbol.asyncDispose]();
      await sandbox.calm();
      await outcome.refused(attempt, { reason, calls: [], tokensCame: false });
      expect(await sandbox.calls({ since: attempt.since, endpoint: "T1" })).toEqual([]);
    },
  );
});

describe("after it all", () => {
  /** The gateway has the bank's keys, from more than a minute ago. */
  async function keysAtHand(): Promise<void> {
    await connect(gateway);
    minutesGone += 1;
  }
  const keyLoads = async ({ since }: Pick<Attempt, "since">) => (await sandbox.calls({ since, endpoint: "Z2" })).length;

  it("OA-44 a key that was rotated just before signing is accepted after one reload", async () => {
    await keysAtHand();
    const begun = await beginConsent(gateway);
    await sandbox.fault("bank.rotate-id-token-key");
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, begun, returned)).resolves.toMatchObject({ scope: ["openid", "accounts"] });
    expect(await keyLoads({ since })).toBe(1);
  });

  it("OA-43 a token that names a key nobody has: the keys are asked for once more, then it is refused", async () => {
    await keysAtHand();
    const attempt = await approved({ name: "id-token.unknown-kid", options: { channel: "front" } });
    await expect(exchange(gateway, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-unknown-key"));
    await outcome.refused(attempt, { reason: "id-token-unknown-key", calls: [], tokensCame: false });
    expect(await keyLoads(attempt)).toBe(1);
  });

  it("OA-43 a token that names no key, where the bank has several that fit, is refused", async () => {
    // Whatever was published before stays so.
    await sandbox.fault("bank.rotate-id-token-key");
    const attempt = await approved({ name: "id-token.no-kid", options: { channel: "front" } });
    await using fresh = await gateway.replica();
    await expect(exchange(fresh, attempt.begun, attempt.returned)).rejects.toEqual(refused("id-token-ambiguous-key"));
    await outcome.refused(attempt, { reason: "id-token-ambiguous-key", calls: [], tokensCame: false });
    // The first load of a fresh process: more of them would not tell which is meant.
    expect(await keyLoads(attempt)).toBe(1);
  });

  it("the honest way still works", async () => {
    await expect(connect(gateway)).resolves.toMatchObject({ granted: { scope: ["openid", "accounts"] } });
  });

  it("OA-08 OA-13 OA-20 OA-29 to OA-31 OA-33 to OA-43 OA-46 OA-47 OA-49 to OA-54 OA-56 OA-57 OA-59 OA-60 OA-70 OA-71: the bank heard nothing more of a refused attempt for two seconds, and was asked once to withdraw each token that came", async () => {
    await outcome.silence();
    expect(foreign.connections()).toBe(0);
  });
});
