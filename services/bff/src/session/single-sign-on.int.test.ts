import { Secret } from "@opl/service";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publicOrigin, signedInLongAgo, startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import type { Answer, Browser } from "../../test/browser.ts";
import { openIdClient, startOpenIdProvider } from "../../test/openid-provider.ts";
import type { OpenIdProvider } from "../../test/openid-provider.ts";

describe("single sign-on", () => {
  let bff: Bff;
  let provider: OpenIdProvider;
  beforeAll(async () => {
    provider = await startOpenIdProvider({ publicOrigin });
    bff = await startBff({
      config: {
        OPL_SINGLE_SIGN_ON_ISSUER: provider.issuer,
        OPL_SINGLE_SIGN_ON_CLIENT_ID: openIdClient.id,
        OPL_SINGLE_SIGN_ON_CLIENT_SECRET_FILE: new Secret(openIdClient.secret),
      },
    });
  });
  afterAll(async () => {
    await bff[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  const begin = async (browser: Browser, path = "/api/auth/single-sign-on"): Promise<string> => {
    const answer = await browser.send("POST", path, { body: {} });
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.json<{ redirectUrl: string }>().redirectUrl;
  };
  const finish = (browser: Browser, parameters: readonly { name: string; value: string }[]): Promise<Answer> =>
    browser.send("POST", "/api/auth/single-sign-on/return", { body: { parameters } });
  const signIn = async (browser: Browser, subject: string): Promise<Answer> => finish(browser, await provider.signIn(await begin(browser), subject));
  const link = async (browser: Browser, subject: string): Promise<Answer> =>
    finish(browser, await provider.signIn(await begin(browser, "/api/me/single-sign-on"), subject));
  const without = (parameters: readonly { name: string; value: string }[], left: string) => parameters.filter(({ name }) => name !== left);

  it("asks with PKCE, state and nonce, and sends nobody back but to our own page (US-17)", async () => {
    const address = new URL(await begin(bff.browser()));
    expect(address.origin).toBe(provider.issuer);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: openIdClient.id,
      response_type: "code",
      scope: "openid",
      max_age: "43200",
      redirect_uri: `${publicOrigin}/sign-in/return`,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("knows nobody who has not linked it, and makes no person", async () => {
    const browser = bff.browser();
    expect((await signIn(browser, "stranger")).json()).toMatchObject({ status: 422, code: "ERR_SINGLE_SIGN_ON_UNKNOWN" });
    expect(browser.cookie).toBeUndefined();
  });

  it("is linked by who signed in a moment ago, and lets that person in from then on, until it is unlinked", async () => {
    const { browser, psuId, email } = await bff.person();
    await signedInLongAgo(bff, psuId);
    expect((await browser.send("POST", "/api/me/single-sign-on", { body: {} })).json()).toMatchObject({ code: "ERR_RECENT_SIGN_IN_NEEDED" });
    await browser.send("POST", "/api/auth/confirm/password", { body: { password: "kolme sinistä kissaa" } });
    expect((await link(browser, "aino")).json()).toEqual({ outcome: "linked" });
    expect((await browser.get("/api/me/security")).json()).toMatchObject({ singleSignOn: { name: "Example ID", linked: true } });
    const elsewhere = bff.browser();
    expect((await signIn(elsewhere, "aino")).json()).toEqual({ outcome: "signed-in" });
    expect((await elsewhere.get("/api/me")).json()).toMatchObject({ email });
    expect((await browser.send("DELETE", "/api/me/single-sign-on")).status).toBe(204);
    expect((await signIn(bff.browser(), "aino")).json()).toMatchObject({ code: "ERR_SINGLE_SIGN_ON_UNKNOWN" });
  });

  it("goes on letting in who changed their address here, and takes no notice of the one there", async () => {
    const { browser, psuId } = await bff.person();
    await link(browser, "venla@organisation.example");
    await browser.send("POST", "/api/me/email", { body: { email: "venla@example.fi" } });
    const elsewhere = bff.browser();
    expect((await signIn(elsewhere, "venla@organisation.example")).json()).toEqual({ outcome: "signed-in" });
    expect((await elsewhere.get("/api/me")).json()).toMatchObject({ psuId, email: "venla@example.fi" });
  });

  it.each([
    ["a moment ago", 0, 200],
    ["an hour ago, and was let in unasked", 60, "ERR_RECENT_SIGN_IN_NEEDED"],
  ])("counts as a recent sign-in when the person signed in there %s", async (_, minutesAgo, expected) => {
    const { browser } = await bff.person();
    const subject = `eetu-${minutesAgo}`;
    expect((await link(browser, subject)).json()).toEqual({ outcome: "linked" });
    const elsewhere = bff.browser();
    const back = await provider.signIn(await begin(elsewhere), subject, minutesAgo);
    expect((await finish(elsewhere, back)).json()).toEqual({ outcome: "signed-in" });
    const asked = await elsewhere.send("POST", "/api/me/exports", { body: { format: "json" } });
    expect(asked.status < 300 ? 200 : asked.json<{ code: string }>().code).toBe(expected);
  });

  it("belongs to one person only, and is finished in the session that began it (US-06)", async () => {
    const [aino, other] = [await bff.person(), await bff.person()];
    await link(aino.browser, "shared");
    expect((await link(other.browser, "shared")).json()).toMatchObject({ code: "ERR_SINGLE_SIGN_ON_REFUSED" });
    const parameters = await provider.signIn(await begin(aino.browser, "/api/me/single-sign-on"), "attacker");
    other.browser.ceremony = aino.browser.ceremony;
    expect((await finish(other.browser, parameters)).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
    expect((await signIn(bff.browser(), "attacker")).json()).toMatchObject({ code: "ERR_SINGLE_SIGN_ON_UNKNOWN" });
  });

  it.each([
    ["another state", (p) => [...without(p, "state"), { name: "state", value: "x".repeat(43) }]],
    ["no state", (p) => without(p, "state")],
    ["another issuer", (p) => [...without(p, "iss"), { name: "iss", value: "https://evil.example" }]],
    ["no issuer", (p) => without(p, "iss")],
    ["no code", (p) => without(p, "code")],
    ["a made-up code", (p) => [...without(p, "code"), { name: "code", value: "made-up" }]],
    ["a parameter twice", (p) => [...p, { name: "state", value: "again" }]],
    ["the provider's refusal", (p) => [...without(p, "code"), { name: "error", value: "access_denied" }]],
  ] satisfies [string, (p: { name: string; value: string }[]) => { name: string; value: string }[]][])("refuses an answer with %s", async (_, change) => {
    const { browser } = await bff.person();
    await link(browser, "linked");
    const other = bff.browser();
    const answer = await finish(other, change(await provider.signIn(await begin(other), "linked")));
    expect(answer.json()).toMatchObject({ status: 422, code: "ERR_SINGLE_SIGN_ON_REFUSED" });
    expect(other.cookie).toBeUndefined();
    await browser.send("DELETE", "/api/me/single-sign-on");
  });

  it.each(["nonce", "codeVerifier"])("refuses an answer to a question with another %s", async (name) => {
    const { browser } = await bff.person();
    await link(browser, name);
    const other = bff.browser();
    const parameters = await provider.signIn(await begin(other), name);
    await sql`update ceremonies set data = jsonb_set(data, array[${name}]::text[], to_jsonb(${"y".repeat(43)}::text)) where kind = 'single-sign-on'`.execute(
      bff.database.database.db,
    );
    expect((await finish(other, parameters)).json()).toMatchObject({ code: "ERR_SINGLE_SIGN_ON_REFUSED" });
    expect(other.cookie).toBeUndefined();
  });

  it("takes an answer once, and from the browser that asked", async () => {
    const { browser } = await bff.person();
    await link(browser, "once");
    const other = bff.browser();
    const parameters = await provider.signIn(await begin(other), "once");
    expect((await finish(bff.browser(), parameters)).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
    const { ceremony } = other;
    expect((await finish(other, parameters)).status).toBe(200);
    other.ceremony = ceremony;
    expect((await finish(other, parameters)).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
  });
});

it("is off where no provider is configured", async () => {
  await using bff = await startBff();
  const browser = bff.browser();
  expect((await browser.get("/api/auth/single-sign-on")).json()).toEqual({ singleSignOn: null });
  expect((await browser.send("POST", "/api/auth/single-sign-on", { body: {} })).json()).toMatchObject({ status: 404, code: "ERR_SINGLE_SIGN_ON_OFF" });
});
