import { createPublicKey, X509Certificate } from "node:crypto";
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import {
  agentOf,
  basic,
  certificateRequest,
  certificatesOf,
  directory,
  enrol,
  hold,
  organizationIdentifier,
  qtspSecret,
  roleOids,
  subject,
  type Wanted,
} from "./qualified-tpp.ts";
import { call, plainAgent, redirectUri } from "./tpp.ts";

let bank: TestBank;
beforeAll(async () => {
  bank = await startBank({ env: { SANDBOX_CERT_LIFETIME_SECONDS: "7200" } });
});
afterAll(() => bank[Symbol.asyncDispose]());

const clientAuthentication = "1.3.6.1.5.5.7.3.2";

describe("enrolment", () => {
  it.each(["RSA", "EC"] as const)("answers a QWAC request (%s) with leaf and intermediate as certs-only PKCS#7", async (key) => {
    const { body, keys } = await certificateRequest({ key, roles: [roleOids.AI, roleOids.PI] });
    const answer = await enrol(bank, body);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/pkcs7-mime; smime-type=certs-only");
    const [leaf, intermediate] = certificatesOf(answer);
    expect(leaf?.verify(intermediate?.publicKey as never)).toBe(true);
    expect(leaf?.subject).toBe("C=FI\nO=Example Ledger Oy\norganizationIdentifier=PSDFI-FINFSA-1234567-8\nCN=ledger.example");
    expect(leaf?.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", clientAuthentication]);
    expect(leaf?.subjectAltName).toBe("DNS:ledger.example");
    const der = leaf?.raw.toString("latin1") ?? "";
    expect(["PSP_AI", "PSP_PI", "FI-FINFSA"].every((text) => der.includes(text))).toBe(true);
    expect(der).not.toContain("whatever name"); // the provider writes the names of roles itself
    const jwk = await globalThis.crypto.subtle.exportKey("jwk", keys.publicKey);
    expect(leaf?.publicKey.export({ format: "jwk" })).toMatchObject(key === "RSA" ? { n: jwk.n } : { x: jwk.x, y: jwk.y });
  });

  it("answers a QSealC request with a seal that opens no connection", async () => {
    const seal = await hold(bank, { type: "eseal" });
    expect(seal.certificate.keyUsage).toBeUndefined(); // no extended key usage
    // BIT STRING of one byte, six unused bits: only nonRepudiation
    expect(seal.certificate.raw.includes(Buffer.from("0603551d0f0101ff040403020640", "hex"))).toBe(true);
  });

  it("sets the end of life from the settings", async () => {
    const { certificate } = await hold(bank);
    expect(Date.parse(certificate.validTo) - Date.now()).toBeGreaterThan(7_000_000);
    expect(Date.parse(certificate.validTo) - Date.now()).toBeLessThanOrEqual(7_200_000);
  });

  it("takes the secret as an API key too, and says what is missing without it", async () => {
    const { body } = await certificateRequest();
    expect((await enrol(bank, body, { "x-api-key": qtspSecret })).status).toBe(200);
    for (const headers of [{}, basic("wrong"), { "x-api-key": "wrong" }] as Record<string, string>[]) {
      const refused = await enrol(bank, body, headers);
      expect(refused).toMatchObject({ status: 401, text: expect.stringContaining("HTTP Basic or x-api-key") });
      expect(refused.headers["www-authenticate"]).toBe('Basic realm="enrolment"');
    }
  });

  it.each<[string, Wanted, RegExp]>([
    ["no statements", { withoutStatements: true }, /asks for no qcStatements/],
    ["a certificate for a person", { type: "esign" }, /one QcType/],
    ["no role", { roles: [] }, /names no role/],
    ["a role that nobody defined", { roles: ["0.4.0.19495.1.9"] }, /0\.4\.0\.19495\.1\.9, which is no role/],
    [
      "another authority than in organizationIdentifier",
      { authority: { name: "BaFin", id: "DE-BAFIN" } },
      /names the authority DE-BAFIN, organizationIdentifier FI-FINFSA/,
    ],
    ["an authority without a name", { authority: { name: "", id: "FI-FINFSA" } }, /does not name the competent authority/],
    ["an identifier of another form", { identifier: "FI12345678" }, /has not the form PSDFI-FINFSA-number/],
    ["no organisation", { subject: [{ C: ["FI"] }, { "2.5.4.97": [organizationIdentifier] }, { CN: ["x"] }] }, /The subject has no O/],
    ["two names", { subject: [...subject(), { CN: ["y"] }] }, /more than one CN/],
    ["a short RSA key", { key: "RSA1024" }, /at least 2048 bits/],
    ["a curve that banks do not take", { key: "EC384" }, /EC on P-256/],
  ])("refuses %s in clear text", async (_what, wanted, sentence) => {
    const refused = await enrol(bank, (await certificateRequest(wanted)).body);
    expect(refused.status).toBe(400);
    expect(refused.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(refused.text).toMatch(sentence);
  });

  it("refuses a request that its own key did not sign", async () => {
    const { body } = await certificateRequest();
    const bytes = Buffer.from(body, "base64");
    const at = bytes.length - 5;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    expect(await enrol(bank, bytes.toString("base64"))).toMatchObject({ status: 400, text: expect.stringContaining("proof of possession fails") });
  });

  it.each([
    ["", "PKCS#10 request in base64"],
    ["§§§", "PKCS#10 request in base64"],
    ["AAAA", "no PKCS#10 request"],
  ])("refuses the body %j", async (body, text) => {
    expect(await enrol(bank, body)).toMatchObject({ status: 400, text: expect.stringContaining(text) });
  });

  it("refuses another content type", async () => {
    const { body } = await certificateRequest();
    expect(await enrol(bank, body, { ...basic(), "content-type": "text/plain" })).toMatchObject({
      status: 400,
      text: expect.stringContaining("application/pkcs10"),
    });
  });

  it("renews over a connection with the certificate itself, for the same subject only", async () => {
    const qwac = await hold(bank);
    const agent = agentOf(bank, qwac);
    const renewed = await enrol(bank, (await certificateRequest()).body, {}, agent, "simplereenroll");
    expect(renewed.status).toBe(200);
    expect(certificatesOf(renewed)[0]?.subject).toBe(qwac.certificate.subject);
    const other = await enrol(bank, (await certificateRequest({ identifier: "PSDFI-FINFSA-9999999-9" })).body, {}, agent, "simplereenroll");
    expect(other).toMatchObject({ status: 403, text: expect.stringContaining("keeps the subject") });
    expect((await enrol(bank, (await certificateRequest()).body, {}, plainAgent(bank), "simplereenroll")).status).toBe(401);
  });

  it("hands out its authority's certificates to everybody", async () => {
    const answer = await call(`${bank.endpoints.qtspUrl}/.well-known/est/cacerts`, { agent: plainAgent(bank) });
    expect(answer.headers["content-type"]).toBe("application/pkcs7-mime");
    const [root, intermediate] = certificatesOf(answer);
    expect(root?.raw.equals(new X509Certificate(bank.ca).raw)).toBe(true);
    expect(intermediate?.verify(root?.publicKey as never)).toBe(true);
  });
});

const organisationBody = { organization_identifier: organizationIdentifier, org_name: "Example Ledger Oy", roles: ["AISP", "PISP"] };
const softwareBody = {
  software_client_name: "One Point Ledger",
  software_client_uri: "https://ledger.example",
  software_redirect_uris: ["https://ledger.example/callback", redirectUri],
  software_roles: ["AISP"],
};

interface SoftwareAnswer {
  readonly software_id: string;
  readonly software_version: number;
  readonly software_jwks_endpoint: string;
  readonly software_jwks_revoked_endpoint: string;
  readonly org_jwks_endpoint: string;
  readonly certificates: readonly { readonly kid: string; readonly use: string }[];
}
interface KeySet {
  readonly keys: readonly (JWK & { x5c: string[] })[];
}

describe("the directory", () => {
  let orgId: string;
  let software: SoftwareAnswer;
  const path = (): string => `/organisation/tpp/${orgId}/software-statement/${software.software_id}`;
  const read = async (url: string): Promise<KeySet> => (await call<KeySet>(url, { agent: plainAgent(bank) })).body;

  beforeAll(async () => {
    orgId = (await directory<{ org_id: string }>(bank, "POST", "/organisation/tpp", organisationBody)).body.org_id;
    software = (await directory<SoftwareAnswer>(bank, "POST", `/organisation/tpp/${orgId}/software-statement`, softwareBody)).body;
  });

  it("knows an organisation by its identifier: asked again it answers the same id", async () => {
    expect(orgId).toMatch(/^[0-9a-zA-Z]{18}$/);
    const again = await directory<{ org_id: string }>(bank, "POST", "/organisation/tpp", organisationBody);
    expect(again).toMatchObject({ status: 200, body: { org_id: orgId } });
    expect((await directory(bank, "GET", `/organisation/tpp/${orgId}`)).body).toMatchObject({
      org_id: orgId,
      software_statements: [{ software_id: software.software_id }],
    });
  });

  it("changes the software as a whole and counts its versions", async () => {
    const changed = await directory<SoftwareAnswer>(bank, "PUT", path(), { ...softwareBody, software_client_name: "Ledger 2" });
    expect(changed).toMatchObject({ status: 200, body: { software_client_name: "Ledger 2", software_version: software.software_version + 1 } });
    expect((await directory(bank, "GET", path())).body).toEqual(changed.body);
  });

  it("gives uploaded certificates a kid and publishes them; what is removed moves to the revoked set", async () => {
    const [qwac, seal] = await Promise.all([hold(bank), hold(bank, { type: "eseal", key: "RSA" })]);
    const pem = { "content-type": "application/x-pem-file" };
    const first = await directory<{ kid: string; use: string }>(bank, "POST", `${path()}/certificate`, qwac.chain, pem);
    const second = await directory<{ kid: string; use: string }>(bank, "POST", `${path()}/certificate`, String(seal.certificate), pem);
    expect([first.status, first.body.use, second.status, second.body.use]).toEqual([201, "tls", 201, "sig"]);
    expect(await directory(bank, "POST", `${path()}/certificate`, qwac.chain, pem)).toMatchObject({ status: 200, body: { kid: first.body.kid } });
    const { keys } = await read(software.software_jwks_endpoint);
    expect(keys.map((key) => [key.kid, key.use])).toEqual([
      [first.body.kid, "tls"],
      [second.body.kid, "sig"],
    ]);
    expect(createPublicKey({ key: keys[1] as never, format: "jwk" }).equals(seal.certificate.publicKey)).toBe(true);
    expect(keys[1]?.x5c[0]).toBe(seal.certificate.raw.toString("base64"));
    expect((await read(software.org_jwks_endpoint)).keys).toEqual(keys);

    expect((await directory(bank, "DELETE", `${path()}/certificate/${first.body.kid}`)).status).toBe(204);
    expect((await read(software.software_jwks_endpoint)).keys.map((key) => key.kid)).toEqual([second.body.kid]);
    expect((await read(software.software_jwks_revoked_endpoint)).keys.map((key) => key.kid)).toEqual([first.body.kid]);
    expect((await directory(bank, "DELETE", `${path()}/certificate/${first.body.kid}`)).status).toBe(404);
    expect((await directory(bank, "POST", `${path()}/certificate`, qwac.chain, pem)).status).toBe(409);
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ["no certificate", async () => "hello", /must be a certificate in PEM/],
    ["one of another organisation", async () => (await hold(bank, { identifier: "PSDFI-FINFSA-9999999-9" })).chain, /another organisation/],
    ["one of another authority", async () => bank.ca, /not issued by/],
  ])("does not publish %s", async (_what, body, message) => {
    const refused = await directory<{ error_description: string }>(bank, "POST", `${path()}/certificate`, await body());
    expect(refused.status).toBe(400);
    expect(refused.body.error_description).toMatch(message);
  });

  it("signs a fresh statement each time, with PS256 by a published key", async () => {
    const one = await directory(bank, "GET", `${path()}/software-statement-assertion`);
    const two = await directory(bank, "GET", `${path()}/software-statement-assertion`);
    expect(one.status).toBe(200);
    expect(one.headers["content-type"]).toContain("application/jws+json");
    expect(decodeProtectedHeader(one.text).alg).toBe("PS256");
    const [key] = (await read(bank.endpoints.directoryJwksUrl)).keys;
    const claims = async (jws: string): Promise<Record<string, unknown>> =>
      JSON.parse(Buffer.from((await compactVerify(jws, await importJWK(key as JWK, "PS256"))).payload).toString()) as Record<string, unknown>;
    const first = await claims(one.text);
    expect(first).toMatchObject({
      iss: "One Point Ledger sandbox directory",
      software_id: software.software_id,
      software_client_id: software.software_id,
      software_redirect_uris: softwareBody.software_redirect_uris,
      software_roles: ["AISP"],
      software_jwks_endpoint: software.software_jwks_endpoint,
      software_jwks_revoked_endpoint: software.software_jwks_revoked_endpoint,
      org_id: orgId,
      org_name: "Example Ledger Oy",
      org_status: "Active",
      org_jwks_endpoint: software.org_jwks_endpoint,
      organisation_competent_authority_claims: {
        authority_id: "FIFINFSA",
        registration_id: "1234567-8",
        status: "Active",
        authorisations: [{ member_state: "FI", roles: ["AISP", "PISP"] }],
      },
    });
    expect(Math.abs(Number(first["iat"]) - Date.now() / 1000)).toBeLessThan(60);
    expect((await claims(two.text))["jti"]).not.toBe(first["jti"]);
  });

  it.each<[string, string, () => string, unknown, number]>([
    ["an organisation without a PSD2 identifier", "POST", () => "/organisation/tpp", { ...organisationBody, organization_identifier: "x" }, 400],
    ["a role that the organisation does not hold", "PUT", path, { ...softwareBody, software_roles: ["CBPII"] }, 400],
    ["plain http as redirect address", "PUT", path, { ...softwareBody, software_redirect_uris: ["http://ledger.example/"] }, 400],
    ["members it does not know", "PUT", path, { ...softwareBody, surprise: 1 }, 400],
    ["a body that is no JSON", "PUT", path, "{", 400],
    ["software that is not there", "GET", () => `/organisation/tpp/${orgId}/software-statement/none`, undefined, 404],
    ["an organisation that is not there", "GET", () => "/organisation/tpp/none", undefined, 404],
  ])("refuses %s", async (_what, method, where, body, status) => {
    const refused = await directory(bank, method, where(), body);
    expect(refused.status).toBe(status);
    expect(refused.body["error"]).toEqual(expect.any(String));
  });

  it("needs its token, also to read; key sets are public", async () => {
    expect((await directory(bank, "GET", path(), undefined, { authorization: "Bearer wrong" })).status).toBe(401);
    expect((await directory(bank, "GET", `${path()}/software-statement-assertion`, undefined, { authorization: "" })).status).toBe(401);
    expect((await call(`${bank.endpoints.directoryUrl}/keystore/${orgId}/none.jwks`, { agent: plainAgent(bank) })).status).toBe(404);
  });

  it("is in the books, and fault switches reach it", async () => {
    const { calls } = (await bank.admin<{ calls: { endpoint: string }[] }>("GET", "/books/calls")).body;
    const seen = new Set(calls.map((each) => each.endpoint));
    for (const id of ["Q1", "Q2", "Q3", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "K1", "K2"]) expect(seen).toContain(id);
    await bank.admin("POST", "/faults", { fault: "network.status", for: { endpoint: "Q1" }, options: { status: 503 }, times: 1 });
    expect((await enrol(bank, (await certificateRequest()).body)).status).toBe(503);
    await bank.admin("POST", "/faults", { fault: "answer.set", for: { endpoint: "D8" }, options: { path: "org_status", value: "Withdrawn" }, times: 1 });
    const { text } = await directory(bank, "GET", `${path()}/software-statement-assertion`);
    expect(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()).toContain('"org_status":"Withdrawn"');
  });

  it("keeps organisations, software, certificates and its key over a restart", async () => {
    const before = await directory(bank, "GET", `/organisation/tpp/${orgId}`);
    const keys = await read(bank.endpoints.directoryJwksUrl);
    await bank.stop();
    bank = await startBank({ folder: bank.folder });
    expect((await directory(bank, "GET", `/organisation/tpp/${orgId}`)).body).toEqual(before.body);
    expect(await read(bank.endpoints.directoryJwksUrl)).toEqual(keys);
  });
});
