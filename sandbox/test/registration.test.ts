import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { agentOf, hold } from "./qualified-tpp.ts";
import { call, jws, plainAgent, portalKey, redirectUri, Tpp } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let other: Tpp;
beforeAll(async () => {
  bank = await startBank();
  [tpp, other] = await Promise.all([Tpp.make(bank), Tpp.make(bank, { roles: "AIS" })]);
});
afterAll(() => bank[Symbol.asyncDispose]());

const seconds = (): number => Math.floor(Date.now() / 1000);

describe("registration", () => {
  it("answers 201 with everything a client needs", async () => {
    const answer = await tpp.register();
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      client_id: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
      client_id_issued_at: expect.any(Number),
      client_secret: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
      client_secret_expires_at: 0,
      api_key: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      client_name: "One Point Ledger",
      redirect_uris: [redirectUri],
      grant_types: ["client_credentials", "authorization_code", "refresh_token"],
      software_id: expect.any(String),
      scope: "accounts payments fundsconfirmations",
      jwks_endpoint: tpp.generated.publicJwksUrl,
      software_roles: ["AIS", "PIS", "CBPII"],
    });
  });

  it.each([
    ["ES256 by the EC seal", () => tpp.registrationJwt({ key: tpp.seal })],
    ["PS256 by the RSA seal", () => tpp.registrationJwt({ key: tpp.sealRsa })],
    ["RS256 by the RSA seal, whatever its key set notes", () => tpp.registrationJwt({ key: tpp.sealRsa, alg: "RS256" })],
    ["RS256 by the QWAC key, as the official example signs", () => tpp.registrationJwt({ key: tpp.qwac })],
    ["the registration address as audience", () => tpp.registrationJwt({ request: { aud: bank.endpoints.registrationUrl } })],
    ["claims that nobody asked for", () => tpp.registrationJwt({ request: { scope: "accounts" }, statement: { extra: true } })],
    ["a statement that never ends", () => tpp.registrationJwt({ statement: { exp: seconds() + 5 * 31_536_000 } })],
  ])("accepts %s", async (_what, body) => {
    expect((await tpp.register(body())).status).toBe(201);
  });

  it("works over a connection with the EC QWAC, too", async () => {
    const ecQwac = tpp.generated.privateJwks.keys[2];
    expect((await tpp.register(tpp.registrationJwt(), {}, tpp.agentWith(ecQwac as never))).status).toBe(201);
  });

  it.each<[string, () => string, number, RegExp]>([
    ["a body that is no JWS", () => "hello", 400, /not a compact JWS/],
    ["a missing statement", () => tpp.registrationJwt({ request: { software_statement: undefined } }), 400, /software_statement is required/],
    ["no key set", () => tpp.registrationJwt({ statement: { software_jwks_endpoint: undefined } }), 400, /software_jwks_endpoint is required/],
    [
      "a key set that is not there",
      () => tpp.registrationJwt({ statement: { software_jwks_endpoint: `${bank.endpoints.certGenerationUrl}/none.json` } }),
      400,
      /cannot be read/,
    ],
    ["a key set over http", () => tpp.registrationJwt({ statement: { software_jwks_endpoint: "http://localhost:1/jwks" } }), 400, /cannot be read/],
    ["an unknown kid", () => tpp.registrationJwt({ key: { ...tpp.seal, kid: "qeseal-AAAAAA" } }), 401, /no key qeseal-AAAAAA/],
    [
      "no signature",
      () =>
        `${jws({ software_statement: jws(tpp.statement(), tpp.seal) }, tpp.seal, "ES256", { alg: "none" })
          .split(".")
          .slice(0, 2)
          .join(".")}.`,
      400,
      /algorithm/,
    ],
    ["a broken outer signature", () => breakSignature(tpp.registrationJwt()), 401, /registration request: The signature/],
    [
      "a broken statement signature",
      () => tpp.registrationJwt({ statementJws: breakSignature(jws(tpp.statement(), tpp.seal)) }),
      401,
      /software statement: The signature/,
    ],
    ["an old request", () => tpp.registrationJwt({ request: { iat: seconds() - 800 } }), 400, /older than 600 seconds/],
    ["milliseconds", () => tpp.registrationJwt({ request: { iat: Date.now() } }), 400, /seconds, not milliseconds/],
    ["an ended request", () => tpp.registrationJwt({ request: { exp: seconds() - 130 } }), 400, /exp has passed/],
    ["an ended statement", () => tpp.registrationJwt({ statement: { exp: seconds() - 130 } }), 400, /exp has passed/],
    ["another audience", () => tpp.registrationJwt({ request: { aud: "https://evil.example/" } }), 400, /aud must be/],
    ["org_id with its PSD", () => tpp.registrationJwt({ statement: { org_id: `PSD${tpp.generated.tppId}` } }), 400, /without the leading PSD/],
    ["UK role names", () => tpp.registrationJwt({ statement: { software_roles: ["AISP"] } }), 400, /AISP is not a role/],
    [
      "a redirect outside the statement",
      () => tpp.registrationJwt({ request: { redirect_uris: ["https://other.example/cb"] } }),
      400,
      /not in software_redirect_uris/,
    ],
    ["an http redirect", () => withRedirect("http://ledger.example/cb"), 400, /must be an https address/],
    ["a redirect with a fragment", () => withRedirect("https://ledger.example/cb#x"), 400, /must be an https address/],
    ["an unknown grant", () => tpp.registrationJwt({ request: { grant_types: ["password"] } }), 400, /password is not offered/],
    ["a client id that is no UUID", () => tpp.registrationJwt({ statement: { software_client_id: "one" } }), 400, /must be a UUID/],
    ["no contact", () => tpp.registrationJwt({ statement: { org_contacts: [] } }), 400, /contact with an email/],
    ["a contact without email", () => tpp.registrationJwt({ statement: { org_contacts: [{ name: "x" }] } }), 400, /contact with an email/],
  ])("refuses %s, saying so", async (_what, body, status, message) => {
    const answer = await tpp.register(body());
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(message);
    expect(answer.body).toMatchObject({ id: expect.any(String), type: status === 400 ? "VALIDATION" : "SECURITY", message: expect.any(String) });
  });

  it("refuses roles that the certificate does not hold", async () => {
    const answer = await other.register();
    expect(answer).toMatchObject({ status: 401, body: { type: "SECURITY", message: expect.stringContaining("PIS, CBPII") } });
    expect((await other.register(other.registrationJwt({ statement: { software_roles: ["AIS"] } }))).status).toBe(201);
  });

  it("refuses statements of one organisation over the connection of another", async () => {
    expect(await tpp.register(tpp.registrationJwt(), {}, other.agent)).toMatchObject({
      status: 401,
      body: { message: expect.stringContaining("different organisations") },
    });
  });

  it("needs the client certificate, the QWAC, with its intermediate, before anything else", async () => {
    const without = await tpp.register("x", { "x-api-key": "wrong" }, plainAgent(bank));
    expect(without).toMatchObject({ status: 401, body: { type: "SECURITY", message: expect.stringContaining("client certificate (QWAC) is required") } });
    expect((await tpp.register("x", {}, tpp.agentWith(tpp.seal))).text).toContain("QSealC");
    expect((await tpp.register("x", {}, tpp.agentWith(tpp.qwac, tpp.qwac.x5c.slice(0, 1)))).text).toContain("intermediate");
  });

  it("needs the portal key and the right content type", async () => {
    expect((await tpp.register(tpp.registrationJwt(), { "x-api-key": "wrong" })).status).toBe(401);
    expect((await tpp.register(tpp.registrationJwt(), { "content-type": "application/json" })).text).toContain("application/jwt");
  });

  it("offers POST only", async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      expect((await call(bank.endpoints.registrationUrl, { method, headers: { "x-api-key": portalKey }, agent: tpp.agent })).status).toBe(404);
    }
  });

  it("shows in the books with the QWAC that was used", async () => {
    const { body } = await bank.admin<{ calls: Record<string, unknown>[] }>("GET", "/books/calls?endpoint=R1");
    expect(body.calls.filter((each) => each["status"] === 201).every((each) => /^[0-9a-f]{64}$/.test(String(each["qwac"])))).toBe(true);
    const { body: registrations } = await bank.admin<{ clients: Record<string, unknown>[] }>("GET", "/registrations");
    expect(registrations.clients.length).toBeGreaterThan(5);
    expect(JSON.stringify(registrations)).not.toMatch(/secret|apiKey/i);
  });
});

describe("certificates of trust service providers", () => {
  it("count where their root is set, on connections as in key sets, and a QWAC is told by its QcType", async () => {
    // Another sandbox is the provider: its authority, its published keys.
    await using provider = await startBank();
    await using trusting = await startBank({ env: { SANDBOX_OP_TRUSTED_ROOTS_PATH: provider.endpoints.caFile } });
    const { generated } = await Tpp.make(provider);
    expect((await new Tpp(trusting, generated).register()).status).toBe(201);
    expect(await new Tpp(bank, generated).register()).toMatchObject({ status: 401, body: { message: expect.stringContaining("not trusted") } });
    const mixed = new Tpp(bank, generated);
    expect((await mixed.register(mixed.registrationJwt(), {}, tpp.agent)).text).toMatch(/cannot be read|no certificate in x5c/);

    const third = new Tpp(trusting, generated);
    const registerWith = async (type: "web" | "eseal") => third.register(third.registrationJwt(), {}, agentOf(trusting, await hold(provider, { type })));
    expect((await registerWith("web")).text).toContain("different organisations");
    expect((await registerWith("eseal")).text).toContain("QSealC");
  });

  it.each([
    ["is not there", "none.pem"],
    ["holds none", "endpoints.json"],
  ])("a file of roots that %s is a bad setting", async (_how, name) => {
    const setting = startBank({ env: { SANDBOX_OP_TRUSTED_ROOTS_PATH: join(bank.folder, name) } });
    await expect(setting).rejects.toMatchObject({
      code: "ERR_SANDBOX_CONFIG",
      message: expect.stringMatching(/SANDBOX_OP_TRUSTED_ROOTS_PATH: .* holds no certificates/),
    });
  });
});

describe("strict audiences", () => {
  it("accept the documented audience only", async () => {
    await using strict = await startBank({ env: { SANDBOX_STRICT_AUDIENCE: "true" } });
    const third = await Tpp.make(strict);
    expect((await third.register(third.registrationJwt({ request: { aud: strict.endpoints.registrationUrl } }))).status).toBe(400);
    expect((await third.register()).status).toBe(201);
  });
});

function withRedirect(uri: string): string {
  return tpp.registrationJwt({ statement: { software_redirect_uris: [uri] }, request: { redirect_uris: [uri], jti: randomUUID() } });
}

function breakSignature(token: string): string {
  const at = token.length - 20;
  return `${token.slice(0, at)}${token.charAt(at) === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}
