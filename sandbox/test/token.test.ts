import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, today, type TestBank } from "./bank.ts";
import { visit } from "./browser.ts";
import { testClock } from "./clock.ts";
import { connect } from "./connection.ts";
import { call, plainAgent, readJwt, redirectUri, Tpp } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let other: Tpp;
const clock = testClock(today);
beforeAll(async () => {
  bank = await startBank({ clock });
  [tpp, other] = await Promise.all([Tpp.registered(bank), Tpp.registered(bank)]);
});
afterAll(() => bank[Symbol.asyncDispose]());

async function freshCode(): Promise<string> {
  const { authorizationId } = (await tpp.createAuthorization()).body;
  return (await visit(tpp.authorizeUrl(tpp.requestObject(authorizationId)), { psuId: "88888882" })).parameters.get("code") ?? "";
}

describe("client credentials", () => {
  it("give a token for one scope, with the number as text", async () => {
    const answer = await tpp.token({ grant_type: "client_credentials", scope: "accounts" });
    expect(answer).toMatchObject({
      status: 200,
      body: { access_token: expect.stringMatching(/^[A-Za-z0-9]{28}$/), token_type: "Bearer", expires_in: "3599", scope: "accounts" },
    });
    expect(answer.body).not.toHaveProperty("refresh_token");
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it.each([
    ["two scopes at once", { scope: "accounts payments" }, 400, "invalid_scope"],
    ["no scope", {}, 400, "invalid_scope"],
    ["an unknown scope", { scope: "openid" }, 400, "invalid_scope"],
    ["a wrong secret", { scope: "accounts", client_secret: "wrong" }, 401, "invalid_client"],
    ["an unknown client", { scope: "accounts", client_id: "nobody" }, 401, "invalid_client"],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type"],
  ])("refuse %s in the form of the gateway", async (_what, fields: Record<string, string>, status, code) => {
    expect(await tpp.token({ grant_type: "client_credentials", ...fields })).toMatchObject({ status, body: { ErrorCode: code, Error: expect.any(String) } });
  });

  it("refuse a field that is given twice, and another content type", async () => {
    const form = `grant_type=client_credentials&scope=accounts&scope=payments&client_id=${tpp.client?.client_id}&client_secret=${tpp.client?.client_secret}`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await call(bank.endpoints.tokenUrl, { method: "POST", headers, body: form, agent: tpp.agent })).text).toContain("given twice");
    expect(
      (await call(bank.endpoints.tokenUrl, { method: "POST", headers: { "content-type": "application/json" }, body: "{}", agent: tpp.agent })).status,
    ).toBe(400);
  });

  it("need the very QWAC the client registered", async () => {
    const fields = { grant_type: "client_credentials", scope: "accounts" };
    expect((await tpp.token(fields, plainAgent(bank))).status).toBe(401);
    expect(await tpp.token(fields, other.agent)).toMatchObject({ status: 401, body: { ErrorCode: "invalid_client" } });
    expect((await tpp.token(fields, tpp.agentWith(tpp.generated.privateJwks.keys[2] as never))).status).toBe(401);
  });
});

describe("the authorization code", () => {
  it("is used once; trying again takes back what it bought", async () => {
    const code = await freshCode();
    const first = await tpp.exchange(code);
    expect(first.status).toBe(200);
    expect(await tpp.exchange(code)).toMatchObject({ status: 400, body: { ErrorCode: "invalid_request" } });
    expect((await tpp.api("/accounts", first.body.access_token)).status).toBe(401);
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: first.body.refresh_token })).status).toBe(400);
  });

  it("is bound to the client and the redirect address, and is spent by a wrong try", async () => {
    const code = await freshCode();
    expect((await other.exchange(code)).status).toBe(400);
    expect((await tpp.token({ grant_type: "authorization_code", code, redirect_uri: `${redirectUri}/` })).text).toContain("redirect_uri");
    expect((await tpp.exchange(code)).status).toBe(400);
  });

  it("ends after a minute", async () => {
    const code = await freshCode();
    clock.ahead({ seconds: 61 });
    expect((await tpp.exchange(code)).text).toContain("expired");
  });

  it("brings an ID token without nonce that covers both tokens", async () => {
    const { tokens } = await connect(tpp);
    const { claims } = readJwt(tokens.id_token);
    expect(claims).not.toHaveProperty("nonce");
    expect(claims).toMatchObject({ at_hash: expect.any(String), rt_hash: expect.any(String) });
    expect(claims).not.toHaveProperty("c_hash");
  });
});

describe("refresh", () => {
  it("rotates: the new token works, the old one is refused", async () => {
    const { tokens } = await connect(tpp);
    const refreshed = await tpp.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
    expect(refreshed.status).toBe(200);
    expect(refreshed.body.refresh_token).not.toBe(tokens.refresh_token);
    expect((await tpp.api("/accounts", refreshed.body.access_token)).status).toBe(200);
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token })).text).toContain("used before");
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: refreshed.body.refresh_token })).status).toBe(200);
  });

  it("is bound to the client, and dies with the consent", async () => {
    const { tokens, token, authorizationId } = await connect(tpp);
    expect((await other.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token })).status).toBe(400);
    await tpp.api(`/authorizations/${authorizationId}`, token, { method: "DELETE" });
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token })).status).toBe(400);
  });
});

describe("refresh, at a bank that is patient", () => {
  it("the old token works until one that came in its place is used, the refresh token or the access token", async () => {
    await using patient = await startBank({ env: { SANDBOX_REFRESH_TOKENS: "until-next-used", SANDBOX_REFRESH_ID_TOKEN: "true" } });
    const third = await Tpp.registered(patient);
    const refresh = (token: string) => third.token({ grant_type: "refresh_token", refresh_token: token });
    const { tokens, authorizationId } = await connect(third);
    await refresh(tokens.refresh_token);
    const second = (await refresh(tokens.refresh_token)).body;
    expect(readJwt(second.id_token).claims).toMatchObject({ authorizationId, acr: expect.any(String), at_hash: expect.any(String) });
    expect((await third.api("/accounts", second.access_token)).status).toBe(200);
    expect((await refresh(tokens.refresh_token)).status).toBe(400);
    const other = (await refresh(second.refresh_token)).body;
    expect((await refresh(second.refresh_token)).status).toBe(200);
    expect((await refresh(other.refresh_token)).status).toBe(200);
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });
});

describe("the forms of the answer", () => {
  it.each([
    [
      "gateway",
      { token_type: "BearerToken", expires_in: "3599", issued_at: expect.stringMatching(/^\d{13}$/), refresh_token_expires_in: "0", status: "approved" },
    ],
    ["oauth", { token_type: "Bearer", expires_in: 3600 }],
  ])("%s", async (dialect, expected) => {
    await using speaking = await startBank({ env: { SANDBOX_TOKEN_DIALECT: dialect } });
    const third = await Tpp.registered(speaking);
    expect((await third.token({ grant_type: "client_credentials", scope: "accounts" })).body).toMatchObject(expected);
  });

  it("may belong to any QWAC of the organisation where the bank is set so", async () => {
    await using lenient = await startBank({ env: { SANDBOX_CLIENT_BINDING: "organisation" } });
    const third = await Tpp.registered(lenient);
    const ecQwac = third.agentWith(third.generated.privateJwks.keys[2] as never);
    expect((await third.token({ grant_type: "client_credentials", scope: "accounts" }, ecQwac)).status).toBe(200);
  });
});
