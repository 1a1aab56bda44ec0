import { randomUUID } from "node:crypto";
import { bankGatewayRoutes } from "@opl/contracts/http/bank-gateway";
import { createClient } from "@opl/service";
import { eventually, keptLog } from "@opl/testkit";
import { setTimeout as delay } from "node:timers/promises";
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
import { silenceSince, standardOutcome } from "../../testing/standard-outcome.ts";
import { redirectUri } from "../../testing/terms.ts";
import { forgetOldReads } from "../usecases/forget-old-reads.ts";
import { refreshLapsing } from "../usecases/refresh-lapsing.ts";
import { retryRevocations } from "../usecases/retry-revocations.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
let outcome: ReturnType<typeof standardOutcome>;
/** Where a bank would send us. */
let foreign: ForeignHost;
const { logger, lines: log } = keptLog("bank-gateway");
const fapi1 = "fapi1-sandbox";
const fapi2 = "fapi2-sandbox";
const decoupled = "decoupled-sandbox";
const customerOf: Readonly<Record<string, string>> = { [fapi1]: "77777771", [fapi2]: "66666661", [decoupled]: "55555551" };
// Each test finds the minute between two loads of the keys gone by, and the metadata old.
let minutesGone = 0;
let seenLines = 0;
const monotonicMs = (): number => performance.now() + minutesGone * 660_000;

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_FAPI_POLL_SECONDS: "1" });
  foreign = await startForeignHost();
  gateway = await startGateway(sandbox, { everyBank: true, logger, egress: { probeAfterMs: 0, monotonicMs } });
  outcome = standardOutcome({ gateway, sandbox, lines: log, withdrawal: (aspspId) => `${aspspId.replace("-sandbox", "")}-A3` });
  await requestPair(gateway);
  for (const aspspId of [fapi1, fapi2, decoupled]) await saga(gateway, aspspId).whole();
});
beforeEach(async () => {
  // What a bank would not be told by an attempt before is tried again after a minute, and would be taken for calls of this one.
  await gateway.database.database.db.deleteFrom("revocationsDue").where("attempts", ">", 0).execute();
  minutesGone += 1;
  seenLines = log.length;
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await foreign?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const inspector = () => createClient(bankGatewayRoutes, { baseUrl: gateway.app.address, audience: "bank-gateway", tokens: gateway.tokens.operator("alice") });
const begin = (aspspId: string, at: Pick<TestGateway, "as" | "tokens"> = gateway) => beginConsent(at, { aspspId, loginHint: customerOf[aspspId] ?? "" });
const visit = ({ aspspId, redirectUrl }: BegunConsent) => visitBank(redirectUrl, { psuId: customerOf[aspspId] ?? "" });

async function storedOf({ consentId, psu }: BegunConsent) {
  const { db } = gateway.database.database;
  const { status } = await db.selectFrom("bankConsents").select("status").where("consentId", "=", consentId).executeTakeFirstOrThrow();
  const tokens = await db.selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute();
  const open = await db.selectFrom("openAuthorizations").select("consentId").where("consentId", "=", consentId).execute();
  const archived = await db.selectFrom("rawMessages").select("operation").where("psuId", "=", psu.psuId).execute();
  const facts = await db.selectFrom("outbox").select("eventType").where("aggregateId", "=", consentId).execute();
  return { status, tokenSets: tokens.length, open: open.length, archived: archived.map(({ operation }) => operation), facts };
}
/** The failed attempt, and the bank's answer to its creation. */
const nothingStored = { status: "failed", tokenSets: 0, open: 0, archived: ["consents.create"], facts: [] };

/** Everything that an attempt could leave behind, but the bank's answer to the creation of its consent. */
async function stored() {
  const { db } = gateway.database.database;
  return [
    await db.selectFrom("bankConsents").select(["consentId", "status"]).orderBy("consentId").execute(),
    await db.selectFrom("openAuthorizations").select("consentId").orderBy("consentId").execute(),
    await db.selectFrom("tokenSets").select(["consentId", "version"]).orderBy("consentId").execute(),
    await db.selectFrom("rawMessages").select("operation").where("operation", "!=", "consents.create").execute(),
    await db.selectFrom("outbox").select("eventType").execute(),
  ];
}

const refused = (reason: string) => expect.objectContaining({ code: "ERR_AUTHORIZATION_REFUSED", details: expect.objectContaining({ reason }) });

/** What reached one bank after a point in time. Keys aside, which are public, and withdrawals, which may be of attempts before: `silence` counts those. */
async function callsAt(aspspId: string, since: number): Promise<string[]> {
  return (await everyCallAt(aspspId, since)).filter((endpoint) => !endpoint.endsWith("-A3"));
}

async function everyCallAt(aspspId: string, since: number): Promise<string[]> {
  const prefix = `${aspspId.replace("-sandbox", "")}-`;
  return (await sandbox.calls({ since })).map(({ endpoint }) => endpoint).filter((endpoint) => endpoint.startsWith(prefix) && !endpoint.endsWith("-F7"));
}

/** The lines somebody who watches would see. */
const securityEvents = () =>
  log
    .slice(seenLines)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ securityEvent }) => securityEvent !== undefined);

describe("honest banks", () => {
  it.each([fapi1, fapi2])("%s: a pushed and signed request, a return that is checked, a bound token that reads", async (aspspId) => {
    const begun = await begin(aspspId);
    // Nothing of the request travels through the browser.
    expect([...new URL(begun.redirectUrl).searchParams.keys()].toSorted()).toEqual(["client_id", "request_uri"]);
    const returned = await visit(begun);
    expect(Object.keys(returned).toSorted()).toEqual(aspspId === fapi1 ? ["response"] : ["code", "iss", "state"]);
    await expect(exchange(gateway, begun, returned)).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } });
    expect(accounts.length).toBeGreaterThan(0);
    expect(await storedOf(begun)).toMatchObject({ status: "authorised", tokenSets: 1, open: 0 });
  });

  it("fapi2 with certificate-bound tokens and signed answers", async () => {
    await using other = await startGateway(sandbox, { everyBank: true, env: { FAPI_SANDBOX_BINDING: "certificate", FAPI_SANDBOX_ANSWERS: "signed" } });
    await requestPair(other);
    await saga(other, fapi2).whole();
    const begun = await begin(fapi2, other);
    const returned = await visit(begun);
    expect(Object.keys(returned)).toEqual(["response"]);
    await expect(exchange(other, begun, returned)).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    await expect(other.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } })).resolves.toMatchObject({ accounts: expect.any(Array) });
  });

  it("OA-74 decoupled: the bank asks in its app, is asked once per interval, and the outcome is told again", async () => {
    const begun = await begin(decoupled);
    const poll = () => gateway.as.consent.pollAuthorization({ params: { consentId: begun.consentId }, body: { aspspId: decoupled } });
    const since = await sandbox.lastSeq();
    await Promise.all([poll(), poll(), poll()]);
    expect((await callsAt(decoupled, since)).filter((endpoint) => endpoint === "decoupled-F5").length).toBeLessThanOrEqual(1);
    await sandbox.admin("POST", "/fapi/decoupled/approvals", { authorizationId: begun.aspspConsentId, decision: "approve" });
    const outcome = await until(poll);
    expect(outcome).toMatchObject({ status: "authorised", scope: expect.arrayContaining(["accounts"]) });
    expect(await poll()).toMatchObject({ status: "authorised" });
    expect(await storedOf(begun)).toMatchObject({ status: "authorised", tokenSets: 1, open: 0 });
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } });
    expect(accounts.length).toBeGreaterThan(0);
  });
});

/** Asks until there is an outcome: the bank's interval is a second. */
async function until(poll: () => Promise<{ status: string }>): Promise<unknown> {
  for (let asked = 0; asked < 40; asked += 1) {
    const polled = await poll();
    if (polled.status !== "pending") return polled;
    await delay(250);
  }
  throw new Error("no outcome");
}

describe("a server that describes itself wrongly", () => {
  const lies: [row: string, aspspId: string, fault: string, options: Record<string, unknown>, reason: string][] = [
    ...["other", "trailing-slash", "case", "port", "path"].map((as): [string, string, string, Record<string, unknown>, string] => [
      "OA-01",
      fapi2,
      "discovery.issuer",
      { as },
      "issuer",
    ]),
    ["OA-03", fapi2, "discovery.endpoint", { name: "token_endpoint", as: "foreign" }, "endpoint-address"],
    ["OA-03", fapi2, "discovery.endpoint", { name: "jwks_uri", as: "private" }, "endpoint-address"],
    ["OA-03", fapi1, "discovery.endpoint", { name: "pushed_authorization_request_endpoint", as: "http" }, "endpoint-address"],
    ["OA-03", decoupled, "discovery.endpoint", { name: "backchannel_authentication_endpoint", as: "foreign" }, "endpoint-address"],
    ["OA-04", fapi2, "discovery.moved", { name: "token_endpoint" }, "changed"],
    ["OA-04", fapi1, "discovery.moved", { name: "jwks_uri" }, "changed"],
    ["OA-04", fapi1, "discovery.algorithms", { algorithms: ["PS256"] }, "changed"],
    ["OA-05", fapi1, "discovery.algorithms", { algorithms: ["RS256"] }, "algorithms"],
    ["OA-05", fapi2, "discovery.drop", { what: "pkce" }, "pkce"],
    ["OA-05", fapi1, "discovery.drop", { what: "par" }, "endpoint-missing"],
    ["OA-05", fapi2, "discovery.drop", { what: "iss" }, "issuer-in-response"],
    ["OA-06", fapi2, "discovery.aliases", { as: "foreign" }, "certificate-address"],
  ];
  it.each(lies)("%s %s %s %o", (_row, ...lie) => quarantined(...lie));

  it.each([301, 302, 303, 307, 308])("OA-02 %i to a host that would answer, and to the issuer's own description: not followed", async (status) => {
    await quarantined(fapi1, "network.redirect", { to: `${foreign.origin}/metadata`, status }, "redirect");
    const itself = `${sandbox.endpoints.fapi.fapi1.issuer}/.well-known/openid-configuration`;
    await quarantined(fapi1, "network.redirect", { to: itself, status }, "redirect");
    expect(foreign.connections()).toBe(0);
  });

  /** What such a description leads to, until an operator has looked. */
  async function quarantined(aspspId: string, fault: string, options: Record<string, unknown>, reason: string): Promise<void> {
    seenLines = log.length;
    minutesGone += 1;
    await sandbox.fault(fault, { for: { endpoint: `${aspspId.replace("-sandbox", "")}-F6` }, options });
    const before = await stored();
    const since = await sandbox.lastSeq();
    await expect(begin(aspspId)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED", details: { reason } });
    // Its description was read; nothing else was asked of it, and nothing is stored.
    expect(await callsAt(aspspId, since)).toEqual([`${aspspId.replace("-sandbox", "")}-F6`]);
    expect(await stored()).toEqual(before);
    expect(securityEvents()).toEqual([expect.objectContaining({ securityEvent: "authorization-server-quarantined", reason, aspspId })]);
    // It stays so when the bank says the right thing again, until an operator has looked.
    await sandbox.calm();
    await expect(begin(aspspId)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED" });
    // A process that has heard nothing of it yet knows it too.
    await using other = await gateway.replica();
    await expect(begin(aspspId, { as: other.as, tokens: gateway.tokens })).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED" });
    await approve(aspspId);
    await expect(begin(aspspId)).resolves.toMatchObject({ aspspConsentId: expect.any(String) });
  }

  async function approve(aspspId: string) {
    const asked = { params: { aspspId } };
    const { quarantine, accepted } = await inspector().readAuthorizationServer(asked);
    expect(quarantine).not.toBeNull();
    return inspector().approveAuthorizationServer({ ...asked, body: { fingerprint: accepted?.fingerprint ?? "", reason: quarantine?.reason } });
  }

  it("OA-71 an issuer whose certificate was revoked is asked nothing, not even what it says of itself", async () => {
    await sandbox.fault("bank.tls-certificate", { options: { kind: "revoked" } });
    await using replica = await gateway.replica({ env: { OPL_CRL_URLS: sandbox.endpoints.crlUrl } });
    const since = await sandbox.lastSeq();
    await expect(begin(fapi2, { as: replica.as, tokens: gateway.tokens })).rejects.toMatchObject({
      code: "ERR_ASPSP_UNAVAILABLE",
      details: { reason: "certificate-revoked" },
    });
    expect(await sandbox.calls({ since })).toEqual([]);
    await sandbox.calm();
    await expect(begin(fapi2, { as: replica.as, tokens: gateway.tokens })).resolves.toMatchObject({ aspspConsentId: expect.any(String) });
  });

  it("OA-04 an operator approves what changed, by the name of what was looked at; then that is what we go by", async () => {
    await sandbox.fault("discovery.algorithms", { for: { endpoint: "fapi1-F6" }, options: { algorithms: ["PS256"] } });
    await expect(begin(fapi1)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED" });
    const asked = { params: { aspspId: fapi1 } };
    const { quarantine, accepted } = await inspector().getAuthorizationServer(asked);
    expect(quarantine).toMatchObject({ reason: "changed", changed: ["id_token_signing_alg_values_supported"] });
    await expect(inspector().approveAuthorizationServer({ ...asked, body: { fingerprint: accepted?.fingerprint ?? "" } })).rejects.toMatchObject({
      code: "ERR_AUTHORIZATION_SERVER_MOVED",
    });
    const approved = await inspector().approveAuthorizationServer({ ...asked, body: { fingerprint: quarantine?.offered?.fingerprint ?? "" } });
    expect(approved).toMatchObject({ quarantine: null, accepted: { acceptedBy: "alice", metadata: { id_token_signing_alg_values_supported: ["PS256"] } } });
    await expect(begin(fapi1)).resolves.toMatchObject({ aspspConsentId: expect.any(String) });
    // Back to where it was: that is a change like any other.
    await sandbox.calm();
    minutesGone += 1;
    await expect(begin(fapi1)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED", details: { reason: "changed" } });
    const again = await inspector().getAuthorizationServer(asked);
    await inspector().approveAuthorizationServer({ ...asked, body: { fingerprint: again.quarantine?.offered?.fingerprint ?? "" } });
  });

  it("OA-04 what can be approved is what the bank says at the last look, for the same reason as before too", async () => {
    const asked = { params: { aspspId: fapi1 } };
    await sandbox.fault("discovery.algorithms", { for: { endpoint: "fapi1-F6" }, options: { algorithms: ["PS256"] } });
    const first = await inspector().readAuthorizationServer(asked);
    expect((await gateway.as.bff.listQuarantines()).authorizationServers).toEqual([first]);
    await sandbox.calm();
    await sandbox.fault("discovery.moved", { for: { endpoint: "fapi1-F6" }, options: { name: "jwks_uri" } });
    await expect(
      inspector().approveAuthorizationServer({ ...asked, body: { fingerprint: first.quarantine?.offered?.fingerprint ?? "" } }),
    ).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_SERVER_MOVED" });
    const second = await inspector().readAuthorizationServer(asked);
    expect(second.quarantine).toMatchObject({ since: first.quarantine?.since, reason: "changed", changed: ["jwks_uri"] });
    await sandbox.calm();
    const third = await inspector().readAuthorizationServer(asked);
    expect(third.quarantine).toMatchObject({ reason: "changed", changed: [], offered: null });

    // In the browser: bff says who is there, and nobody else may.
    const psu = await gateway.tokens.psu(randomUUID());
    const approval = { ...asked, body: { fingerprint: third.accepted?.fingerprint ?? "" } };
    await expect(gateway.as.bff.approveAuthorizationServer(approval)).rejects.toMatchObject({ code: "ERR_OPERATOR_UNNAMED" });
    await expect(gateway.as.ingest.approveAuthorizationServer({ ...approval, psu })).rejects.toMatchObject({ kind: "forbidden" });
    expect(await gateway.as.bff.approveAuthorizationServer({ ...approval, psu })).toMatchObject({ quarantine: null, accepted: { acceptedBy: psu.psuId } });
    expect((await gateway.as.bff.listQuarantines()).authorizationServers).toEqual([]);
  });

  it("OA-61 a bank that takes requests without PKCE goes into quarantine, and it is recorded", async () => {
    const asked = { params: { aspspId: fapi2 } };
    const nothing = await stored();
    await sandbox.fault("token.no-pkce", { for: { endpoint: "fapi2-F8" } });
    const since = await sandbox.lastSeq();
    await expect(inspector().probeAuthorizationServer(asked)).rejects.toMatchObject({
      code: "ERR_ASPSP_REJECTED",
      details: { reason: "pkce-not-enforced" },
    });
    // A consent of our own, the complete request, the incomplete one, and the consent is withdrawn.
    expect((await callsAt(fapi2, since)).filter((endpoint) => endpoint === "fapi2-F8")).toHaveLength(2);
    expect((await everyCallAt(fapi2, since)).at(-1)).toBe("fapi2-A3");
    expect(await stored()).toEqual(nothing);
    expect(securityEvents()).toEqual([
      expect.objectContaining({ securityEvent: "authorization-server-quarantined", reason: "pkce-not-enforced", aspspId: fapi2 }),
    ]);
    await sandbox.calm();
    await expect(begin(fapi2)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED", details: { reason: "pkce-not-enforced" } });
    expect(await approve(fapi2)).toMatchObject({ pkce: { enforced: false }, quarantine: null });
  });

  it.each([
    ["OA-04", "discovery.moved", { name: "jwks_uri" }, "jwks_uri"],
    ["OA-05", "discovery.drop", { what: "iss" }, "authorization_response_iss_parameter_supported"],
  ])(
    "%s OA-61 once a bank took requests without PKCE, %s %o neither takes that finding's place nor lets it be approved away",
    async (_row, fault, options, field) => {
      const asked = { params: { aspspId: fapi2 } };
      const read = async () => (await inspector().readAuthorizationServer(asked)).quarantine;
      const approval = async (reason?: string) => {
        const { quarantine, accepted } = await inspector().getAuthorizationServer(asked);
        const fingerprint = (quarantine?.offered ?? accepted)?.fingerprint ?? "";
        return inspector().approveAuthorizationServer({ ...asked, body: { fingerprint, reason } });
      };
      // It changed first: the operator has that on the screen when the probe finds out.
      await sandbox.fault(fault, { for: { endpoint: "fapi2-F6" }, options });
      const first = await read();
      await gateway.app.context.banks.authorizationServer(fapi2)?.quarantine("pkce-not-enforced");
      const found = { reason: "pkce-not-enforced", changed: [field], offered: first?.offered };
      expect((await inspector().getAuthorizationServer(asked)).quarantine).toMatchObject(found);
      expect(await read()).toMatchObject(found);
      await expect(begin(fapi2)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED", details: { reason: "pkce-not-enforced" } });
      await sandbox.calm();
      expect(await read()).toMatchObject({ reason: "pkce-not-enforced", changed: [], offered: null });
      for (const reason of [undefined, first?.reason]) await expect(approval(reason)).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_SERVER_MOVED" });
      await expect(begin(fapi2)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED", details: { reason: "pkce-not-enforced" } });
      expect(await approval("pkce-not-enforced")).toMatchObject({ quarantine: null });
    },
  );

  describe.each([fapi1, fapi2])("%s and the verifier of PKCE", (aspspId) => {
    const name = aspspId.replace("-sandbox", "");
    const asked = { params: { aspspId } };
    const started = async (lie: "absent" | "wrong") => {
      const { redirectUrl } = await inspector().beginVerifierProbe({ ...asked, body: { lie } });
      const returned = await visitBank(redirectUrl, { psuId: customerOf[aspspId] ?? "" });
      return { address: `${redirectUri}?${new URLSearchParams(returned).toString()}`, returned, since: await sandbox.lastSeq() };
    };
    const finish = (lie: "absent" | "wrong", address: string) => inspector().finishVerifierProbe({ ...asked, body: { lie, address } });
    /** Nothing can be read with what a probe was given, and nothing of it is kept. */
    async function leftBehind(since: number, codes: readonly string[]) {
      const { db } = gateway.database.database;
      const calls = new Set(await everyCallAt(aspspId, since));
      expect([...calls].filter((endpoint) => !["F5", "F6", "A3"].some((own) => endpoint === `${name}-${own}`))).toEqual([]);
      expect(calls).toContain(`${name}-A3`);
      expect(await db.selectFrom("verifierProbes").select("sealed").where("sealed", "is not", null).execute()).toEqual([]);
      for (const code of codes) expect(log.filter((line) => line.includes(code))).toEqual([]);
    }
    const secretsIn = (returned: Readonly<Record<string, string>>) => [returned["code"] ?? returned["response"] ?? "nothing came"];
    const tokenSets = () => gateway.database.database.db.selectFrom("tokenSets").select("consentId").execute();

    it.each(["absent", "wrong"] as const)(
      "OA-61 a code whose verifier is %s is turned away, and taken with the right one: that is proved, and given back",
      async (lie) => {
        const before = await tokenSets();
        const { address, returned, since } = await started(lie);
        const { verifier, quarantine } = await finish(lie, address);
        expect(verifier[lie]).toMatchObject({ outcome: "refused" });
        expect(quarantine).toBeNull();
        await leftBehind(since, secretsIn(returned));
        expect(await tokenSets()).toEqual(before);
        // The address is good once.
        const after = await sandbox.lastSeq();
        await expect(finish(lie, address)).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_REFUSED", details: { reason: "no-probe" } });
        expect(await callsAt(aspspId, after)).toEqual([]);
      },
    );

    it.each(["absent", "wrong"] as const)(
      "OA-61 a bank that takes a code whose verifier is %s does not enforce PKCE: quarantine, nothing is stored",
      async (lie) => {
        const before = await tokenSets();
        const { address, returned, since } = await started(lie);
        await sandbox.fault("token.no-pkce", { for: { endpoint: `${name}-F5` } });
        await expect(finish(lie, address)).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED", details: { reason: "pkce-not-enforced" } });
        expect(securityEvents()).toEqual([
          expect.objectContaining({ securityEvent: "authorization-server-quarantined", reason: "pkce-not-enforced", aspspId }),
        ]);
        await leftBehind(since, secretsIn(returned));
        expect(await tokenSets()).toEqual(before);
        await sandbox.calm();
        const after = await sandbox.lastSeq();
        await expect(begin(aspspId)).rejects.toMatchObject({ code: "ERR_ASPSP_QUARANTINED", details: { reason: "pkce-not-enforced" } });
        expect((await callsAt(aspspId, after)).filter((endpoint) => endpoint !== `${name}-F6`)).toEqual([]);
        expect((await approve(aspspId)).verifier[lie]).toMatchObject({ outcome: "taken" });
      },
    );

    it("OA-61 a bank that turns the right verifier away as well has proved nothing", async () => {
      const { address, since } = await started("wrong");
      await sandbox.fault("token.refused", { for: { endpoint: `${name}-F5` } });
      expect((await finish("wrong", address)).verifier.wrong).toMatchObject({ outcome: "unproven" });
      expect((await callsAt(aspspId, since)).filter((endpoint) => endpoint === `${name}-F5`).length).toBeGreaterThanOrEqual(2);
    });

    it("OA-61 a try that is begun while another of the same lie ends gets no outcome of that one", async () => {
      const { db } = gateway.database.database;
      const { address } = await started("wrong");
      await sandbox.fault("network.latency", { for: { endpoint: `${name}-F5` }, options: { ms: 1_500 } });
      const finishing = finish("wrong", address);
      // Its address was taken, and its code is on the way to the bank.
      const sealed = () => db.selectFrom("verifierProbes").select("sealed").where("sealed", "is not", null).execute();
      await eventually(async () => (await sealed()).length === 0);
      await inspector().beginVerifierProbe({ ...asked, body: { lie: "wrong" } });
      expect((await finishing).verifier.wrong).toBeNull();
      expect(await sealed()).toHaveLength(1);
      await db.deleteFrom("verifierProbes").execute();
    });

    it("OA-61 the code of another attempt, or one that came elsewhere, is not spent", async () => {
      const stolen = await visit(await begin(aspspId));
      for (const address of [`${redirectUri}?${new URLSearchParams(stolen).toString()}`, "https://evil.example/return?code=abc"]) {
        await started("wrong");
        const since = await sandbox.lastSeq();
        await expect(finish("wrong", address)).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_REFUSED" });
        expect((await sandbox.calls({ since, endpoint: `${name}-F5` })).filter(({ grant }) => grant === "authorization_code")).toEqual([]);
      }
    });
  });

  it("OA-06 addresses for callers with a certificate are used where the bank has them", async () => {
    await sandbox.fault("discovery.aliases", { for: { endpoint: "fapi1-F6" }, options: { as: "own" } });
    await expect(begin(fapi1)).rejects.toMatchObject({ details: { reason: "changed" } });
    const asked = { params: { aspspId: fapi1 } };
    const { quarantine } = await inspector().getAuthorizationServer(asked);
    await inspector().approveAuthorizationServer({ ...asked, body: { fingerprint: quarantine?.offered?.fingerprint ?? "" } });
    const begun = await begin(fapi1);
    const returned = await visit(begun);
    const since = await sandbox.lastSeq();
    await exchange(gateway, begun, returned);
    expect(await callsAt(fapi1, since)).toEqual(expect.arrayContaining(["fapi1-F5-mtls"]));
    expect(await callsAt(fapi1, since)).not.toContain("fapi1-F5");
    await sandbox.calm();
    minutesGone += 1;
    await expect(begin(fapi1)).rejects.toMatchObject({ details: { reason: "changed" } });
    const again = await inspector().getAuthorizationServer(asked);
    await inspector().approveAuthorizationServer({ ...asked, body: { fingerprint: again.quarantine?.offered?.fingerprint ?? "" } });
  });
});

describe("a bank that names another bank's token endpoint as its own", () => {
  it("OA-66 gets no assertion that is good there: neither bank gives a token, the registration fails, nothing is stored", async () => {
    await using other = await startGateway(sandbox, { everyBank: true, logger, env: { FAPI_SANDBOX_BINDING: "certificate" } });
    await requestPair(other);
    const there = saga(other, fapi2);
    await there.whole();
    const { clientId } = await other.app.context.banks.active(fapi2);
    // The liar knows us by the name we have at the other bank, and both verify us by the same published key.
    await sandbox.fault("answer.set", { for: { endpoint: "decoupled-F1" }, options: { path: "client_id", value: clientId } });
    await sandbox.fault("discovery.endpoint", { for: { endpoint: "decoupled-F6" }, options: { name: "token_endpoint", as: "other-issuer" } });
    const here = saga(other, decoupled);
    await here.certificates();
    await here.statement();
    await here.request();
    await here.submission();
    const since = await sandbox.lastSeq();
    await expect(here.validation()).rejects.toMatchObject({ details: { reason: "invalid_client" } });
    const calls = (await sandbox.calls({ since })).filter(({ endpoint }) => /-F(5|8|11)$|-A/.test(endpoint));
    expect(calls.map(({ endpoint, status, clientId: caller }) => ({ endpoint, status, caller }))).toEqual([
      { endpoint: "fapi2-F5", status: 401, caller: clientId },
    ]);
    await expect(beginConsent(other, { aspspId: decoupled, loginHint: customerOf[decoupled] ?? "" })).rejects.toMatchObject({
      code: "ERR_ASPSP_NOT_REGISTERED",
    });
    expect(await other.database.database.db.selectFrom("bankConsents").select("consentId").execute()).toEqual([]);
    // At its own issuer we are known by that name.
    await expect(there.validation()).resolves.toMatchObject({ validated: [expect.objectContaining({ scope: "accounts" })] });
  });
});

describe("a bank that lies in its answer to the browser", () => {
  const lies: [row: string, aspspId: string, fault: string, options: Record<string, unknown>, reason: string][] = [
    ["OA-08", fapi2, "response.wrong-state", {}, "state"],
    ["OA-12", fapi2, "response.drop", { name: "iss" }, "issuer"],
    ["OA-13", fapi2, "response.set", { name: "iss", value: "https://authorize.evil.example" }, "issuer"],
    ["OA-20", fapi2, "response.set", { name: "code", value: "a b" }, "code"],
    ["OA-07", fapi1, "response.drop", { name: "state" }, "state"],
    ["OA-08", fapi1, "response.wrong-state", {}, "state"],
    ["OA-19", fapi1, "response.error-beside-code", {}, "code-and-error"],
    ["OA-20", fapi1, "response.drop", { name: "code" }, "code"],
    ["OA-23", fapi1, "jarm.alg-none", {}, "response-malformed"],
    ["OA-24", fapi1, "jarm.broken-signature", {}, "response-signature"],
    ["OA-24", fapi1, "jarm.unknown-kid", {}, "response-unknown-key"],
    ["OA-25", fapi1, "jarm.wrong-iss", {}, "response-iss"],
    ["OA-25", fapi1, "jarm.no-iss", {}, "response-iss"],
    ["OA-26", fapi1, "jarm.wrong-aud", {}, "response-aud"],
    ["OA-26", fapi1, "jarm.no-aud", {}, "response-aud"],
    ["OA-27", fapi1, "jarm.expired", {}, "response-exp"],
    ["OA-27", fapi1, "jarm.no-exp", {}, "response-exp"],
    ["OA-52", fapi1, "jarm.deep", {}, "response-malformed"],
    ["OA-52", fapi1, "jarm.twice-code", {}, "response-malformed"],
    ["OA-28", fapi1, "jarm.plain", {}, "response-mode"],
  ];
  it.each(lies)("%s %s %s %o", async (_row, aspspId, fault, options, reason) => {
    const begun = await begin(aspspId);
    await sandbox.fault(fault, { for: { authorizationId: begun.aspspConsentId }, options });
    const returned = await visit(begun);
    const since = await sandbox.lastSeq();
    // Consent finds the attempt by its own state; what the bank repeats is for the gateway to judge where it is signed.
    const state = aspspId === fapi2 ? { state: returned["state"] ?? "" } : {};
    await expect(exchange(gateway, begun, returned, state)).rejects.toEqual(refused(reason));
    expect(await storedOf(begun)).toEqual(nothingStored);
    await outcome.refused({ begun, returned, since }, { reason, calls: [], tokensCame: false });
  });

  it("OA-14 another bank's issuer and code, at our return address for the first: neither bank sees code or verifier", async () => {
    const [here, there] = [await begin(fapi2), await begin(fapi1)];
    const mixed = { ...(await visit(here)), iss: sandbox.endpoints.fapi.fapi1.issuer };
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, here, mixed)).rejects.toEqual(refused("issuer"));
    expect([...(await callsAt(fapi1, since)), ...(await callsAt(fapi2, since))]).toEqual([]);
    expect(await storedOf(here)).toEqual(nothingStored);
    await outcome.refused({ begun: here, returned: mixed, since }, { reason: "issuer", calls: [], tokensCame: false });
    // The attempt at the other bank is as it was.
    expect(await storedOf(there)).toEqual({ status: "created", tokenSets: 0, open: 1, archived: ["consents.create"], facts: [] });
  });

  it("OA-17 a signed no is the person's no: nothing is asked of the bank, nothing kept", async () => {
    const begun = await begin(fapi1);
    const returned = await visitBank(begun.redirectUrl, { psuId: customerOf[fapi1] ?? "", decision: "refuse" });
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, begun, returned)).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_DENIED", details: { reason: "access_denied" } });
    await outcome.refused({ begun, returned, since }, { reason: "access_denied", calls: [], tokensCame: false });
  });

  it("OA-17 script in a signed error's text goes nowhere", async () => {
    const begun = await begin(fapi1);
    const description = `<script>alert(${JSON.stringify(randomUUID())})</script>`;
    await sandbox.fault("response.error", { for: { authorizationId: begun.aspspConsentId }, options: { error: "server_error", description } });
    const returned = await visit(begun);
    const since = await sandbox.lastSeq();
    const said = await exchange(gateway, begun, returned).catch((error: unknown) => error);
    expect(said).toMatchObject({ code: "ERR_AUTHORIZATION_DENIED", details: { reason: "server_error" } });
    expect(JSON.stringify(said)).not.toContain("script");
    expect(log.filter((line) => line.includes("<script>"))).toEqual([]);
    await outcome.refused({ begun, returned, since }, { reason: "server_error", calls: [], tokensCame: false });
  });
});

describe("a bank that lies in its tokens", () => {
  const lies: [row: string, aspspId: string, fault: string, options: Record<string, unknown>, reason: string, alarm: boolean][] = [
    ["OA-58", fapi1, "token.other-certificate", {}, "token-binding", true],
    ["OA-58", fapi1, "token.unbound", {}, "token-binding", true],
    ["OA-58", fapi2, "token.other-key", {}, "token-binding", true],
    ["OA-58", fapi2, "token.unbound", {}, "token-binding", true],
    ["OA-58", fapi2, "token.set", { name: "token_type", value: "Bearer" }, "token-type", true],
    ["OA-54", fapi2, "token.set", { name: "scope", value: "openid accounts payments" }, "scope", false],
    ["OA-56", fapi1, "token.set", { name: "error", value: "invalid_grant" }, "error-beside-tokens", false],
    ["OA-56", fapi2, "token.set", { name: "error", value: "invalid_grant" }, "error-beside-tokens", false],
    ["OA-48", fapi1, "id-token.rsa1-5", {}, "id-token-encrypted", false],
    ["OA-48", fapi2, "id-token.rsa1-5", {}, "id-token-encrypted", false],
    ["OA-31", fapi1, "id-token.second-aud", {}, "id-token-aud", false],
    ["OA-31", fapi2, "id-token.second-aud", {}, "id-token-aud", false],
    ["OA-31", fapi2, "id-token.second-aud-other-azp", {}, "id-token-aud", false],
    ["OA-33", fapi1, "id-token.expired", {}, "id-token-exp", false],
    ["OA-33", fapi2, "id-token.expired", {}, "id-token-exp", false],
    ["OA-33", fapi2, "id-token.no-exp", {}, "id-token-exp", false],
    ["OA-35", fapi2, "id-token.no-nonce", {}, "id-token-nonce", false],
    ["OA-40", fapi2, "id-token.rs256", {}, "id-token-algorithm", false],
    ["OA-42", fapi1, "id-token.broken-signature", {}, "id-token-signature", false],
    ["OA-42", fapi2, "id-token.broken-signature", {}, "id-token-signature", false],
    ["OA-49", fapi1, "id-token.wrong-authorization", {}, "id-token-intent", false],
    ["OA-50", fapi2, "id-token.no-sub", {}, "id-token-sub", false],
    ["OA-50", fapi2, "userinfo.other-sub", {}, "userinfo-sub", false],
    ["OA-50", fapi2, "answer.drop", { name: "sub" }, "userinfo-sub", false],
  ];
  it.each(lies)("%s %s %s %o", async (_row, aspspId, fault, options, reason, alarm) => {
    const begun = await begin(aspspId);
    const returned = await visit(begun);
    await sandbox.fault(fault, { for: { authorizationId: begun.aspspConsentId }, options });
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, begun, returned)).rejects.toEqual(refused(reason));
    const name = aspspId.replace("-sandbox", "");
    // The token call itself, and userinfo where that is what lies, with their challenges for a nonce; nothing was read.
    const asked = reason === "userinfo-sub" ? [`${name}-F5`, `${name}-F13`] : [`${name}-F5`];
    expect([...new Set(await callsAt(aspspId, since))]).toEqual(asked);
    expect(await storedOf(begun)).toEqual(nothingStored);
    expect(securityEvents()).toEqual([expect.objectContaining({ securityEvent: "authorization-refused", reason, level: alarm ? "error" : "warn" })]);
    await sandbox.calm();
    // The bank takes no token that is bound to somebody else, nor ours in its place.
    await outcome.refused({ begun, returned, since }, { reason, calls: asked, tokensCame: true, notTaken: reason === "token-binding" });
  });

  it("OA-75 a nonce is asked for once with each proof and given; who goes on asking is left alone", async () => {
    const begun = await begin(fapi2);
    await exchange(gateway, begun, await visit(begun));
    await sandbox.fault("dpop.nonce-always", { for: { endpoint: "fapi2-A4" } });
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } })).rejects.toMatchObject({
      code: "ERR_ASPSP_PROTOCOL",
      details: { reason: "dpop-nonce" },
    });
    expect((await callsAt(fapi2, since)).filter((endpoint) => endpoint === "fapi2-A4")).toHaveLength(2);
    expect(await callsAt(fapi2, since)).not.toContain("fapi2-F5");
    // The consent stands as it was, and of the accounts nothing is stored; cards are asked for at the same moment.
    const { archived, ...rest } = await storedOf(begun);
    expect(rest).toEqual({ status: "authorised", tokenSets: 1, open: 0, facts: [] });
    expect(archived).not.toContain("accounts.list");
  });

  it.each([fapi1, fapi2])("OA-42 %s: an ID token signed by ES256 is believed, and refused once the signature is broken", async (aspspId) => {
    await sandbox.fault("id-token.es256");
    const whole = await begin(aspspId);
    await expect(exchange(gateway, whole, await visit(whole))).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    const broken = await begin(aspspId);
    await sandbox.fault("id-token.broken-signature", { for: { authorizationId: broken.aspspConsentId } });
    const returned = await visit(broken);
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, broken, returned)).rejects.toEqual(refused("id-token-signature"));
    await sandbox.calm();
    const calls = [`${aspspId.replace("-sandbox", "")}-F5`];
    await outcome.refused({ begun: broken, returned, since }, { reason: "id-token-signature", calls, tokensCame: true });
  });

  it.each([fapi1, fapi2])("OA-52 %s: a megabyte of ID token is refused by its size where it is encrypted too, and nobody tries to open it", async (aspspId) => {
    const begun = await begin(aspspId);
    const returned = await visit(begun);
    for (const fault of ["id-token.huge", "id-token.rsa1-5"]) await sandbox.fault(fault, { for: { authorizationId: begun.aspspConsentId } });
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, begun, returned)).rejects.toEqual(refused("id-token-too-large"));
    await sandbox.calm();
    const calls = [`${aspspId.replace("-sandbox", "")}-F5`];
    await outcome.refused({ begun, returned, since }, { reason: "id-token-too-large", calls, tokensCame: true });
  });

  const jwt = { name: "network.headers", options: { set: { "content-type": "application/jwt" } } };
  it.each<[what: string, faults: { name: string; options: Record<string, unknown> }[], reason: string]>([
    ["a signed JWT, of a megabyte,", [{ name: "body.replace", options: { text: `e30.${"a".repeat(1_000_000)}.b` } }, jwt], "content-type"],
    ["a JWT that calls itself JSON", [{ name: "body.replace", options: { text: "e30.e30.b" } }], "syntax"],
    ["ten thousand arrays within each other", [{ name: "body.deep-nesting", options: { depth: 10_000 } }], "too-deep"],
    ["two persons by the same member", [{ name: "body.replace", options: { text: '{"sub":"a","sub":"b"}' } }], "duplicate-member"],
  ])("OA-52 %s from userinfo: not read, the tokens are given back", async (_what, faults, reason) => {
    const begun = await begin(fapi2);
    const returned = await visit(begun);
    for (const { name, options } of faults) await sandbox.fault(name, { for: { endpoint: "fapi2-F13" }, options });
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, begun, returned)).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason } });
    await sandbox.calm();
    await outcome.refused({ begun, returned, since }, { reason, calls: ["fapi2-F5", "fapi2-F13"], tokensCame: true });
  });

  it.each([fapi1, fapi2])("OA-70 %s: a clock ten seconds ahead is believed, and reads", async (aspspId) => {
    await sandbox.fault("bank.clock", { options: { offsetSeconds: 10 } });
    const begun = await begin(aspspId);
    await expect(exchange(gateway, begun, await visit(begun))).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } })).resolves.toMatchObject({ accounts: expect.any(Array) });
  });

  it.each([fapi1, fapi2])("OA-70 %s: a clock more than a minute ahead is refused, and the log says that it is the clock", async (aspspId) => {
    await sandbox.fault("bank.clock", { options: { offsetSeconds: 90 } });
    const begun = await begin(aspspId);
    const returned = await visit(begun);
    const since = await sandbox.lastSeq();
    await expect(exchange(gateway, begun, returned)).rejects.toEqual(refused("id-token-clock"));
    await sandbox.calm();
    const calls = [`${aspspId.replace("-sandbox", "")}-F5`];
    await outcome.refused({ begun, returned, since }, { reason: "id-token-clock", calls, tokensCame: true });
  });

  it.each([fapi1, fapi2])("OA-70 %s: an ID token issued sixty seconds from now is believed, one of sixty-one is not", async (aspspId) => {
    // A clock that stands still shows the second itself.
    const now = Temporal.Now.instant();
    await using replica = await gateway.replica({ clock: { now: () => now } });
    const issued = async (ahead: number) => {
      const iat = Math.floor(now.epochMilliseconds / 1000) + ahead;
      const begun = await begin(aspspId);
      await sandbox.fault("id-token.claims", { for: { authorizationId: begun.aspspConsentId }, options: { set: { iat, exp: iat + 600 } } });
      const returned = await visit(begun);
      return { begun, returned, since: await sandbox.lastSeq() };
    };
    const [within, beyond] = [await issued(60), await issued(61)];
    await expect(exchange(replica, within.begun, within.returned)).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    await expect(exchange(replica, beyond.begun, beyond.returned)).rejects.toEqual(refused("id-token-clock"));
    const calls = [`${aspspId.replace("-sandbox", "")}-F5`];
    await outcome.refused(beyond, { reason: "id-token-clock", calls, tokensCame: true });
  });

  it.each([fapi1, fapi2])("OA-31 OA-32 %s: a list of one, and a stranger beside us where azp says that we are meant, are taken", async (aspspId) => {
    for (const fault of ["id-token.aud-as-list", "id-token.second-aud-azp"]) {
      const begun = await begin(aspspId);
      await sandbox.fault(fault, { for: { authorizationId: begun.aspspConsentId } });
      await expect(exchange(gateway, begun, await visit(begun))).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    }
  });

  it("OA-53 OA-55 OA-75 odd letters in type and scheme, and no lifetime, are taken", async () => {
    await sandbox.fault("dpop.odd-case");
    await sandbox.fault("token.drop", { options: { name: "expires_in" } });
    const begun = await begin(fapi2);
    await expect(exchange(gateway, begun, await visit(begun))).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } })).resolves.toMatchObject({ accounts: expect.any(Array) });
  });
});

describe("pushed requests", () => {
  /** About which the bank hears nothing more from then on. */
  const over: { readonly authorizationId: unknown; readonly since: number; readonly endedAt: number }[] = [];

  /** The bank heard of it once; nobody is sent there, and nothing is stored. */
  async function refusedOnce(aspspId: string, reason: string) {
    const push = `${aspspId.replace("-sandbox", "")}-F8`;
    const before = await stored();
    const since = await sandbox.lastSeq();
    await expect(begin(aspspId)).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason } });
    const calls = await callsAt(aspspId, since);
    expect(calls.filter((endpoint) => endpoint === push)).toHaveLength(1);
    expect(calls.at(-1)).toBe(push);
    expect(await stored()).toEqual(before);
    const [pushed] = await sandbox.calls({ since, endpoint: push });
    over.push({ authorizationId: pushed?.authorizationId, since: await sandbox.lastSeq(), endedAt: performance.now() });
  }

  const answers: [row: string, text: string][] = [
    ["OA-68 no name", '{"expires_in":60}'],
    ["OA-68 no lifetime", '{"request_uri":"urn:ietf:params:oauth:request_uri:abc"}'],
    ["OA-68 no lifetime left", '{"request_uri":"urn:ietf:params:oauth:request_uri:abc","expires_in":0}'],
    ["OA-68 an endless name", JSON.stringify({ request_uri: `urn:${"a".repeat(1_001)}`, expires_in: 60 })],
  ];
  it.each(answers.flatMap(([row, text]) => [fapi1, fapi2].map((aspspId) => [row, aspspId, text] as const)))("%s (%s)", async (_row, aspspId, text) => {
    await sandbox.fault("body.replace", { for: { endpoint: `${aspspId.replace("-sandbox", "")}-F8` }, options: { text } });
    await refusedOnce(aspspId, "pushed-request-answer");
  });

  it.each([fapi1, fapi2])("OA-68 %s: a name that was given out before is not used again", async (aspspId) => {
    await sandbox.fault("body.replace", {
      for: { endpoint: `${aspspId.replace("-sandbox", "")}-F8` },
      options: { text: JSON.stringify({ request_uri: `urn:ietf:params:oauth:request_uri:same-at-${aspspId}`, expires_in: 60 }) },
    });
    const first = await begin(aspspId);
    const before = await storedOf(first);
    await refusedOnce(aspspId, "request-uri-reused");
    // Whoever was given the name first keeps it.
    expect(await storedOf(first)).toEqual(before);
  });

  it.each([fapi1, fapi2])("OA-68 %s: a name that has run out opens nothing; another is asked for when the person begins anew, once", async (aspspId) => {
    const push = `${aspspId.replace("-sandbox", "")}-F8`;
    const begun = await begin(aspspId);
    const before = await storedOf(begun);
    await sandbox.fault("request.expire");
    const since = await sandbox.lastSeq();
    const turnedAway = await fetch(begun.redirectUrl, { redirect: "manual" });
    const location = turnedAway.headers.get("location");
    // Whatever comes back has no state: it is nobody's, and the attempt waits for its end. One bank sends nobody back.
    const back = location === null ? null : Object.fromEntries(new URL(location, begun.redirectUrl).searchParams);
    expect([turnedAway.status < 400, back]).toEqual(
      aspspId === fapi1 ? [true, { error: "invalid_request_uri", error_description: expect.any(String), iss: expect.any(String) }] : [false, null],
    );
    const { signal } = new AbortController();
    for (const job of [refreshLapsing, retryRevocations]) await job(gateway.app.context, signal);
    expect((await callsAt(aspspId, since)).filter((endpoint) => !endpoint.includes("F9"))).toEqual([]);
    expect(await storedOf(begun)).toEqual(before);
    over.push({ authorizationId: begun.aspspConsentId, since: await sandbox.lastSeq(), endedAt: performance.now() });

    const anew = await begin(aspspId);
    expect((await callsAt(aspspId, since)).filter((endpoint) => endpoint === push)).toEqual([push]);
    expect(anew.redirectUrl).not.toBe(begun.redirectUrl);
    await expect(exchange(gateway, anew, await visit(anew))).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
  });

  it("OA-68 for two seconds after that the bank hears nothing more of any of them", async () => {
    await silenceSince(over);
    const calls = await sandbox.calls({ since: Math.min(...over.map(({ since }) => since)) });
    for (const { authorizationId, since } of over) {
      expect(authorizationId).toEqual(expect.any(String));
      expect(calls.filter((call) => call.authorizationId === authorizationId && call.seq > since && !call.endpoint.endsWith("-A3"))).toEqual([]);
    }
    expect(over).toHaveLength(2 * answers.length + 4);
  });

  it.each([fapi1, fapi2])("OA-11 %s: its name ends within a minute or so, the person who is at the bank has the ten of every attempt", async (aspspId) => {
    let ahead = 0;
    const now = () => Temporal.Now.instant().add({ seconds: ahead });
    await using replica = await gateway.replica({ clock: { now } });
    const at = { as: replica.as, tokens: gateway.tokens };
    const leftAt = now();
    const begun = await begin(aspspId, at);
    expect(leftAt.until(begun.expiresAt).total("minutes")).toBeGreaterThan(10);
    const returned = await visitBank(begun.redirectUrl, {
      psuId: customerOf[aspspId] ?? "",
      beforeDeciding: async () => {
        ahead = 9 * 60;
        await sandbox.fault("request.expire");
        await sandbox.fault("bank.clock", { options: { offsetSeconds: ahead } });
        await forgetOldReads(replica.app.context);
      },
    });
    await expect(exchange(at, begun, returned)).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
  });

  it("OA-61 at registration the bank showed that it turns away what lacks PKCE", async () => {
    for (const aspspId of [fapi1, fapi2]) {
      const { pkce } = await inspector().probeAuthorizationServer({ params: { aspspId } });
      expect(pkce).toMatchObject({ enforced: true });
    }
  });
});

describe("a bank that sends us elsewhere from where credentials go", () => {
  const statuses = [302, 303, 307, 308];
  const elsewhere = (endpoint: string, status: number) =>
    sandbox.fault("network.redirect", { for: { endpoint }, options: { to: `${foreign.origin}/elsewhere`, status } });
  const redirected = { code: "ERR_ASPSP_PROTOCOL", details: { reason: "redirect" } };

  it.each(statuses)("OA-57 %i from where requests are pushed: nobody is sent there, there is no consent", async (status) => {
    await elsewhere("fapi2-F8", status);
    const before = await stored();
    const since = await sandbox.lastSeq();
    await expect(begin(fapi2)).rejects.toMatchObject(redirected);
    expect((await callsAt(fapi2, since)).at(-1)).toBe("fapi2-F8");
    expect((await callsAt(fapi2, since)).filter((endpoint) => endpoint === "fapi2-F8")).toHaveLength(1);
    expect(await stored()).toEqual(before);
    expect(foreign.connections()).toBe(0);
  });

  it.each(statuses)("OA-57 %i from the key set: what it should verify is not believed, nothing is stored", async (status) => {
    await using fresh = await gateway.replica();
    for (const aspspId of [fapi1, fapi2]) {
      const name = aspspId.replace("-sandbox", "");
      const begun = await begin(aspspId);
      const returned = await visit(begun);
      await elsewhere(`${name}-F7`, status);
      const since = await sandbox.lastSeq();
      await expect(exchange(fresh, begun, returned)).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "keys" } });
      // The signed answer comes before the token call, the ID token after it.
      expect([...new Set(await callsAt(aspspId, since))]).toEqual(aspspId === fapi1 ? [] : ["fapi2-F5"]);
      expect((await sandbox.calls({ since, endpoint: `${name}-F7` })).length).toBe(1);
      await sandbox.calm();
      const tokensCame = aspspId === fapi2;
      await outcome.refused({ begun, returned, since }, { reason: "keys", calls: tokensCame ? ["fapi2-F5"] : [], tokensCame });
    }
    expect(foreign.connections()).toBe(0);
  });

  it.each(statuses)("OA-57 %i from the accounts: the person's token stays with the bank, nothing is stored", async (status) => {
    const begun = await begin(fapi2);
    await exchange(gateway, begun, await visit(begun));
    // Accounts and cards are asked for at once, and the first refusal ends it.
    const lists = ["fapi2-A4", "fapi2-A7"];
    for (const endpoint of lists) await elsewhere(endpoint, status);
    const since = await sandbox.lastSeq();
    const replica = await gateway.replica();
    await expect(replica.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } })).rejects.toMatchObject(redirected);
    // What was still under way is over then.
    await replica[Symbol.asyncDispose]();
    const asked = await callsAt(fapi2, since);
    expect(asked.length).toBe(new Set(asked).size);
    expect(asked.filter((endpoint) => !lists.includes(endpoint))).toEqual([]);
    // The consent stands as it was, and nothing was read under it.
    expect(await storedOf(begun)).toEqual({ status: "authorised", tokenSets: 1, open: 0, archived: ["consents.create"], facts: [] });
    expect(foreign.connections()).toBe(0);
  });
});

describe("a decoupled bank that lies", () => {
  const poll = ({ consentId }: BegunConsent) => gateway.as.consent.pollAuthorization({ params: { consentId }, body: { aspspId: decoupled } });

  it.each([
    ["no name", '{"expires_in":120,"interval":5}'],
    ["no lifetime", '{"auth_req_id":"abc","interval":5}'],
  ])("OA-74 a request with %s is not waited for", async (_what, text) => {
    await sandbox.fault("body.replace", { for: { endpoint: "decoupled-F11" }, options: { text } });
    const before = await stored();
    const since = await sandbox.lastSeq();
    await expect(begin(decoupled)).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason: "backchannel-answer" } });
    expect((await callsAt(decoupled, since)).at(-1)).toBe("decoupled-F11");
    expect(await stored()).toEqual(before);
  });

  it("OA-58 OA-74 a token bound to somebody else is refused here too", async () => {
    const begun = await begin(decoupled);
    await sandbox.admin("POST", "/fapi/decoupled/approvals", { authorizationId: begun.aspspConsentId, decision: "approve" });
    await sandbox.fault("token.other-certificate", { for: { authorizationId: begun.aspspConsentId } });
    const since = await sandbox.lastSeq();
    await expect(until(() => poll(begun))).rejects.toEqual(refused("token-binding"));
    expect(await storedOf(begun)).toEqual(nothingStored);
    await sandbox.calm();
    const attempt = { begun, returned: { code: "none" }, since };
    await outcome.refused(attempt, { reason: "token-binding", calls: ["decoupled-F5"], tokensCame: true, notTaken: true });
    await expect(poll(begun)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
  });

  it("says who is to be asked", async () => {
    await expect(beginConsent(gateway, { aspspId: decoupled })).rejects.toMatchObject({ code: "ERR_LOGIN_HINT_MISSING" });
    await expect(beginConsent(gateway, { aspspId: decoupled, loginHint: "nobody" })).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED" });
  });
});

describe("after it all", () => {
  it("OA-07 OA-08 OA-12 to OA-14 OA-17 OA-19 OA-20 OA-23 to OA-28 OA-31 OA-33 OA-35 OA-40 OA-42 OA-48 to OA-50 OA-52 OA-54 OA-56 to OA-58 OA-70: the bank heard nothing more of a refused attempt for two seconds, and was asked once to withdraw each token that came", () =>
    outcome.silence());
});
