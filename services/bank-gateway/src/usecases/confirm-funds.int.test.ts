import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { paymentsAs } from "../../testing/payments.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { redirectUri } from "../../testing/terms.ts";

let sandbox: Sandbox;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_REFRESH_ID_TOKEN: "true" });
  gateway = await startGateway(sandbox, { egress: { limits: { totalTimeoutMs: 15_000 }, probeAfterMs: 0 } });
  await register(gateway);
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const inDays = (days: number): string =>
  Temporal.Now.instant()
    .add({ hours: 24 * days })
    .toString();

/** A person lets one account be asked; they choose it at the bank unless it is named. */
async function permit(options: { iban?: string; validUntil?: string } = {}) {
  const api = paymentsAs(gateway);
  const params = { fundsConsentId: randomUUID() };
  const psu = await gateway.tokens.psu(randomUUID());
  const state = randomBytes(24).toString("base64url");
  const nonce = randomBytes(24).toString("base64url");
  const body = { aspspId: "op", iban: options.iban ?? null, validUntil: options.validUntil ?? inDays(90), redirectUri, state, nonce };
  const begun = await api.createFundsConsent({ params, psu, body });
  const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
  const answer = { aspspId: "op", redirectUri, state, nonce, code: returned["code"] ?? "", idToken: returned["id_token"] ?? null, issuer: null };
  const granted = await api.exchangeFundsCode({ params, psu, body: answer });
  const ask = (amount: string, currency = "EUR") => api.confirmFunds({ params, psu, body: { amount: { amount, currency } } });
  const consents = gateway.database.database.db.selectFrom("bankConsents").select("aspspConsentId");
  const { aspspConsentId: authorizationId } = await consents.where("consentId", "=", params.fundsConsentId).executeTakeFirstOrThrow();
  return { api, params, psu, nonce, authorizationId, begun, granted, ask };
}
/** What was told of its loss, if anything. */
const lostFacts = async (consentId: string): Promise<unknown[]> => {
  const told = gateway.database.database.db.selectFrom("outbox").select("data").where("eventType", "=", "bank-gateway.aspsp-consent-lost");
  return (await told.where("aggregateId", "=", consentId).execute()).map(({ data }) => JSON.parse(data) as unknown);
};

describe("confirmation of funds", () => {
  it("answers yes or no for the account the person chose, and never how much", async () => {
    const { granted, ask } = await permit();
    expect(granted.iban).toMatch(/^FI\d{16}$/);
    expect(await ask("0.01")).toEqual({ fundsAvailable: true, confirmedAt: expect.any(String) });
    expect(await ask("99999999.00")).toEqual({ fundsAvailable: false, confirmedAt: expect.any(String) });
  });

  it("may name the account before, and is never longer than a year", async () => {
    const { granted } = await permit();
    const named = await permit({ iban: granted.iban ?? "", validUntil: inDays(1000) });
    expect(named.granted.iban).toBe(granted.iban);
    expect(Temporal.Instant.from(named.begun.validUntil).since(Temporal.Now.instant()).total("hours")).toBeLessThan(24 * 365);
  });

  it("asks for euros alone", async () => {
    const { ask } = await permit();
    await expect(ask("1.00", "SEK")).rejects.toMatchObject({ code: "ERR_PAYMENT_UNFIT" });
  });

  it("ends at the bank when it is withdrawn, and nothing is asked afterwards", async () => {
    const { api, params, psu, ask } = await permit();
    expect(await api.revokeFundsConsent({ params, psu })).toEqual({ aspspTold: true });
    const since = await sandbox.lastSeq();
    const after = await ask("1.00").catch((error: unknown) => error);
    expect(after).toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(after).not.toHaveProperty("details.by");
    expect((await sandbox.calls({ since })).filter(({ endpoint }) => endpoint.startsWith("F"))).toEqual([]);
  });

  it("a permission to ask for funds reads no account, and another person's opens nothing", async () => {
    const { api, params, psu } = await permit();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: params.fundsConsentId }, psu })).rejects.toMatchObject({
      code: "ERR_BANK_CONSENT_NOT_FOUND",
    });
    const stranger = await gateway.tokens.psu(randomUUID());
    await expect(api.confirmFunds({ params, psu: stranger, body: { amount: { amount: "1.00", currency: "EUR" } } })).rejects.toMatchObject({
      code: "ERR_BANK_CONSENT_NOT_FOUND",
    });
  });

  it("OA-35 a refresh that repeats the nonce goes on, one with another nonce ends the permission", async () => {
    const { params, nonce, authorizationId, ask } = await permit();
    const refreshedWith = async (value: string) => {
      await sandbox.calm();
      await sandbox.fault("token.expire-access", { for: { authorizationId } });
      await sandbox.fault("id-token.claims", { for: { authorizationId }, options: { set: { nonce: value }, channel: "refresh" } });
      return ask("0.01");
    };
    expect(await refreshedWith(nonce)).toMatchObject({ fundsAvailable: true });
    await expect(refreshedWith("another")).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: "id-token-refused" } });
    await expect(ask("0.01")).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID", details: { by: "tpp", endReason: "id-token-refused" } });
    expect(await lostFacts(params.fundsConsentId)).toMatchObject([{ code: "id-token-refused", by: "tpp" }]);
  });

  it.each([
    ["the bank says so", "consent.revoke", "ERR_ASPSP_CONSENT_INVALID", "ERR_ASPSP_CONSENT_INVALID"],
    ["its time is over at the bank", "consent.expire", "ERR_ASPSP_CONSENT_EXPIRED", "ERR_ASPSP_CONSENT_EXPIRED"],
    ["its tokens are renewed no more", "token.forget-refresh", "ERR_ASPSP_TOKEN_INVALID", "refresh-refused"],
  ])("ends where %s, which is told once, and nothing is asked afterwards", async (_, fault, answered, code) => {
    const { params, psu, authorizationId, ask } = await permit();
    await sandbox.fault(fault, { for: { authorizationId } });
    if (fault.startsWith("token")) await sandbox.fault("token.expire-access", { for: { authorizationId } });
    await expect(ask("1.00")).rejects.toMatchObject({ code: answered });
    const since = await sandbox.lastSeq();
    await expect(ask("1.00")).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID", details: { by: "aspsp", endReason: code } });
    expect((await sandbox.calls({ since })).filter(({ endpoint }) => endpoint.startsWith("F"))).toEqual([]);
    expect(await lostFacts(params.fundsConsentId)).toEqual([{ consentId: params.fundsConsentId, psuId: psu.psuId, aspspId: "op", code, by: "aspsp" }]);
  });
});
