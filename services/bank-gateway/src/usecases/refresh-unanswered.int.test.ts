import { eventually } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";

/** A bank that takes each refresh token once. */
let sandbox: Sandbox;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_REFRESH_TOKENS: "once" });
  gateway = await startGateway(sandbox, { egress: { limits: { totalTimeoutMs: 3_000 }, probeAfterMs: 0 } });
  await register(gateway);
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const db = () => gateway.database.database.db;

/** A connection whose next reads take a refresh each: its access token is good, and refused all the same. */
async function connected() {
  const { consentId, psu, aspspConsentId } = await connect(gateway);
  const since = await sandbox.lastSeq();
  return {
    consentId,
    aspspConsentId,
    refused: () =>
      sandbox.fault("network.status", {
        for: { endpoint: "A4", authorizationId: aspspConsentId },
        options: { status: 401, shape: "gateway", code: "keymanagement.service.access_token_expired" },
        times: 1,
      }),
    read: () => gateway.as.ingest.fetchAccounts({ params: { consentId }, psu }),
    refreshes: async () => (await sandbox.calls({ since, endpoint: "T1" })).map(({ status }) => status),
    lost: async () => {
      const facts = db().selectFrom("outbox").select("data").where("eventType", "=", "bank-gateway.aspsp-consent-lost");
      return (await facts.where("aggregateId", "=", consentId).execute()).map(({ data }) => {
        const { by, code } = JSON.parse(data) as { by: string; code: string };
        return `${code} by ${by}`;
      });
    },
  };
}
const due = (aspspConsentId: string) => db().selectFrom("revocationsDue").selectAll().where("aspspConsentId", "=", aspspConsentId).executeTakeFirst();
async function statusAtBank(aspspConsentId: string) {
  const { authorizations } = await sandbox.admin<{ authorizations: { authorizationId: string; status: string }[] }>("GET", "/authorizations");
  return authorizations.find((each) => each.authorizationId === aspspConsentId)?.status;
}

describe("the answer to a refresh is lost", () => {
  it.each([
    ["the connection breaks", "token.no-answer", { how: "reset" }, "ERR_ASPSP_UNAVAILABLE"],
    ["it does not come in time", "token.no-answer", { how: "hang" }, "ERR_ASPSP_UNAVAILABLE"],
    ["it is cut off", "body.truncated", {}, "ERR_ASPSP_PROTOCOL"],
  ])("OA-62 %s, once the bank had spent the token: it is told as our doing, and the bank is told with what we held", async (_how, fault, options, code) => {
    const { consentId, aspspConsentId, refused, read, refreshes, lost } = await connected();
    await refused();
    await sandbox.fault(fault, { for: { endpoint: "T1" }, options });
    await expect(read()).rejects.toMatchObject({ code });
    expect(await lost()).toEqual([]);
    await sandbox.calm();
    await refused();
    await expect(read()).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: "refresh-interrupted" } });
    expect((await refreshes()).at(-1)).toBe(400);
    expect(await refreshes()).toHaveLength(2);
    expect(await lost()).toEqual(["refresh-interrupted by tpp"]);
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
    // This bank takes it with the person's token alone.
    await eventually(async () => (await statusAtBank(aspspConsentId)) === "Revoked");
    await eventually(async () => (await due(aspspConsentId)) === undefined);
  });

  it("OA-62 as often as it may be, before the bank had taken it: nothing is lost, and a refusal of the next token is the bank's again", async () => {
    const { aspspConsentId, refused, read, refreshes, lost } = await connected();
    await sandbox.fault("network.reset", { for: { endpoint: "T1" } });
    for (let n = 0; n < 4; n += 1) {
      await refused();
      await expect(read()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    }
    await sandbox.calm();
    await refused();
    await expect(read()).resolves.toMatchObject({ accounts: expect.anything() });
    await refused();
    await sandbox.fault("token.forget-refresh", { for: { authorizationId: aspspConsentId } });
    await expect(read()).rejects.toMatchObject({ details: { reason: "refresh-refused" } });
    expect((await refreshes()).slice(-2)).toEqual([200, 400]);
    expect(await lost()).toEqual(["refresh-refused by aspsp"]);
    expect(await due(aspspConsentId)).toBeUndefined();
  });

  it("OA-64 a bank that handled nothing (503) has spent nothing: a refusal after it is the bank's", async () => {
    const { aspspConsentId, refused, read, lost } = await connected();
    await refused();
    await sandbox.fault("network.status", { for: { endpoint: "T1" }, options: { status: 503 } });
    await expect(read()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    await sandbox.calm();
    await refused();
    await sandbox.fault("token.forget-refresh", { for: { authorizationId: aspspConsentId } });
    await expect(read()).rejects.toMatchObject({ details: { reason: "refresh-refused" } });
    expect(await lost()).toEqual(["refresh-refused by aspsp"]);
  });
});
