import { X509Certificate, constants, createDecipheriv, privateDecrypt } from "node:crypto";
import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { Browser } from "./browser.ts";
import { FapiTpp, logins, over, responseClaims } from "./fapi-tpp.ts";
import { call, plainAgent, type Answer } from "./tpp.ts";
import { UkTpp } from "./uk-tpp.ts";

let bank: TestBank;
let fapi1: FapiTpp;
let fapi2: FapiTpp;
let decoupled: FapiTpp;
beforeAll(async () => {
  bank = await startBank();
  const tpp = await UkTpp.make(bank);
  fapi1 = await FapiTpp.make(bank, "fapi1", { tpp });
  fapi2 = await FapiTpp.make(bank, "fapi2", { tpp });
  decoupled = await FapiTpp.make(bank, "decoupled", { tpp });
}, 60_000);
afterAll(() => bank[Symbol.asyncDispose]());
afterEach(() => bank.admin("DELETE", "/faults"));

async function fault(name: string, options: object = {}, rest: object = {}): Promise<void> {
  const answer = await bank.admin("POST", "/faults", { fault: name, options, ...rest });
  expect(answer.status).toBe(201);
}

/** Verifies as the bank's published keys allow. */
async function verified(client: FapiTpp, jwt: string): Promise<boolean> {
  const keys = createRemoteJWKSet(new URL(client.as.jwks_uri ?? ""), { [customFetch]: over(plainAgent(bank)) });
  return jwtVerify(jwt, keys, { currentDate: new Date(0) }).then(
    () => true,
    () => false,
  );
}

describe("discovery", () => {
  const document = async (name: "fapi1" | "fapi2" | "decoupled" = "fapi2"): Promise<Record<string, unknown>> =>
    (await call(bank.endpoints.fapi[name].wellKnownUrl, { agent: plainAgent(bank) })).body;

  it.each([
    ["other", "https://bank.evil.example"],
    ["trailing-slash", "ISSUER/"],
    ["case", "LOCALHOST"],
    ["port", "https://localhost:1/fapi2"],
    ["path", "ISSUER/other"],
  ])("OA-01 names another issuer: %s", async (as, expected) => {
    await fault("discovery.issuer", { as }, { for: { endpoint: "fapi2-F6" } });
    expect((await document())["issuer"]).toContain(expected.replace("ISSUER", bank.endpoints.fapi.fapi2.issuer));
    expect((await document("fapi1"))["issuer"]).toBe(bank.endpoints.fapi.fapi1.issuer);
  });

  it("OA-02 is a redirect", async () => {
    await fault("network.redirect", { to: "https://bank.evil.example" }, { for: { endpoint: "fapi2-F6" } });
    expect((await call(bank.endpoints.fapi.fapi2.wellKnownUrl, { agent: plainAgent(bank) })).status).toBe(302);
  });

  it.each([
    ["http", "http://localhost:"],
    ["foreign", "https://bank.evil.example/fapi2/token"],
    ["private", "https://10.0.0.1/fapi2/token"],
    ["other-issuer", "/fapi1/token"],
  ])("OA-03 puts an endpoint elsewhere: %s", async (as, expected) => {
    await fault("discovery.endpoint", { as });
    expect((await document())["token_endpoint"]).toContain(expected);
  });

  it("OA-04 changes token endpoint, key set or algorithms", async () => {
    const before = await document();
    await fault("discovery.moved");
    await fault("discovery.moved", { name: "jwks_uri" });
    await fault("discovery.algorithms");
    expect(await document()).toEqual({
      ...before,
      token_endpoint: `${String(before["token_endpoint"])}/v2`,
      jwks_uri: `${String(before["jwks_uri"])}/v2`,
      id_token_signing_alg_values_supported: ["RS256"],
    });
  });

  it("OA-05 drops S256, pushed requests and iss", async () => {
    const honest = await document();
    expect(honest).toMatchObject({
      code_challenge_methods_supported: ["S256"],
      require_pushed_authorization_requests: true,
      authorization_response_iss_parameter_supported: true,
    });
    for (const what of ["pkce", "par", "iss"]) await fault("discovery.drop", { what });
    const lie = await document();
    expect(lie).toMatchObject({ code_challenge_methods_supported: ["plain"], authorization_response_iss_parameter_supported: false });
    expect(lie).not.toHaveProperty("pushed_authorization_request_endpoint");
  });

  it("OA-06 names other addresses for calls with a certificate: its own, which work and are told apart in the books, or foreign ones", async () => {
    await fault("discovery.aliases", {}, { for: { endpoint: "fapi1-F6" } });
    const { token_endpoint: alias } = (await document("fapi1"))["mtls_endpoint_aliases"] as { token_endpoint: string };
    const { lastSeq } = (await bank.admin<{ lastSeq: number }>("GET", "/books/summary")).body;
    expect((await fapi1.tokenAnswer({ grant_type: "client_credentials", scope: "accounts" }, { url: alias })).status).toBe(200);
    const { calls } = (await bank.admin<{ calls: { endpoint: string }[] }>("GET", `/books/calls?since=${lastSeq}`)).body;
    expect(calls.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint.startsWith("fapi1"))).toEqual(["fapi1-F5-mtls"]);
    await bank.admin("DELETE", "/faults");
    await fault("discovery.aliases", { as: "foreign" });
    expect((await document("fapi1"))["mtls_endpoint_aliases"]).toEqual({ token_endpoint: "https://bank.evil.example/fapi1/mtls/token" });
  });
});

describe("the authorization response", () => {
  const answered = async (client: FapiTpp): Promise<URLSearchParams> => (await client.approve()).url.searchParams;

  it.each<[string, string, object, (sent: URLSearchParams) => unknown, unknown]>([
    ["OA-07", "response.drop", { name: "state" }, (sent) => sent.has("state"), false],
    ["OA-08", "response.wrong-state", {}, (sent) => sent.get("state"), "not-the-state"],
    ["OA-12", "response.drop", { name: "iss" }, (sent) => sent.has("iss"), false],
    ["OA-13", "response.set", { name: "iss", value: "https://bank.evil.example" }, (sent) => sent.getAll("iss"), ["https://bank.evil.example"]],
    ["OA-15", "response.repeat", { name: "code" }, (sent) => sent.getAll("code").length, 2],
    ["OA-17", "response.error", { description: "<script>alert(1)</script>" }, (sent) => sent.get("error_description"), "<script>alert(1)</script>"],
    ["OA-19", "response.error-beside-code", {}, (sent) => [sent.has("code"), sent.get("error")], [true, "access_denied"]],
    ["OA-20", "response.set", { name: "code", value: "x".repeat(12_000) }, (sent) => sent.get("code")?.length, 12_000],
    ["OA-21", "response.tokens", {}, (sent) => sent.has("access_token"), true],
  ])("%s %s", async (_row, name, options, of, expected) => {
    await fault(name, options, { for: { clientId: fapi2.client.client_id } });
    expect(of(await answered(fapi2))).toEqual(expected);
  });

  it("OA-08 lies inside the signed answer as well, which verifies", async () => {
    await fault("response.wrong-state");
    const { url } = await fapi1.approve();
    expect(responseClaims(url)).toMatchObject({ state: "not-the-state" });
    expect(await verified(fapi1, url.searchParams.get("response") ?? "")).toBe(true);
  });

  it.each<[string, string, string, unknown]>([
    ["OA-25", "wrong-iss", "iss", "https://authorize.evil.example"],
    ["OA-25", "no-iss", "iss", undefined],
    ["OA-26", "wrong-aud", "aud", "somebody-else"],
    ["OA-26", "no-aud", "aud", undefined],
    ["OA-27", "no-exp", "exp", undefined],
  ])("%s jarm.%s, with a good signature", async (_row, name, claim, expected) => {
    await fault(`jarm.${name}`);
    const { url } = await fapi1.approve();
    expect(responseClaims(url)[claim]).toBe(expected);
    expect(await verified(fapi1, url.searchParams.get("response") ?? "")).toBe(true);
  });

  it("OA-27 jarm.expired", async () => {
    await fault("jarm.expired");
    expect(Number(responseClaims((await fapi1.approve()).url)["exp"])).toBeLessThan(Date.now() / 1000);
  });

  it.each([
    ["OA-23", "alg-none", "none"],
    ["OA-24", "broken-signature", "PS256"],
    ["OA-24", "unknown-kid", "PS256"],
  ])("%s jarm.%s does not verify", async (_row, name, alg) => {
    await fault(`jarm.${name}`);
    const response = (await fapi1.approve()).url.searchParams.get("response") ?? "";
    expect(decodeProtectedHeader(response).alg).toBe(alg);
    expect(await verified(fapi1, response)).toBe(false);
  });

  it("OA-52 jarm.huge, .deep and .twice-code, with good signatures", async () => {
    const textOf = async (name: string, options: object): Promise<string> => {
      await fault(`jarm.${name}`, options);
      const response = (await fapi1.approve()).url.searchParams.get("response") ?? "";
      await bank.admin("DELETE", "/faults");
      expect(await verified(fapi1, response)).toBe(true);
      return Buffer.from(response.split(".")[1] ?? "", "base64url").toString();
    };
    // What this client still reads; browsers read more.
    expect((await textOf("huge", { length: 8_000 })).length).toBeGreaterThan(8_000);
    expect(await textOf("deep", {})).toContain("[".repeat(2_000));
    expect((await textOf("twice-code", {})).match(/"code":/g)).toHaveLength(2);
  });

  it("OA-28 jarm.plain", async () => {
    await fault("jarm.plain");
    const sent = await answered(fapi1);
    expect([...sent.keys()].toSorted()).toEqual(["code", "iss", "state"]);
  });
});

describe("the ID token, which comes from the token endpoint alone", () => {
  const idToken = async (): Promise<string> => String((await fapi1.redeemAnswer(await fapi1.approve())).body["id_token"]);

  it.each<[string, string, string, unknown]>([
    ["OA-29", "wrong-iss", "iss", "https://authorize.evil.example"],
    ["OA-30", "wrong-aud", "aud", "somebody-else"],
    ["OA-33", "no-exp", "exp", undefined],
    ["OA-35", "wrong-nonce", "nonce", "not-the-nonce"],
    ["OA-38", "no-at-hash", "at_hash", undefined],
    ["OA-49", "wrong-authorization", "authorizationId", "00000000-0000-4000-8000-000000000000"],
    ["OA-50", "no-sub", "sub", undefined],
  ])("%s id-token.%s, with a good signature", async (_row, name, claim, expected) => {
    await fault(`id-token.${name}`, {}, { for: { endpoint: "fapi1-F5" } });
    const token = await idToken();
    expect(decodeJwt(token)[claim]).toBe(expected);
    expect(await verified(fapi1, token)).toBe(true);
  });

  it("OA-31 OA-32 names a stranger too, or us in a list", async () => {
    await fault("id-token.second-aud");
    expect(decodeJwt(await idToken()).aud).toEqual([fapi1.client.client_id, "somebody-else"]);
    await bank.admin("DELETE", "/faults");
    await fault("id-token.aud-as-list");
    expect(decodeJwt(await idToken()).aud).toEqual([fapi1.client.client_id]);
  });

  it.each([
    ["OA-39", "alg-none", "none", false],
    ["OA-40", "other-alg", "ES256", false],
    ["OA-40", "rs256", "RS256", false],
    ["OA-40", "rs512", "RS512", false],
    ["OA-41", "hs256", "HS256", false],
    ["OA-42", "broken-signature", "PS256", false],
    ["OA-43", "unknown-kid", "PS256", false],
    ["OA-46", "own-key-in-header", "PS256", false],
  ])("%s id-token.%s does not verify as registered", async (_row, name, alg, good) => {
    await fault(`id-token.${name}`);
    const token = await idToken();
    expect(decodeProtectedHeader(token).alg).toBe(alg);
    expect(await verified(fapi1, token)).toBe(good);
  });

  it("OA-42 verifies by ES256 too, and no more once its signature is broken", async () => {
    await fault("id-token.es256");
    const whole = await idToken();
    expect(decodeProtectedHeader(whole).alg).toBe("ES256");
    expect(await verified(fapi1, whole)).toBe(true);
    await fault("id-token.broken-signature");
    expect(await verified(fapi1, await idToken())).toBe(false);
  });

  it("OA-41 verifies with the client's id as the secret", async () => {
    await fault("id-token.hs256-client-id");
    const secret = new TextEncoder().encode(fapi1.client.client_id);
    await expect(jwtVerify(await idToken(), secret)).resolves.toMatchObject({ protectedHeader: { alg: "HS256" } });
  });

  it("OA-46 verifies with the key that its header brings along, as jwk and as x5c", async () => {
    await fault("id-token.own-key-in-header", { at: "https://elsewhere.example" });
    const token = await idToken();
    const { jwk, x5c, jku, x5u } = decodeProtectedHeader(token);
    expect([jku, x5u]).toEqual(["https://elsewhere.example/jwks.json", "https://elsewhere.example/chain.pem"]);
    await expect(jwtVerify(token, jwk as never)).resolves.toMatchObject({ protectedHeader: { alg: "PS256" } });
    const certified = new X509Certificate(Buffer.from(x5c?.[0] ?? "", "base64")).publicKey;
    await expect(jwtVerify(token, certified)).resolves.toMatchObject({ protectedHeader: { alg: "PS256" } });
  });

  it("OA-40 is signed RS256 by the very key that is published for PS256", async () => {
    await fault("id-token.rs256");
    const token = await idToken();
    const { keys } = (await call<{ keys: { kid: string }[] }>(fapi1.as.jwks_uri ?? "", { agent: plainAgent(bank) })).body;
    const { alg: _, ...key } = keys.find(({ kid }) => kid === decodeProtectedHeader(token).kid) as { alg: string; kid: string };
    expect(await jwtVerify(token, key as never, { algorithms: ["RS256"] }).then(() => true)).toBe(true);
  });

  it("OA-44 is signed by a key that was published just before", async () => {
    await fault("bank.rotate-id-token-key");
    expect(await verified(fapi1, await idToken())).toBe(true);
    expect((await call<{ keys: object[] }>(fapi1.as.jwks_uri ?? "", { agent: plainAgent(bank) })).body.keys).toHaveLength(3);
  });

  it("OA-48 is encrypted by RSA1_5 to our own key", async () => {
    await fault("id-token.rsa1-5");
    const [header = "", secret = "", vector = "", text = ""] = (await idToken()).split(".");
    expect(JSON.parse(Buffer.from(header, "base64url").toString("utf8"))).toMatchObject({ alg: "RSA1_5", enc: "A128CBC-HS256" });
    const key = privateDecrypt({ key: fapi1.tpp.seal.key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(secret, "base64url"));
    const decipher = createDecipheriv("aes-128-cbc", key.subarray(16), Buffer.from(vector, "base64url"));
    const inner = Buffer.concat([decipher.update(Buffer.from(text, "base64url")), decipher.final()]).toString("utf8");
    expect(await verified(fapi1, inner)).toBe(true);
  });

  it("OA-50 another person in userinfo than in the ID token", async () => {
    const { tokens, claims } = await fapi2.connect();
    await fault("userinfo.other-sub");
    expect((await fapi2.userinfo(tokens.access_token)).sub).toBe("somebody-else");
    expect(claims?.sub).not.toBe("somebody-else");
  });

  it("OA-63 changes its issuer or subject with a refresh", async () => {
    const { tokens } = await fapi1.connect();
    await fault("id-token.other-sub");
    const refreshed = await fapi1.tokenAnswer({ grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "" });
    expect(decodeJwt(String(refreshed.body["id_token"])).sub).toBe("somebody-else");
  });
});

describe("the token endpoint", () => {
  const own = async (client = fapi1): Promise<Answer> => client.tokenAnswer({ grant_type: "client_credentials", scope: "accounts" });

  it.each<[string, string, object, string, unknown]>([
    ["OA-53", "token.set", { name: "token_type", value: "bEARER" }, "token_type", "bEARER"],
    ["OA-54", "token.set", { name: "scope", value: "accounts payments" }, "scope", "accounts payments"],
    ["OA-55", "token.drop", { name: "expires_in" }, "expires_in", undefined],
    ["OA-56", "token.error-in-success", {}, "error", "invalid_grant"],
  ])("%s %s %j", async (_row, name, options, member, expected) => {
    await fault(name, options);
    const answer = await own();
    expect(answer.status).toBe(200);
    expect(answer.body[member]).toBe(expected);
  });

  it("OA-57 OA-59 redirects, or refuses", async () => {
    await fault("network.redirect", { to: "https://bank.evil.example", status: 307 }, { for: { endpoint: "fapi1-F5" }, times: 1 });
    expect((await own()).status).toBe(307);
    await fault("token.refused");
    expect(await own()).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  });

  it.each([
    ["token.other-certificate", { "x5t#S256": "A".repeat(43) }],
    ["token.other-key", { jkt: "A".repeat(43) }],
    ["token.unbound", undefined],
  ])("OA-58 %s: the token says so, and opens nothing", async (name, cnf) => {
    await fault(name, {}, { for: { psu: logins.fapi1 } });
    const { tokens } = await fapi1.connect();
    expect(decodeJwt(tokens.access_token)["cnf"]).toEqual(cnf);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await call(`${bank.endpoints.fapi.fapi1.aisBaseUrl}/accounts`, { headers, agent: fapi1.agent })).status).toBe(401);
  });

  it("OA-61 takes a code without its verifier, with a wrong one, and with the right one", async () => {
    await fault("token.no-pkce");
    expect((await fapi1.redeemAnswer({ url: (await fapi1.approve()).url })).status).toBe(200);
    expect((await fapi1.redeemAnswer({ url: (await fapi1.approve()).url, verifier: "b".repeat(64) })).status).toBe(200);
    expect((await fapi1.redeemAnswer(await fapi1.approve())).status).toBe(200);
  });

  it("ends access tokens and forgets refresh tokens at the bank's side, for the authorization that is meant", async () => {
    const [mine, other] = [await fapi1.connect(), await fapi1.connect()];
    const aim = { for: { authorizationId: mine.authorizationId } };
    await fault("token.expire-access", {}, aim);
    await fault("token.forget-refresh", {}, aim);
    const status = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await call(`${bank.endpoints.fapi.fapi1.aisBaseUrl}/accounts`, { headers, agent: fapi1.agent })).status;
    };
    expect([await status(mine.tokens.access_token), await status(other.tokens.access_token)]).toEqual([401, 200]);
    await expect(fapi1.refresh(mine.tokens.refresh_token ?? "")).rejects.toMatchObject({ error: "invalid_grant" });
    await fault("consent.revoke", {}, { for: { authorizationId: other.authorizationId } });
    expect(await status(other.tokens.access_token)).toBe(403);
    await expect(fapi1.refresh(other.tokens.refresh_token ?? "")).rejects.toMatchObject({ error: "invalid_grant" });
  });
});

describe("pushed and decoupled requests", () => {
  it("OA-68 has run out when it is brought", async () => {
    const { uri } = await fapi1.push(await fapi1.intent());
    await fault("request.expire");
    const { url } = await new Browser(bank.endpoints.issuer).open(fapi1.pageUrl(uri));
    expect(new URL(url).searchParams.get("error")).toBe("invalid_request_uri");
  });

  it.each([
    ["answer.drop", { name: "request_uri" }, { expires_in: 60 }],
    ["answer.drop", { name: "expires_in" }, { request_uri: expect.stringContaining("urn:") as string }],
    [
      "answer.set",
      { path: "request_uri", value: "urn:ietf:params:oauth:request_uri:used" },
      { request_uri: "urn:ietf:params:oauth:request_uri:used", expires_in: 60 },
    ],
  ])("OA-68 %s %j", async (name, options, expected) => {
    await fault(name, options, { for: { endpoint: "fapi1-F8" } });
    const request = await fapi1.requestObject({
      response_type: "code",
      response_mode: "jwt",
      redirect_uri: "https://ledger.example/callback",
      scope: "openid accounts",
      nonce: "n",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    });
    const answer = await fapi1.tokenAnswer({ request }, { url: fapi1.as.pushed_authorization_request_endpoint ?? "" });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual(expected);
  });

  it("OA-74 wants another interval, and refuses as it is told", async () => {
    await fault("answer.set", { path: "interval", value: 31 }, { for: { endpoint: "decoupled-F11" } });
    const asked = await decoupled.backchannel();
    expect(asked.interval).toBe(31);
    for (const error of ["slow_down", "access_denied", "expired_token", "invalid_request"]) {
      await fault("token.refused", { error }, { for: { authorizationId: asked.authorizationId }, times: 1 });
      await expect(decoupled.poll(asked.auth_req_id)).rejects.toMatchObject({ error });
    }
  });
});

describe("DPoP", () => {
  it("OA-75 wants another nonce every time", async () => {
    await fault("dpop.nonce-always", {}, { for: { clientId: fapi2.client.client_id } });
    await expect(fapi2.ownToken()).rejects.toSatisfy((error) => oauth.isDPoPNonceError(error));
    await bank.admin("DELETE", "/faults");
    const { tokens } = await fapi2.connect();
    await fault("dpop.nonce-always", {}, { for: { endpoint: "fapi2-A4" } });
    await expect(fapi2.resource(tokens.access_token, "/accounts")).rejects.toSatisfy((error) => oauth.isDPoPNonceError(error));
  });

  it("OA-75 writes the scheme in odd letters, and takes it so", async () => {
    await fault("dpop.odd-case");
    const { tokens } = await fapi2.connect();
    expect((await fapi2.resource(tokens.access_token, "/accounts")).status).toBe(200);
    const headers = { authorization: `dPoP ${tokens.access_token}` };
    const refused = await call(`${bank.endpoints.fapi.fapi2.aisBaseUrl}/accounts`, { headers, agent: fapi2.agent });
    expect(refused.headers["www-authenticate"]).toBe('dPoP error="invalid_dpop_proof"');
  });
});
