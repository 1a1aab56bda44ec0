import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { hasSpecification, openApi, witness } from "./openapi.ts";
import { agentOf, directory, hold, roleOids } from "./qualified-tpp.ts";
import { call, plainAgent, Tpp, type Answer } from "./tpp.ts";
import { callback, subjectDn, UkTpp, type Registration } from "./uk-tpp.ts";

let bank: TestBank;
let tpp: UkTpp;
beforeAll(async () => {
  bank = await startBank();
  tpp = await UkTpp.make(bank);
});
afterAll(() => bank[Symbol.asyncDispose]());

const file = "obuk-dcr/client-registration-openapi.v3.3.yaml";
const official = witness();
const tokenOf = async (client: Registration, agent = tpp.agent): Promise<string> =>
  (await tpp.token({ client_id: client.client_id }, { agent })).body.access_token;

describe("registration at the UK bank", () => {
  it("answers 201 with what was registered and a client id", async () => {
    const answer = await tpp.register();
    expect(answer.status).toBe(201);
    official.note(file, "POST /register", answer);
    expect(answer.body).toMatchObject({
      client_id: expect.stringMatching(/^[A-Za-z0-9]{22}$/),
      redirect_uris: [callback],
      token_endpoint_auth_method: "tls_client_auth",
      tls_client_auth_subject_dn: subjectDn,
      scope: "openid accounts payments",
      software_id: tpp.softwareId,
      aud: bank.endpoints.uk.bankId,
    });
    expect(Math.abs(answer.body.client_id_issued_at - Date.now() / 1000)).toBeLessThan(60);
  });

  it.each<[string, object]>([
    ["the issuer as audience", { aud: () => bank.endpoints.uk.issuer }],
    ["private_key_jwt", { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "PS256", tls_client_auth_subject_dn: undefined }],
    ["organizationIdentifier as a dotted identifier with text", { tls_client_auth_subject_dn: subjectDn.replace("organizationIdentifier", "2.5.4.97") }],
    [
      "organizationIdentifier in hexadecimal",
      {
        tls_client_auth_subject_dn: subjectDn.replace(/organizationIdentifier=[^,]+/, `2.5.4.97=#0c16${Buffer.from("PSDFI-FINFSA-1234567-8").toString("hex")}`),
      },
    ],
    ["http on the machine itself as redirect address", { redirect_uris: ["http://localhost:9/callback"] }],
    ["claims that nobody asked for", { surprise: true }],
  ])("accepts %s", async (_what, overrides) => {
    const entries = Object.entries(overrides).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === "function" ? (value as () => unknown)() : value,
    ]);
    const answer = await tpp.register(Object.fromEntries(entries));
    expect(answer.text).toContain("client_id");
    official.note(file, "POST /register", answer);
  });

  it.each<[string, object, string, RegExp]>([
    ["another issuer than the software", { iss: "somebody" }, "invalid_client_metadata", /iss must be the software_id/],
    ["another software_id", { software_id: "somebody" }, "invalid_client_metadata", /software_id must be/],
    ["another audience", { aud: "OtherBank" }, "invalid_client_metadata", /aud must be/],
    ["a request that has ended", { exp: 1000 }, "invalid_client_metadata", /exp has passed/],
    ["a request of the future", { iat: 2_000_000_000 }, "invalid_client_metadata", /iat lies in the future/],
    ["milliseconds", { exp: Date.now() }, "invalid_client_metadata", /^exp:/],
    ["a jti that is no UUID", { jti: "1" }, "invalid_client_metadata", /^jti: must be a UUID/],
    ["no redirect addresses", { redirect_uris: undefined }, "invalid_client_metadata", /redirect_uris is required/],
    ["a redirect address outside the statement", { redirect_uris: ["https://elsewhere.example/"] }, "invalid_redirect_uri", /not in software_redirect_uris/],
    ["a redirect address without TLS", { redirect_uris: ["http://ledger.example/callback"] }, "invalid_redirect_uri", /must be an https address/],
    [
      "an authentication method it does not offer",
      { token_endpoint_auth_method: "client_secret_basic" },
      "invalid_client_metadata",
      /token_endpoint_auth_method: must be/,
    ],
    ["tls_client_auth without a subject", { tls_client_auth_subject_dn: undefined }, "invalid_client_metadata", /needs tls_client_auth_subject_dn/],
    [
      "the subject of another certificate",
      { tls_client_auth_subject_dn: subjectDn.replace("ledger", "other") },
      "invalid_client_metadata",
      /not the subject of the client certificate/,
    ],
    [
      "the subject in the order of the certificate",
      { tls_client_auth_subject_dn: subjectDn.split(",").toReversed().join(",") },
      "invalid_client_metadata",
      /not the subject/,
    ],
    [
      "private_key_jwt without an algorithm",
      { token_endpoint_auth_method: "private_key_jwt" },
      "invalid_client_metadata",
      /needs token_endpoint_auth_signing_alg/,
    ],
    ["RS256 for ID tokens", { id_token_signed_response_alg: "RS256" }, "invalid_client_metadata", /PS256 or ES256/],
    ["a grant it does not offer", { grant_types: ["client_credentials", "password"] }, "invalid_client_metadata", /password is not offered/],
    ["the application type of another version", { application_type: "native" }, "invalid_client_metadata", /web or mobile/],
    ["a scope nobody knows", { scope: "accounts admin" }, "invalid_client_metadata", /admin is not offered/],
    ["a scope beyond the roles of the certificate", { scope: "fundsconfirmations" }, "invalid_client_metadata", /PSP_IC, which the certificate does not hold/],
    ["no statement", { software_statement: undefined }, "invalid_software_statement", /is required/],
    ["a statement that is no JWS", { software_statement: "a.b.c" }, "invalid_software_statement", /not a compact JWS/],
  ])("refuses %s", async (_what, overrides, error, description) => {
    const answer = await tpp.register<{ error: string; error_description: string }>(overrides);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error, error_description: expect.stringMatching(description) });
    official.note(file, "POST /register", answer);
  });

  it("refuses a scope beyond the roles of the software", async () => {
    const narrow = await UkTpp.make(bank, { roles: ["AISP"] });
    const answer = await narrow.register<{ error_description: string }>({ scope: "accounts payments" });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: "invalid_client_metadata", error_description: expect.stringContaining("needs the role PISP") },
    });
  });

  it("takes keys from the key set alone, never from the header", async () => {
    const stranger = await hold(bank, { type: "eseal", key: "RSA" });
    const x5c = [stranger.certificate.raw.toString("base64")];
    for (const header of [{ x5c }, { x5c, kid: "unknown" }, { jwk: stranger.key.export({ format: "jwk" }) }]) {
      const answer = await tpp.register<{ error: string; error_description: string }>({}, { key: stranger.key, header });
      expect(answer).toMatchObject({ status: 400, body: { error: "invalid_client_metadata" } });
      expect(answer.body.error_description).toMatch("kid" in header ? /no signature key unknown/ : /signature does not verify/);
    }
  });

  it("refuses RS256, and a key that is for connections", async () => {
    expect(await tpp.register({}, { header: { alg: "RS256" } })).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining("sign with PS256") },
    });
    const { keys } = (
      await call<{ keys: { kid: string; use: string }[] }>(String((await directory(bank, "GET", tpp.path)).body["software_jwks_endpoint"]), {
        agent: plainAgent(bank),
      })
    ).body;
    const kid = keys.find((key) => key.use === "tls")?.kid;
    expect(await tpp.register({}, { header: { kid } })).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining("no signature key") },
    });
  });

  it("believes only statements that the directory signed and still stands by", async () => {
    const [head, body] = (await tpp.statement()).split(".");
    const forged = `${head}.${body}.${Buffer.alloc(256).toString("base64url")}`;
    expect(await tpp.register({ software_statement: forged })).toMatchObject({
      status: 400,
      body: { error: "invalid_software_statement", error_description: expect.stringContaining("signature") },
    });
    const own = await tpp.sign({ iss: "me" });
    expect(await tpp.register({ software_statement: own })).toMatchObject({ status: 400, body: { error: "invalid_software_statement" } });
    const { body: fault } = await bank.admin<{ id: string }>("POST", "/faults", {
      fault: "answer.set",
      for: { endpoint: "D8" },
      options: { path: "org_status", value: "Withdrawn" },
      times: 1,
    });
    expect(await tpp.register()).toMatchObject({ status: 400, body: { error: "unapproved_software_statement" } });
    await bank.admin("DELETE", `/faults/${fault.id}`);
  });

  it("refuses the certificate of another organisation", async () => {
    const other = await hold(bank, { identifier: "PSDFI-FINFSA-9999999-9" });
    const answer = await tpp.post(await tpp.sign(await tpp.claims()), "application/jwt", agentOf(bank, other));
    expect(answer).toMatchObject({ status: 400, body: { error_description: expect.stringContaining("another organisation") } });
  });

  it("takes a request once", async () => {
    const body = await tpp.sign(await tpp.claims());
    expect((await tpp.post(body)).status).toBe(201);
    expect(await tpp.post(body)).toMatchObject({ status: 400, body: { error_description: "This jti was used before" } });
  });

  it("needs a QWAC on the connection", async () => {
    const body = await tpp.sign(await tpp.claims());
    const generated = await Tpp.make(bank);
    for (const agent of [plainAgent(bank), agentOf(bank, tpp.seal), generated.agent]) {
      const refused = await tpp.post(body, "application/jwt", agent);
      expect([refused.status, refused.text]).toEqual([401, ""]);
      expect(refused.headers["www-authenticate"]).toMatch(/^Bearer /);
    }
  });
});

describe("a registration", () => {
  it("is read with a token of the client over the same certificate", async () => {
    const client = await tpp.registered();
    const token = await tokenOf(client);
    const answer = await tpp.manage("GET", client.client_id, token);
    expect(answer).toMatchObject({ status: 200, body: client });
    official.note(file, "GET /register/{ClientId}", answer);
  });

  it("is changed by a PUT that says everything again", async () => {
    const client = await tpp.registered();
    const token = await tokenOf(client);
    const claims = await tpp.claims({ redirect_uris: [callback, `${callback}/second`] });
    const answer = await tpp.manage("PUT", client.client_id, token, { body: await tpp.sign(claims) });
    expect(answer.status).toBe(200);
    official.note(file, "PUT /register/{ClientId}", answer);
    expect(answer.body.redirect_uris).toEqual([callback, `${callback}/second`]);
    expect((await tpp.manage("GET", client.client_id, token)).body).toEqual(answer.body);

    const less = await tpp.claims({ response_types: undefined });
    const refused = await tpp.manage("PUT", client.client_id, token, { body: await tpp.sign(less) });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: "invalid_client_metadata", error_description: expect.stringContaining("response_types is missing") },
    });
    official.note(file, "PUT /register/{ClientId}", refused);
    const wrongId = await tpp.manage("PUT", client.client_id, token, { body: await tpp.sign(await tpp.claims({ client_id: "other" })) });
    expect(wrongId).toMatchObject({ status: 400, body: { error_description: "client_id must be that of the client" } });
  });

  it("follows a new certificate once the directory publishes it: the change comes over the old one", async () => {
    const client = await tpp.registered();
    const subject = [{ C: ["FI"] }, { O: ["Example Ledger Oy"] }, { "2.5.4.97": ["PSDFI-FINFSA-1234567-8"] }, { CN: ["new.ledger.example"] }];
    const next = await hold(bank, { subject, roles: [roleOids.AI, roleOids.PI] });
    const change = async (): Promise<Answer<Registration>> =>
      tpp.manage("PUT", client.client_id, await tokenOf(client), {
        body: await tpp.sign(await tpp.claims({ tls_client_auth_subject_dn: subjectDn.replace("CN=", "CN=new.") })),
      });
    expect(await change()).toMatchObject({ status: 400, body: { error_description: expect.stringContaining("not the subject") } });
    await directory(bank, "POST", `${tpp.path}/certificate`, next.chain);
    expect((await change()).status).toBe(200);
    expect((await tpp.token({ client_id: client.client_id }, { agent: agentOf(bank, next) })).status).toBe(200);
    expect((await tpp.token({ client_id: client.client_id })).status).toBe(401);
  });

  it("is deleted, and with it its tokens end", async () => {
    const client = await tpp.registered();
    const token = await tokenOf(client);
    const answer = await tpp.manage("DELETE", client.client_id, token);
    expect(answer.status).toBe(204);
    official.note(file, "DELETE /register/{ClientId}", answer);
    const gone = await tpp.manage("GET", client.client_id, token);
    expect(gone.status).toBe(401);
    official.note(file, "GET /register/{ClientId}", gone);
    expect(await tpp.token({ client_id: client.client_id })).toMatchObject({ status: 401, body: { error: "invalid_client" } });
  });

  it("is closed to other tokens, other clients and other certificates", async () => {
    const [mine, other] = [await tpp.registered(), await tpp.registered()];
    const token = await tokenOf(mine);
    const forbidden = await tpp.manage("GET", other.client_id, token);
    expect(forbidden.status).toBe(403);
    official.note(file, "GET /register/{ClientId}", forbidden);
    const unknown = await tpp.manage("GET", mine.client_id, "made-up");
    expect(unknown.status).toBe(401);
    expect(unknown.headers["www-authenticate"]).toMatch(/^Bearer /);
    const sameSubject = agentOf(bank, await hold(bank, { roles: [roleOids.AI, roleOids.PI] }));
    const elsewhere = await tpp.manage("GET", mine.client_id, token, { agent: sameSubject });
    expect(elsewhere).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringContaining("another certificate") } });
  });
});

describe("the settings of the UK bank", () => {
  it.each([
    ["jwt", "application/jwt", "application/jose"],
    ["jose", "application/jose", "application/jwt"],
  ])("take only one content type: %s", async (setting, accepted, refused) => {
    await using strict = await startBank({ env: { SANDBOX_UK_REGISTRATION_TYPE: setting } });
    const party = await UkTpp.make(strict);
    expect(await party.post(await party.sign(await party.claims()), refused)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining(accepted) },
    });
    expect((await party.post(await party.sign(await party.claims()), accepted)).status).toBe(201);
  });

  it("write organizationIdentifier in the one way of the bank", async () => {
    await using strict = await startBank({ env: { SANDBOX_UK_SUBJECT_DN: "hex" } });
    const party = await UkTpp.make(strict);
    expect(await party.register()).toMatchObject({ status: 400, body: { error_description: expect.stringContaining("hexadecimal") } });
    const hex = `2.5.4.97=#0c16${Buffer.from("PSDFI-FINFSA-1234567-8").toString("hex")}`;
    expect((await party.register({ tls_client_auth_subject_dn: subjectDn.replace(/organizationIdentifier=[^,]+/, hex) })).status).toBe(201);
  });

  it("speak version 3.4: native applications, another grant, subjects that begin with the name", async () => {
    await using strict = await startBank({ env: { SANDBOX_UK_DCR_VERSION: "3.4" } });
    const party = await UkTpp.make(strict);
    const answer = await party.register({
      application_type: "native",
      grant_types: ["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
      response_types: undefined,
    });
    expect(answer.status).toBe(201);
    official.note(file.replace("3.3", "3.4"), "POST /register", answer);
    expect(await party.register({ application_type: "mobile" })).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining("web or native") },
    });
    expect(await party.register({ tls_client_auth_subject_dn: subjectDn.replaceAll(",", ", ") })).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining("no spaces") },
    });
  });
});

describe("fault switches", () => {
  const answerUnder = async (fault: string, options: object = {}): Promise<Answer<Registration>> => {
    await bank.admin("POST", "/faults", { fault, for: { endpoint: "U1" }, options, times: 1 });
    return tpp.register({ redirect_uris: [callback, `${callback}/second`] });
  };

  it("change what a registration says", async () => {
    expect((await answerUnder("registration.milliseconds")).body.client_id_issued_at).toBeGreaterThan(1e12);
    expect((await answerUnder("registration.fewer-redirects")).body.redirect_uris).toEqual([callback]);
    expect((await answerUnder("registration.more-grants")).body.grant_types).toContain("urn:openid:params:grant-type:ciba");
    expect((await answerUnder("registration.scope-list")).body["scope"]).toEqual(["openid", "accounts", "payments"]);
    expect((await answerUnder("network.status", { status: 503 })).status).toBe(503);
    expect((await tpp.register({ redirect_uris: [callback, `${callback}/second`] })).body.redirect_uris).toHaveLength(2);
  });

  it("change what the token endpoint says, such as the case of token_type", async () => {
    const client = await tpp.registered();
    await bank.admin("POST", "/faults", { fault: "token.set", for: { endpoint: "U5" }, options: { name: "token_type", value: "bearer" }, times: 1 });
    expect((await tpp.token({ client_id: client.client_id })).body.token_type).toBe("bearer");
    expect((await tpp.token({ client_id: client.client_id })).body.token_type).toBe("Bearer");
  });
});

describe.skipIf(!hasSpecification(file))("the official files (skipped where the specifications are not beside the repository)", () => {
  it("have nothing against any answer above", () => {
    expect(official.size).toBeGreaterThan(35);
    expect(official.findings()).toEqual([]);
  });

  it("would say what is wrong, so that their silence means something", async () => {
    const answer = await tpp.register();
    const { answer: judge } = openApi(file);
    const wrong = judge("POST /register", { ...answer, body: { ...answer.body, scope: undefined, client_id_issued_at: "now" } }).join();
    expect(wrong).toMatch(/scope/);
    expect(wrong).toMatch(/client_id_issued_at must be integer/);
    expect(judge("POST /register", { ...answer, status: 418 })).toEqual(["POST /register documents no answer 418"]);
  });
});
