import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { agentOf, directory, hold } from "./qualified-tpp.ts";
import { call, plainAgent } from "./tpp.ts";
import { callback, UkTpp, type Registration } from "./uk-tpp.ts";

let bank: TestBank;
let tpp: UkTpp;
let byCertificate: Registration;
let byAssertion: Registration;
const assertionClaims = { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "PS256", tls_client_auth_subject_dn: undefined };
beforeAll(async () => {
  bank = await startBank();
  tpp = await UkTpp.make(bank);
  byCertificate = await tpp.registered();
  byAssertion = await tpp.registered(assertionClaims);
});
afterAll(() => bank[Symbol.asyncDispose]());

describe("discovery of the UK bank", () => {
  it("says where everything is and what is offered, without a certificate", async () => {
    const { issuer, registrationUrl, tokenUrl, wellKnownUrl } = bank.endpoints.uk;
    const { status, body } = await call(wellKnownUrl, { agent: plainAgent(bank) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issuer,
      registration_endpoint: registrationUrl,
      token_endpoint: tokenUrl,
      jwks_uri: `${issuer}/jwks`,
      token_endpoint_auth_methods_supported: ["tls_client_auth", "private_key_jwt"],
      token_endpoint_auth_signing_alg_values_supported: ["PS256", "ES256"],
      tls_client_certificate_bound_access_tokens: true,
      grant_types_supported: expect.arrayContaining(["client_credentials", "authorization_code", "refresh_token"]),
      scopes_supported: expect.arrayContaining(["openid", "accounts", "payments", "fundsconfirmations"]),
    });
    const { keys } = (await call<{ keys: object[] }>(`${issuer}/jwks`, { agent: plainAgent(bank) })).body;
    expect(keys).toEqual([expect.objectContaining({ kty: "RSA", alg: "PS256" })]);
    expect(keys[0]).not.toHaveProperty("d");
  });
});

describe("tokens of the UK bank", () => {
  it("come for the certificate with the registered subject", async () => {
    const answer = await tpp.token({ client_id: byCertificate.client_id });
    expect(answer).toMatchObject({ status: 200, body: { token_type: "Bearer", expires_in: 3600, scope: "accounts" } });
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("come for an assertion by a key that the directory publishes, at the issuer or the endpoint", async () => {
    for (const aud of [bank.endpoints.uk.issuer, bank.endpoints.uk.tokenUrl]) {
      expect((await tpp.token(await tpp.assertion(byAssertion.client_id, { aud }))).status).toBe(200);
    }
  });

  it("come for ES256, and for a key that was published a moment ago", async () => {
    const client = await tpp.registered({ ...assertionClaims, token_endpoint_auth_signing_alg: "ES256" });
    const seal = await hold(bank, { type: "eseal", key: "EC" });
    const uploaded = await directory<{ kid: string }>(bank, "POST", `${tpp.path}/certificate`, seal.chain);
    const signing = { key: seal.key, header: { alg: "ES256", kid: uploaded.body.kid } };
    expect((await tpp.token(await tpp.assertion(client.client_id, {}, signing))).status).toBe(200);
    await directory(bank, "DELETE", `${tpp.path}/certificate/${uploaded.body.kid}`);
    expect((await tpp.token(await tpp.assertion(client.client_id, {}, signing))).status).toBe(401);
  });

  it("are refused to an assertion that was used before, lives too long, or is for another place", async () => {
    const once = await tpp.assertion(byAssertion.client_id);
    expect((await tpp.token(once)).status).toBe(200);
    const now = Math.floor(Date.now() / 1000);
    const refused = [
      once,
      await tpp.assertion(byAssertion.client_id, { iat: now, exp: now + 301 }),
      await tpp.assertion(byAssertion.client_id, { iat: undefined }),
      await tpp.assertion(byAssertion.client_id, { aud: "https://elsewhere.example" }),
      await tpp.assertion(byAssertion.client_id, { exp: now - 60, iat: now - 120 }),
      await tpp.assertion(byAssertion.client_id, { jti: undefined }),
      await tpp.assertion(byAssertion.client_id, { iss: "other" }),
      await tpp.assertion(byAssertion.client_id, {}, { key: (await hold(bank, { type: "eseal", key: "RSA" })).key }),
    ];
    for (const fields of refused) expect(await tpp.token(fields)).toMatchObject({ status: 401, body: { error: "invalid_client" } });
  });

  it("are refused to the wrong way of authentication", async () => {
    expect(await tpp.token({ client_id: byAssertion.client_id })).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    expect(await tpp.token(await tpp.assertion(byCertificate.client_id))).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    expect(await tpp.token({ client_id: "nobody" })).toMatchObject({ status: 401, body: { error: "invalid_client" } });
  });

  it("are refused without a QWAC, and to the certificate of another subject", async () => {
    const fields = { client_id: byCertificate.client_id };
    const other = await hold(bank, { identifier: "PSDFI-FINFSA-9999999-9" });
    for (const agent of [plainAgent(bank), agentOf(bank, tpp.seal), agentOf(bank, other)]) {
      expect(await tpp.token(fields, { agent })).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    }
  });

  it("have no scope beyond what was registered", async () => {
    expect(await tpp.token({ client_id: byCertificate.client_id, scope: "fundsconfirmations" })).toMatchObject({
      status: 400,
      body: { error: "invalid_scope" },
    });
    expect((await tpp.token({ client_id: byCertificate.client_id, scope: "accounts payments" })).body.scope).toBe("accounts payments");
  });

  it("come for no other grant yet", async () => {
    expect(await tpp.token({ client_id: byCertificate.client_id, grant_type: "authorization_code", code: "x" })).toMatchObject({ status: 400 });
    expect(await tpp.token({ client_id: byCertificate.client_id, grant_type: "password" })).toMatchObject({
      status: 400,
      body: { error: "unsupported_grant_type" },
    });
  });

  it("end when the settings say", async () => {
    await using brief = await startBank({ env: { SANDBOX_ACCESS_TOKEN_SECONDS: "77" } });
    const party = await UkTpp.make(brief);
    const client = await party.registered();
    expect((await party.token({ client_id: client.client_id })).body.expires_in).toBe(77);
  });
});

describe("the developer portal of the UK bank", () => {
  interface PortalClient {
    readonly clientId: string;
    readonly clientSecret: string;
  }

  it("makes clients that log in with a secret, over mutual TLS all the same", async () => {
    for (const method of ["client_secret_basic", "client_secret_post"] as const) {
      const made = await bank.admin<PortalClient>("POST", "/uk/clients", { clientName: "By hand", redirectUris: [callback], scope: "accounts", method });
      expect(made.status).toBe(201);
      const { clientId, clientSecret } = made.body;
      const login = (secret: string): Parameters<UkTpp["token"]> =>
        method === "client_secret_post"
          ? [{ client_id: clientId, client_secret: secret }]
          : [{}, { headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}` } }];
      expect(await tpp.token(...login(clientSecret))).toMatchObject({ status: 200, body: { scope: "accounts" } });
      expect(await tpp.token(...login("wrong"))).toMatchObject({ status: 401, body: { error: "invalid_client" } });
      const [fields, options] = login(clientSecret);
      expect((await tpp.token(fields, { ...options, agent: plainAgent(bank) })).status).toBe(401);
      expect(readFileSync(join(bank.folder, "uk", "clients.jsonl"), "utf8")).not.toContain(clientSecret);
      expect(JSON.stringify((await bank.admin("GET", "/uk/clients")).body)).not.toMatch(/secret(?!_)/i);
    }
  });

  it("has no registration that DCR could read", async () => {
    const { body } = await bank.admin<PortalClient>("POST", "/uk/clients", { clientName: "By hand", redirectUris: [callback], method: "client_secret_post" });
    const { access_token: token } = (await tpp.token({ client_id: body.clientId, client_secret: body.clientSecret })).body;
    expect((await tpp.manage("GET", body.clientId, token)).status).toBe(403);
  });
});

describe("changes behind the back of the third party", () => {
  it("are seen by the next GET", async () => {
    const client = await tpp.registered();
    const token = (await tpp.token({ client_id: client.client_id })).body.access_token;
    const elsewhere = ["https://ledger.example/moved"];
    expect((await bank.admin("POST", `/uk/clients/${client.client_id}`, { redirectUris: elsewhere })).status).toBe(200);
    expect((await tpp.manage("GET", client.client_id, token)).body.redirect_uris).toEqual(elsewhere);
    await bank.admin("POST", `/uk/clients/${client.client_id}`, { scope: "openid accounts" });
    expect((await tpp.token({ client_id: client.client_id, scope: "payments" })).status).toBe(400);
    expect((await bank.admin("DELETE", `/uk/clients/${client.client_id}`)).status).toBe(200);
    expect((await tpp.manage("GET", client.client_id, token)).status).toBe(401);
    expect((await bank.admin("DELETE", `/uk/clients/${client.client_id}`)).status).toBe(404);
    expect((await bank.admin("POST", `/uk/clients/${byCertificate.client_id}`, { surprise: 1 })).status).toBe(400);
  });
});

describe("the books and the state folder", () => {
  it("show every call with client and certificate", async () => {
    const { calls } = (
      await bank.admin<{ calls: { endpoint: string; clientId?: string; qwac?: string; tppId?: string; grant?: string }[] }>("GET", "/books/calls")
    ).body;
    const seen = new Set(calls.map((each) => each.endpoint));
    for (const id of ["U1", "U2", "U5", "U6", "U7"]) expect(seen).toContain(id);
    const thumbprint = tpp.qwac.certificate.fingerprint256.replaceAll(":", "").toLowerCase();
    const tokens = calls.filter((each) => each.endpoint === "U5" && each.clientId === byAssertion.client_id && each.qwac === thumbprint);
    expect(tokens[0]).toMatchObject({ grant: "client_credentials", tppId: "FI-FINFSA-1234567-8" });
    const text = readFileSync(join(bank.folder, "books", "calls.jsonl"), "utf8");
    expect(text).not.toContain("eyJ"); // no statement, no assertion
  });

  it("keep clients, tokens, used assertions and the signing key over a restart, and no token in clear", async () => {
    const { access_token: token } = (await tpp.token({ client_id: byCertificate.client_id })).body;
    const once = await tpp.assertion(byAssertion.client_id);
    await tpp.token(once);
    const keys = async (): Promise<object> => (await call(`${bank.endpoints.uk.issuer}/jwks`, { agent: plainAgent(bank) })).body;
    const before = await keys();
    expect(readFileSync(join(bank.folder, "uk", "grants.jsonl"), "utf8")).not.toContain(token);
    await bank.stop();
    bank = await startBank({ folder: bank.folder });
    expect((await tpp.manage("GET", byCertificate.client_id, token)).body).toEqual(byCertificate);
    expect(await tpp.token(once)).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    expect(await keys()).toEqual(before);
  });
});
