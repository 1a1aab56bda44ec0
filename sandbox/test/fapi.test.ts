import { createPrivateKey, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { CompactSign, decodeJwt, exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { Browser, visit } from "./browser.ts";
import { FapiTpp, intentClaims, logins, over, responseClaims, type IssuerName } from "./fapi-tpp.ts";
import { agentOf, hold, roleOids } from "./qualified-tpp.ts";
import { call, plainAgent } from "./tpp.ts";
import { callback, UkTpp } from "./uk-tpp.ts";

interface Account {
  readonly accountId: string;
  readonly identifier: string;
  readonly servicer: string;
}

let bank: TestBank;
let tpp: UkTpp;
let fapi1: FapiTpp;
let fapi2: FapiTpp;
let decoupled: FapiTpp;
/** Another certificate of the same organisation with the same subject. */
let stranger: ReturnType<typeof agentOf>;
beforeAll(async () => {
  bank = await startBank();
  tpp = await UkTpp.make(bank);
  fapi1 = await FapiTpp.make(bank, "fapi1", { tpp });
  fapi2 = await FapiTpp.make(bank, "fapi2", { tpp });
  decoupled = await FapiTpp.make(bank, "decoupled", { tpp });
  stranger = agentOf(bank, await hold(bank, { roles: [roleOids.AI] }));
}, 60_000);
afterAll(() => bank[Symbol.asyncDispose]());

async function read(client: FapiTpp, token: string): Promise<{ accounts: Account[]; transactions: object[] }> {
  const accounts = (await (await client.resource(token, "/accounts")).json()) as Account[];
  const page = await client.resource(token, `/accounts/${accounts[0]?.accountId ?? ""}/transactions`);
  return { accounts, transactions: ((await page.json()) as { transactions: object[] }).transactions };
}

async function callsOf(authorizationId: string): Promise<string[]> {
  const { calls } = (await bank.admin<{ calls: { endpoint: string; status: number }[] }>("GET", `/books/calls?authorizationId=${authorizationId}`)).body;
  return calls.map(({ endpoint, status }) => `${endpoint} ${status}`);
}

/** The message of what the library refused. */
async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "no failure",
    (error: unknown) => (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError ? error.error : error),
  );
}

describe("an honest client", () => {
  it("OA-25 walks the whole way at fapi1: pushed and signed request, signed answer, certificate on the connection and in the token", async () => {
    const { tokens, authorizationId, claims } = await fapi1.connect();
    expect(claims).toMatchObject({ authorizationId, acr: "urn:openbanking:psd2:sca", at_hash: expect.any(String) as string });
    const thumbprint = Buffer.from(tpp.qwac.certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
    expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf: { "x5t#S256": thumbprint }, authorizationId, client_id: fapi1.client.client_id });
    const { accounts, transactions } = await read(fapi1, tokens.access_token);
    expect(accounts.map(({ servicer }) => servicer)).toEqual(["HALLFIHH", "HALLFIHH"]);
    expect(transactions.length).toBeGreaterThan(50);
    const refreshed = await fapi1.refresh(tokens.refresh_token ?? "");
    expect((await read(fapi1, refreshed.access_token)).accounts).toEqual(accounts);
    expect(await callsOf(authorizationId)).toEqual([
      "fapi1-A1 201",
      "fapi1-F8 201",
      "fapi1-F9 303",
      "fapi1-F9-page 200",
      "fapi1-F9-login 303",
      "fapi1-F9-page 200",
      "fapi1-F9-decision 303",
      "fapi1-F5 200",
      "fapi1-A4 200",
      "fapi1-A6 200",
      "fapi1-F5 200",
      "fapi1-A4 200",
      "fapi1-A6 200",
    ]);
  });

  it("OA-75 walks the whole way at fapi2 with a DPoP key, challenged for a nonce whenever it brings none that counts", async () => {
    const { tokens, authorizationId, claims } = await fapi2.connect();
    const { calls } = (await bank.admin<{ calls: { endpoint: string; status: number }[] }>("GET", `/books/calls?clientId=${fapi2.client.client_id}`)).body;
    // The client keeps one nonce a host, and the account interface has its own.
    const challenged = calls.filter(({ status }) => status === 400 || status === 401);
    expect(challenged.map(({ endpoint, status }) => `${endpoint} ${status}`)).toEqual(["fapi2-F5 400", "fapi2-A1 401", "fapi2-F8 400"]);
    expect(tokens.token_type).toBe("dpop");
    expect(claims).toMatchObject({ authorizationId });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf: { jkt: await fapi2.dpop?.calculateThumbprint() } });
    expect((await read(fapi2, tokens.access_token)).accounts.map(({ servicer }) => servicer)).toEqual(["KASTFIHH", "KASTFIHH"]);
    const refreshed = await fapi2.refresh(tokens.refresh_token ?? "");
    expect((await read(fapi2, refreshed.access_token)).accounts).toHaveLength(2);
  });

  it("walks it at fapi2 with tokens bound to the certificate, and a signed answer where it asks for one", async () => {
    const byCertificate = await FapiTpp.make(bank, "fapi2", { tpp, dpop_bound_access_tokens: undefined, tls_client_certificate_bound_access_tokens: true });
    const approved = await byCertificate.approve("approve", { response_mode: "jwt" });
    expect(responseClaims(approved.url)).toMatchObject({ iss: byCertificate.as.issuer, aud: byCertificate.client.client_id, state: approved.state });
    const tokens = await byCertificate.redeem(await byCertificate.response(approved), approved);
    expect((await read(byCertificate, tokens.access_token)).accounts).toHaveLength(2);
  });

  it("OA-74 waits for an approval at decoupled, which the person gives on a page", async () => {
    const asked = await decoupled.backchannel();
    expect(asked).toMatchObject({ interval: 5, expires_in: 900 });
    expect(await failure(decoupled.poll(asked.auth_req_id))).toBe("authorization_pending");
    const { selection } = await visit(`${bank.endpoints.fapi.decoupled.pageUrl}?authorizationId=${asked.authorizationId}`, { psuId: logins.decoupled });
    expect(selection.text).toContain("Routa test bank");
    expect(await failure(decoupled.poll(asked.auth_req_id))).toBe("slow_down");
    await bank.admin("POST", "/faults", { fault: "bank.clock", options: { offsetSeconds: 5 } });
    const tokens = await decoupled.poll(asked.auth_req_id);
    await bank.admin("DELETE", "/faults");
    expect(decodeJwt(tokens.access_token)).toMatchObject({ authorizationId: asked.authorizationId });
    expect((await read(decoupled, tokens.access_token)).accounts.map(({ servicer }) => servicer)).toEqual(["ROUTFIHH", "ROUTFIHH"]);
    expect((await read(decoupled, (await decoupled.refresh(tokens.refresh_token ?? "")).access_token)).accounts).toHaveLength(2);
  });
});

describe("a person who refuses", () => {
  it("sends the client away from fapi1 and fapi2 with access_denied", async () => {
    for (const client of [fapi1, fapi2]) {
      const approved = await client.approve("refuse");
      expect(await failure(client.response(approved))).toBe("access_denied");
      const answer = await client.resource(await client.ownToken(), `/authorizations/${approved.authorizationId}`);
      expect(await answer.json()).toMatchObject({ status: "Rejected" });
    }
  });

  it("OA-74 ends the waiting at decoupled, by the page or by the operator; nobody else decides", async () => {
    const asked = await decoupled.backchannel();
    const page = `${bank.endpoints.fapi.decoupled.pageUrl}?authorizationId=${asked.authorizationId}`;
    await visit(page, { psuId: "55555552" });
    expect(await failure(decoupled.poll(asked.auth_req_id))).toBe("authorization_pending");
    await visit(page, { psuId: logins.decoupled, decision: "refuse" });
    const second = await decoupled.backchannel();
    const { approvals } = (await bank.admin<{ approvals: object[] }>("GET", "/fapi/decoupled/approvals")).body;
    expect(approvals).toEqual([{ authorizationId: second.authorizationId, clientId: decoupled.client.client_id, psuId: logins.decoupled }]);
    await bank.admin("POST", "/fapi/decoupled/approvals", { authorizationId: second.authorizationId, decision: "refuse" });
    expect(await failure(decoupled.poll(second.auth_req_id))).toBe("access_denied");
  });
});

describe("registration", () => {
  const problem = async (name: IssuerName, overrides: Record<string, unknown>): Promise<string> =>
    FapiTpp.make(bank, name, { tpp, ...overrides }).then(
      () => "registered",
      (error: unknown) => (error as Error).message,
    );

  it.each<[IssuerName, Record<string, unknown>, string]>([
    ["fapi1", { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "PS256" }, "must be tls_client_auth"],
    ["fapi1", { tls_client_certificate_bound_access_tokens: false }, "tls_client_certificate_bound_access_tokens must be true"],
    ["fapi1", { dpop_bound_access_tokens: true }, "dpop_bound_access_tokens is not offered"],
    ["fapi1", { response_types: ["code id_token"] }, "must be code"],
    ["fapi2", { tls_client_certificate_bound_access_tokens: true }, "Exactly one"],
    ["fapi2", { aud: "https://localhost/fapi1" }, "aud must be"],
    ["decoupled", { backchannel_token_delivery_mode: "ping" }, "must be poll"],
    ["decoupled", { backchannel_authentication_request_signing_alg: undefined }, "are signed"],
  ])("at %s refuses %j", async (name, overrides, words) => {
    expect(await problem(name, overrides)).toContain(words);
  });

  it("is read, replaced and ended with the client's own token over its certificate", async () => {
    const client = await FapiTpp.make(bank, "fapi1", { tpp });
    const token = await client.ownToken();
    expect(await client.manage("GET", { token })).toMatchObject({ status: 200, body: client.registration });
    const body = await tpp.sign({
      ...(await tpp.claims({ ...client.registration, jti: randomUUID(), exp: Math.floor(Date.now() / 1000) + 60 })),
      software_statement: await tpp.statement(),
    });
    expect(await client.manage("PUT", { token, body })).toMatchObject({ status: 200, body: { client_id: client.client.client_id } });
    const { agent } = client;
    client.agent = stranger;
    expect((await client.manage("GET", { token })).status).toBe(401);
    client.agent = agent;
    expect((await client.manage("DELETE", { token })).status).toBe(204);
    expect((await client.manage("GET", { token })).status).toBe(401);
  });
});

describe("a pushed request", () => {
  const ok = { response_type: "code", redirect_uri: callback, scope: "openid accounts", response_mode: "jwt", state: "s", nonce: "n" };
  const challenge = { code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" };
  const push = async (parameters: Record<string, unknown>): Promise<{ status: number; body: Record<string, unknown> }> => {
    const request = await fapi1.requestObject({ ...ok, ...challenge, claims: intentClaims(await fapi1.intent()), ...parameters });
    return fapi1.tokenAnswer({ request }, { url: fapi1.as.pushed_authorization_request_endpoint ?? "" });
  };

  it("is taken where everything is right", async () => {
    expect(await push({})).toMatchObject({ status: 201, body: { expires_in: 60 } });
  });

  it.each([
    ["no PKCE", { code_challenge: undefined, code_challenge_method: undefined }, "PKCE"],
    ["plain PKCE", { code_challenge_method: "plain" }, "code_challenge_method"],
    ["no nbf", { nbf: undefined }, "nbf"],
    ["a long life", { exp: Math.floor(Date.now() / 1000) + 7200 }, "3600"],
    ["another audience", { aud: "https://bank.example" }, "Request Object"],
    ["another redirect", { redirect_uri: "https://evil.example/callback" }, "redirect_uri"],
    ["a plain answer", { response_mode: "query" }, "response_mode"],
    ["another response type", { response_type: "code id_token" }, "response_type"],
  ])("is refused with %s", async (_what, parameters, words) => {
    const answer = await push(parameters);
    expect(answer.status).toBe(400);
    expect(String(answer.body["error_description"])).toContain(words);
  });

  it("is refused unsigned, signed by a stranger, over no certificate, and in the address", async () => {
    const endpoint = fapi1.as.pushed_authorization_request_endpoint ?? "";
    const plain = { ...ok, ...challenge, claims: JSON.stringify(intentClaims(await fapi1.intent())) };
    expect(await fapi1.tokenAnswer(plain, { url: endpoint })).toMatchObject({ status: 400 });
    const { privateKey } = await generateKeyPair("PS256", { extractable: true });
    const key = createPrivateKey({ key: await exportJWK(privateKey), format: "jwk" });
    const foreign = await fapi1.requestObject({ ...ok, ...challenge }, key);
    expect(await fapi1.tokenAnswer({ request: foreign }, { url: endpoint })).toMatchObject({ status: 400, body: { error: "invalid_request_object" } });
    expect(await fapi1.tokenAnswer({ request: foreign }, { url: endpoint, agent: plainAgent(bank) })).toMatchObject({
      status: 401,
      body: { error: "invalid_client" },
    });
    const page = await new Browser(bank.endpoints.issuer).open(
      `${fapi1.as.authorization_endpoint ?? ""}?${new URLSearchParams({ ...plain, client_id: fapi1.client.client_id }).toString()}`,
    );
    expect(page.url === "" || !page.text.includes("Log in")).toBe(true);
  });

  it("OA-68 opens the pages once", async () => {
    const { uri } = await fapi1.push(await fapi1.intent());
    await visit(fapi1.pageUrl(uri), { psuId: logins.fapi1 });
    const again = await new Browser(bank.endpoints.issuer).open(fapi1.pageUrl(uri));
    expect(new URL(again.url).searchParams.get("error")).toBe("invalid_request_uri");
    const second = await fapi1.push(await fapi1.intent());
    const opened = await new Browser(bank.endpoints.issuer).open(fapi1.pageUrl(second.uri));
    expect(opened.text).toContain("Halla test bank");
    const beside = await new Browser(bank.endpoints.issuer).open(fapi1.pageUrl(second.uri));
    expect(new URL(beside.url).searchParams.get("error")).toBe("invalid_request_uri");
  });

  it("is answered with an error where it names no pending authorization", async () => {
    const { uri, state } = await fapi1.push("no-such-authorization");
    const { url } = await new Browser(bank.endpoints.issuer).open(fapi1.pageUrl(uri));
    expect(responseClaims(new URL(url))).toMatchObject({ error: "invalid_request", state });
  });
});

describe("the token endpoint", () => {
  it("wants the code_verifier, the certificate, and each code once", async () => {
    const approved = await fapi1.approve();
    expect(await fapi1.redeemAnswer({ url: approved.url })).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    const second = await fapi1.approve();
    expect(await fapi1.redeemAnswer({ url: second.url, verifier: "b".repeat(64) })).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    const third = await fapi1.approve();
    expect(await fapi1.redeemAnswer(third)).toMatchObject({ status: 200 });
    expect(await fapi1.redeemAnswer(third)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    expect(await fapi1.tokenAnswer({ grant_type: "client_credentials", scope: "accounts" }, { agent: plainAgent(bank) })).toMatchObject({ status: 401 });
  });

  it.each([
    ["the token endpoint", (client: FapiTpp) => client.as.token_endpoint],
    ["a list", (client: FapiTpp) => [client.as.issuer]],
  ])("OA-66 wants an assertion for the issuer, not for %s", async (_what, audience) => {
    for (const client of [fapi2, decoupled]) {
      const now = Math.floor(Date.now() / 1000);
      const id = client.client.client_id;
      const claims = { iss: id, sub: id, aud: audience(client), jti: randomUUID(), iat: now, exp: now + 60 };
      const assertion = await new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: "PS256", kid: tpp.sealKid }).sign(tpp.seal.key);
      const fields = { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: assertion };
      expect(await client.tokenAnswer({ grant_type: "client_credentials", scope: "accounts", ...fields })).toMatchObject({
        status: 401,
        body: { error: "invalid_client" },
      });
    }
  });

  it("takes an authentication request of decoupled only signed, for a known person and a pending authorization", async () => {
    const id = await decoupled.intent();
    const unsigned = oauth.backchannelAuthenticationRequest(
      decoupled.as,
      decoupled.client,
      decoupled.authentication,
      { scope: "openid accounts", login_hint: logins.decoupled, claims: JSON.stringify(intentClaims(id)) },
      decoupled.wire,
    );
    expect((await unsigned).status).toBe(400);
    expect(await failure(decoupled.backchannel({ login_hint: "nobody" }))).toBe("unknown_user_id");
    expect(await failure(decoupled.backchannel({ claims: intentClaims("no-such") }))).toBe("invalid_request");
  });
});

describe("the account interface", () => {
  it("OA-58 takes a token only over the certificate it is bound to", async () => {
    const { tokens } = await fapi1.connect();
    const url = `${bank.endpoints.fapi.fapi1.aisBaseUrl}/accounts`;
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await call(url, { headers, agent: fapi1.agent })).status).toBe(200);
    const refused = await call(url, { headers, agent: stranger });
    expect(refused).toMatchObject({ status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } });
    expect((await call(url, { headers, agent: plainAgent(bank) })).status).toBe(401);
    expect((await call(url, { headers: { authorization: `DPoP ${tokens.access_token}` }, agent: fapi1.agent })).status).toBe(401);
    const forged = `${tokens.access_token.slice(0, -8)}AAAAAAAA`;
    expect((await call(url, { headers: { authorization: `Bearer ${forged}` }, agent: fapi1.agent })).status).toBe(401);
  });

  it("OA-75 takes a token of a key only with a fresh proof of that key, for that call", async () => {
    const { tokens } = await fapi2.connect();
    const token = tokens.access_token;
    const url = `${bank.endpoints.fapi.fapi2.aisBaseUrl}/accounts`;
    expect((await call(url, { headers: { authorization: `Bearer ${token}` }, agent: fapi2.agent })).status).toBe(401);
    expect((await call(url, { headers: { authorization: `DPoP ${token}` }, agent: fapi2.agent })).headers["www-authenticate"]).toContain("invalid_dpop_proof");

    const proof = await generateKeyPair("ES256", { extractable: true });
    const handle = oauth.DPoP(fapi2.client, { privateKey: proof.privateKey, publicKey: proof.publicKey });
    const other = { [oauth.customFetch]: over(fapi2.agent), DPoP: handle };
    const otherKey = async (): Promise<Response> => oauth.protectedResourceRequest(token, "GET", new URL(url), new Headers(), null, other);
    expect(await fapi2.twice(otherKey).catch((error: unknown) => (error as oauth.WWWAuthenticateChallengeError).status)).toBe(401);

    const seen: string[] = [];
    const spying = {
      ...fapi2.wire,
      [oauth.customFetch]: (address: string, options: { headers: Record<string, string> }) => {
        seen.push(options.headers["dpop"] ?? "");
        return over(fapi2.agent)(address, options);
      },
    };
    await fapi2.twice(() => oauth.protectedResourceRequest(token, "GET", new URL(url), new Headers(), null, spying as never));
    const headers = { authorization: `dPoP ${token}`, dpop: seen.at(-1) ?? "" };
    expect((await call(url, { headers, agent: fapi2.agent })).status).toBe(401); // the proof was used
    expect((await call(`${url}/x`, { headers, agent: fapi2.agent })).status).toBe(401); // and is for another call
  });

  it("says who the person is only at fapi2, in the words of the ID token, to a bound token of that person", async () => {
    const { tokens, claims, authorizationId } = await fapi2.connect();
    expect(await fapi2.userinfo(tokens.access_token)).toEqual({ sub: claims?.sub, authorizationId });
    expect((await call(fapi2.as.userinfo_endpoint ?? "", { headers: { authorization: `DPoP ${tokens.access_token}` }, agent: fapi2.agent })).status).toBe(401);
    expect(await callsOf(authorizationId)).toContain("fapi2-F13 200");
    expect([fapi1.as, decoupled.as].map((as) => as.userinfo_endpoint)).toEqual([undefined, undefined]);
  });

  it("opens nothing to the client's own token, and to nobody after the authorization has ended", async () => {
    expect((await fapi1.resource(await fapi1.ownToken(), "/accounts").catch((error: unknown) => error as Response)).status).toBe(403);
    const { tokens, authorizationId } = await fapi1.connect();
    const gone = await fapi1.resource(tokens.access_token, `/authorizations/${authorizationId}`, { method: "DELETE" });
    expect(await gone.json()).toMatchObject({ status: "Revoked" });
    expect((await fapi1.resource(tokens.access_token, "/accounts")).status).toBe(403);
    expect(await failure(fapi1.refresh(tokens.refresh_token ?? ""))).toBe("invalid_grant");
  });

  it("shows only the accounts the person chose", async () => {
    const intent = await fapi1.intent();
    const { uri } = await fapi1.push(intent);
    const [first] = await peopleAccounts(logins.fapi1);
    const end = await visit(fapi1.pageUrl(uri), { psuId: logins.fapi1, only: { account: [first ?? ""] } });
    expect(end.redirectedTo).toContain(callback);
    const { authorizations } = (await bank.admin<{ authorizations: object[] }>("GET", `/authorizations?psu=${logins.fapi1}`)).body;
    expect(authorizations).toContainEqual(expect.objectContaining({ authorizationId: intent, accountIds: [first] }));
  });

  it("forgets tokens that are taken back (RFC 7009), access and refresh", async () => {
    const { tokens } = await fapi1.connect();
    await fapi1.revoke(tokens.access_token);
    expect(await fapi1.resource(tokens.access_token, "/accounts").catch((error: unknown) => (error as oauth.WWWAuthenticateChallengeError).status)).toBe(401);
    await fapi1.revoke(tokens.refresh_token ?? "");
    expect(await failure(fapi1.refresh(tokens.refresh_token ?? ""))).toBe("invalid_grant");
  });
});

describe("state", () => {
  it("of the issuers outlives a restart, with no token in clear", async () => {
    const { tokens } = await fapi1.connect();
    const published = async (): Promise<object> => (await call(fapi1.as.jwks_uri ?? "", { agent: plainAgent(bank) })).body;
    const keys = await published();
    const { folder } = bank;
    await bank.stop();
    expect(readFileSync(`${folder}/fapi/fapi1/grants.jsonl`, "utf8")).not.toContain(tokens.refresh_token);
    bank = await startBank({ folder });
    expect(await published()).toEqual(keys);
    expect((await read(fapi1, (await fapi1.refresh(tokens.refresh_token ?? "")).access_token)).accounts).toHaveLength(2);
    expect((await read(fapi1, tokens.access_token)).accounts).toHaveLength(2);
  });
});

async function peopleAccounts(psuId: string): Promise<string[]> {
  const { people } = (await bank.admin<{ people: { psuId: string; accounts: { accountId: string }[] }[] }>("GET", "/people")).body;
  return people.find((each) => each.psuId === psuId)?.accounts.map(({ accountId }) => accountId) ?? [];
}
