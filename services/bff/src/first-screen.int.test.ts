import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, startBff } from "../test/bff.ts";
import type { Bff } from "../test/bff.ts";

describe("sign-up to the first screen", () => {
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff();
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  it("signs up, signs in, shows the overview and signs out", async () => {
    const { browser, holdings, email } = await bff.person("Aino");
    const me = await browser.get("/api/me");
    expect(me.json()).toMatchObject({ name: "Aino", email, preferences: { locale: "en", theme: "system", privacyMode: false } });

    const overview = await browser.get("/api/overview");
    expect(overview.status).toBe(200);
    expect(overview.json()).toMatchObject({
      netWorth: [{ amount: "1234.56", currency: "EUR" }],
      accounts: [
        { name: holdings.accounts[0]?.name, maskedNumber: "•••• 0785", aspspName: "OP sandbox" },
        { name: holdings.accounts[1]?.name, maskedNumber: "•••• 1234" },
      ],
      missing: [],
    });
    expect(overview.text).not.toContain("FI2112345600000785");

    expect((await browser.send("POST", "/api/auth/sign-out", { body: {} })).status).toBe(204);
    expect((await browser.get("/api/overview")).status).toBe(401);
    expect((await browser.send("POST", "/api/auth/sign-in/email", { body: { email, password } })).status).toBe(200);
    expect((await browser.get("/api/overview")).status).toBe(200);
  });

  it("connects a bank and comes back, once", async () => {
    const { browser } = await bff.person();
    const begun = await browser.send("POST", "/api/connections", { body: { aspspId: "op-fi" } });
    expect(begun.status).toBe(201);
    const { consentId } = begun.json<{ consentId: string }>();
    const body = {
      redirectContext: "op-fi",
      parameters: [
        { name: "code", value: "c" },
        { name: "state", value: consentId },
      ],
    };
    const back = await browser.send("POST", "/api/connections/return", { body });
    expect(back.json()).toEqual({ outcome: "authorised", about: { kind: "consent", consentId }, aspspId: "op-fi", aspspName: "OP sandbox", reason: null });
    expect((await browser.send("POST", "/api/connections/return", { body })).status).toBe(403);
  });

  it("tells ingest that the person is here for the first sync (G-19), and comes back as well when ingest is down", async () => {
    const { browser, psuId } = await bff.person();
    const comeBack = async () => {
      const { consentId } = (await browser.send("POST", "/api/connections", { body: { aspspId: "op-fi" } })).json<{ consentId: string }>();
      const parameters = [{ name: "state", value: consentId }];
      const back = await browser.send("POST", "/api/connections/return", { body: { redirectContext: "op-fi", parameters } });
      expect(back.json()).toMatchObject({ outcome: "authorised", about: { consentId } });
      return consentId;
    };
    const attended = await comeBack();
    expect(bff.downstream.asked.findLast(({ operation }) => operation === "attendFirstSync")).toMatchObject({
      body: { consentId: attended },
      psu: { psuId, ipAddress: "127.0.0.1" },
    });
    bff.downstream.down.add("ingest");
    await comeBack();
    bff.downstream.down.clear();
  });

  it("refreshes and withdraws a connection", async () => {
    const { browser, holdings } = await bff.person();
    const { consentId } = holdings.consent;
    const refreshed = await browser.send("POST", `/api/connections/${consentId}/refresh`);
    expect([refreshed.status, refreshed.json()]).toEqual([202, holdings.sync]);
    const withdrawn = await browser.send("POST", `/api/connections/${consentId}/withdrawal`, { body: { keepData: true } });
    expect([withdrawn.status, withdrawn.json()]).toEqual([200, { consentId, status: "terminatedByTpp" }]);
    expect(bff.downstream.asked.findLast(({ operation }) => operation === "revokeConsent")?.body).toEqual({ keepData: true });
  });

  it("keeps what a person prefers, change by change", async () => {
    const { browser } = await bff.person();
    await browser.send("PATCH", "/api/me/preferences", { body: { locale: "fi" } });
    const changed = await browser.send("PATCH", "/api/me/preferences", { body: { privacyMode: true } });
    expect(changed.json()).toEqual({ locale: "fi", theme: "system", privacyMode: true });
    expect((await browser.send("PATCH", "/api/me/preferences", { body: {} })).json()).toEqual({ locale: "fi", theme: "system", privacyMode: true });
  });

  it("vouches for the person with address and session to the services behind", async () => {
    const { browser, psuId } = await bff.person();
    await browser.get("/api/accounts", { "user-agent": "Firefox of Aino" });
    const asked = bff.downstream.asked.findLast(({ operation }) => operation === "listAccounts");
    expect(asked?.psu).toMatchObject({ psuId, ipAddress: "127.0.0.1", userAgent: "Firefox of Aino" });
    expect(asked?.psu?.sessionId).toMatch(/^[0-9a-f-]{36}$/);
  });
});
