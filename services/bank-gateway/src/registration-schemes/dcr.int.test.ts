import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { getSentRequest } from "../db/registration-store.ts";
import { startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { requestPair } from "../../testing/own-certificates.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { redirectUri, terms } from "../../testing/terms.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const uk = "uk-sandbox";

beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox, { everyBank: true });
  await requestPair(gateway);
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const claimsOf = (jws: string) => JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
const headerOf = (jws: string) => JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString()) as Record<string, unknown>;
const endpointsSince = async (since: number) => (await sandbox.calls({ since })).map(({ endpoint }) => endpoint);
const clients = () => sandbox.admin<{ clients: { clientId: string }[] }>("GET", "/uk/clients");

describe("dynamic client registration at a UK bank", () => {
  it("goes from our certificates over the directory to a token, is read and deleted", async () => {
    const since = await sandbox.lastSeq();
    const at = saga(gateway, uk);
    const { certificates, statement, request, submission, validation } = await at.whole();
    expect(certificates).toMatchObject({ tppId: "FI-FINFSA-1234567-8", publicJwksUrl: "https://ledger.example/.well-known/tpp-jwks.json" });
    expect(headerOf(statement.softwareStatement)).toMatchObject({ alg: "PS256", kid: statement.kid });
    // The directory named our key; what we sign afterwards bears that name.
    const seal = certificates.certificates.find(({ purpose }) => purpose === "qsealc");
    expect(headerOf(request.registrationRequest)).toMatchObject({ alg: "PS256", kid: request.kid });
    expect(request.kid).not.toBe(seal?.kid);
    expect(claimsOf(request.registrationRequest)).toMatchObject({
      iss: claimsOf(statement.softwareStatement)["software_id"],
      aud: sandbox.endpoints.uk.bankId,
      token_endpoint_auth_method: "tls_client_auth",
      tls_client_auth_subject_dn: expect.stringMatching(/^CN=ledger\.example,2\.5\.4\.97=#[0-9a-f]+,O=Example Ledger Oy,C=FI$/),
      redirect_uris: [redirectUri],
    });
    expect(submission.client).toMatchObject({ redirectUris: [redirectUri], grantTypes: expect.arrayContaining(["client_credentials", "refresh_token"]) });
    expect(validation.validated.map(({ scope }) => scope)).toEqual(["accounts"]);
    expect(await endpointsSince(since)).toEqual(expect.arrayContaining(["D1", "D3", "D6", "D8", "U1", "U5"]));

    expect(await at.read()).toMatchObject({ standing: "known", client: { clientId: submission.client.clientId, redirectUris: [redirectUri] } });
    expect((await gateway.as.bff.listAspsps({})).aspsps.find(({ aspspId }) => aspspId === uk)).toMatchObject({
      registered: true,
      registrationScheme: "dcr",
      capabilities: ["registration"],
    });

    const ended = await at.end();
    expect(ended.aspspTold).toBe(true);
    expect(await at.end()).toEqual(ended);
    expect((await clients()).clients.map(({ clientId }) => clientId)).not.toContain(submission.client.clientId);
    expect(await at.read()).toEqual({ standing: "unknown", client: null, checkedAt: expect.any(String) });
    expect((await gateway.as.bff.listAspsps({})).aspsps.find(({ aspspId }) => aspspId === uk)?.registered).toBe(false);
    await expect(at.submission()).resolves.toMatchObject({ client: { clientId: submission.client.clientId } });
  });

  it.each([
    ["RS256", /^.* takes no signatures by RS256, only by PS256, ES256; want one of them or none\.$/],
    ["ES256", /^Our QSealC at .* cannot sign by ES256; want another algorithm or none,/],
  ] as const)("an algorithm that the bank or our key does not do (%s) ends in a sentence, not in another algorithm", async (algorithm, sentence) => {
    const at = saga(gateway, uk, { terms: { algorithm } });
    await at.certificates();
    await expect(at.statement()).rejects.toMatchObject({ code: "ERR_ALGORITHM_UNFIT", kind: "rejected", message: expect.stringMatching(sentence) });
  });

  it("TM-05 OA-67 signs an assertion of its own for each token call, where the bank wants that", async () => {
    await using signing = await startGateway(sandbox, {
      everyBank: true,
      env: { UK_CLIENT_AUTHENTICATION: "private_key_jwt", UK_REGISTRATION_TYPE: "application/jose" },
    });
    await requestPair(signing);
    const at = saga(signing, uk, { terms: { scopes: ["accounts", "payments", "fundsconfirmations"] } });
    const { request, validation } = await at.whole();
    expect(claimsOf(request.registrationRequest)).toMatchObject({ token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "PS256" });
    expect(claimsOf(request.registrationRequest)).not.toHaveProperty("tls_client_auth_subject_dn");
    // Three calls, three assertions: the bank takes none twice.
    expect(validation.validated).toHaveLength(3);
    expect(await at.read()).toMatchObject({ standing: "known" });
    expect((await at.end()).aspspTold).toBe(true);
  });

  it("changes the client that is there: same id, the next certificates, other terms; the older registration goes on under them", async () => {
    const first = saga(gateway, uk);
    const before = await first.whole();
    await requestPair(gateway);
    const since = await sandbox.lastSeq();
    const next = saga(gateway, uk, { replaces: first.registrationId, terms: { redirectUris: [redirectUri, "https://ledger.example/connect/return/uk"] } });
    const after = await next.whole();
    expect(after.submission.client).toMatchObject({
      clientId: before.submission.client.clientId,
      redirectUris: expect.arrayContaining(["https://ledger.example/connect/return/uk"]),
    });
    const thumbprints = ({ certificates }: typeof before) => certificates.certificates.map(({ thumbprint }) => thumbprint);
    expect(new Set([...thumbprints(before), ...thumbprints(after)]).size).toBe(4);
    // The directory's entry of our software was changed as well, not made twice.
    expect(await endpointsSince(since)).toEqual(expect.arrayContaining(["D5", "U3"]));
    expect((await endpointsSince(since)).filter((endpoint) => endpoint === "D3" || endpoint === "U1")).toEqual([]);

    const { banks } = gateway.app.context;
    expect((await banks.under(first.registrationId)).registrationId).toBe(next.registrationId);
    // Leaving the older one tells the bank nothing: its client is in use.
    expect((await first.end()).aspspTold).toBe(false);
    expect(await next.read()).toMatchObject({ standing: "known" });
    expect((await next.end()).aspspTold).toBe(true);
  });

  it("has the directory vouch no longer for certificates that were retired and that nothing calls the bank with", async () => {
    const first = saga(gateway, uk);
    const { certificates } = await first.whole();
    const retired = new Set(certificates.certificates.map(({ thumbprint }) => thumbprint));
    const own = await gateway.as.operator.listOwnCertificates({});
    await requestPair(gateway);
    for (const { certificateId, issued } of own.certificates)
      if (issued !== null && retired.has(issued.thumbprint)) await gateway.as.operator.retireCertificate({ params: { certificateId } });

    // The bank is called with them until the successor is through.
    let since = await sandbox.lastSeq();
    const next = saga(gateway, uk, { replaces: first.registrationId });
    await next.whole();
    expect(await endpointsSince(since)).not.toContain("D7");

    since = await sandbox.lastSeq();
    const last = saga(gateway, uk, { replaces: next.registrationId });
    await last.whole();
    expect((await endpointsSince(since)).filter((endpoint) => endpoint === "D7")).toHaveLength(2);
    expect(await last.read()).toMatchObject({ standing: "known" });
    expect((await last.end()).aspspTold).toBe(true);
  });

  it("a successor that fails is taken back: the client is as before, and the one in use works", async () => {
    const first = saga(gateway, uk);
    const before = await first.whole();
    await requestPair(gateway);
    const next = saga(gateway, uk, { replaces: first.registrationId, terms: { redirectUris: ["https://ledger.example/connect/return/uk"] } });
    await next.certificates();
    await next.statement();
    await next.request();
    const { client } = await next.submission();
    expect(client).toMatchObject({ clientId: before.submission.client.clientId, redirectUris: ["https://ledger.example/connect/return/uk"] });
    // Not while the bank cannot be told: it stays to be done.
    await sandbox.fault("network.status", { for: { endpoint: "U3" }, options: { status: 503 } });
    await expect(next.end()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    await sandbox.calm();
    expect((await next.end()).aspspTold).toBe(true);
    expect(await first.read()).toMatchObject({ standing: "known", client: { clientId: client.clientId, redirectUris: [redirectUri] } });
    const bank = await gateway.app.context.banks.active(uk);
    expect(bank.registrationId).toBe(first.registrationId);
    await expect(bank.tokens.clientCredentials("accounts")).resolves.toMatchObject({ ok: true });
    expect((await first.end()).aspspTold).toBe(true);
  });

  it("a change whose answer was lost is taken back too", async () => {
    const first = saga(gateway, uk);
    await first.whole();
    const next = saga(gateway, uk, { replaces: first.registrationId, terms: { redirectUris: ["https://ledger.example/connect/return/uk"] } });
    await next.certificates();
    await next.statement();
    await next.request();
    await sandbox.fault("body.trailing-garbage", { for: { endpoint: "U3" } });
    await expect(next.submission()).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL" });
    await sandbox.calm();
    expect(await first.read()).toMatchObject({ client: { redirectUris: ["https://ledger.example/connect/return/uk"] } });
    expect((await next.end()).aspspTold).toBe(true);
    expect(await first.read()).toMatchObject({ client: { redirectUris: [redirectUri] } });
    expect((await first.end()).aspspTold).toBe(true);
  });

  async function readyToSubmit(): Promise<ReturnType<typeof saga>> {
    const at = saga(gateway, uk);
    await at.certificates();
    await at.statement();
    await at.request();
    return at;
  }
  const howMany = async () => (await clients()).clients.length;

  it("an answer lost after the bank took the request makes no second client: the repeat has the same jti", async () => {
    const before = await howMany();
    const at = await readyToSubmit();
    await sandbox.fault("body.trailing-garbage", { for: { endpoint: "U1" } });
    await expect(at.submission()).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL" });
    await sandbox.calm();
    const unknown = { code: "ERR_REGISTRATION_OUTCOME_UNKNOWN", kind: "rejected", message: expect.stringContaining("portal") };
    for (let n = 0; n < 2; n += 1) await expect(at.submission()).rejects.toMatchObject(unknown);
    expect(await howMany()).toBe(before + 1);
  });

  it.each(["network.reset", "network.hang"])("%s before the bank took it: the repeat makes the one client", async (fault) => {
    await using impatient = await gateway.replica({ egress: { limits: { totalTimeoutMs: 1_000 } } });
    const before = await howMany();
    const at = await readyToSubmit();
    await sandbox.fault(fault, { for: { endpoint: "U1" } });
    const since = await sandbox.lastSeq();
    await expect(saga(impatient, uk, { registrationId: at.registrationId }).submission()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    // Nobody on the way repeats it unasked.
    expect((await endpointsSince(since)).filter((endpoint) => endpoint === "U1").length).toBeLessThanOrEqual(1);
    await sandbox.calm();
    await expect(at.submission()).resolves.toMatchObject({ client: { redirectUris: [redirectUri] } });
    expect(await howMany()).toBe(before + 1);
    expect((await at.end()).aspspTold).toBe(true);
  });

  it("an end asked for while the submission is under way waits for it and deletes its client", async () => {
    const before = await howMany();
    const at = await readyToSubmit();
    await sandbox.fault("network.latency", { for: { endpoint: "U1" }, options: { ms: 1_500 } });
    const since = await sandbox.lastSeq();
    const submission = at.submission();
    await expect.poll(async () => getSentRequest(gateway.app.context.db, at.registrationId)).toBeDefined();
    await expect(at.end()).rejects.toMatchObject({ code: "ERR_REGISTRATION_STEP_RUNNING", kind: "conflict" });
    await expect(at.validation()).rejects.toMatchObject({ code: "ERR_REGISTRATION_STEP_RUNNING" });
    await submission;
    expect((await at.end()).aspspTold).toBe(true);
    await expect(at.validation()).rejects.toMatchObject({ code: "ERR_REGISTRATION_ENDED" });
    expect((await endpointsSince(since)).filter((endpoint) => endpoint.startsWith("U"))).toEqual(["U1", "U5", "U4"]);
    expect(await howMany()).toBe(before);
  });

  it("a bank that is not configured any more can be left", async () => {
    const at = saga(gateway, uk);
    await at.whole();
    await using without = await gateway.replica({ adapters: gateway.app.context.banks.adapters.filter(({ profile }) => profile.aspspId !== uk) });
    expect(await saga(without, uk, { registrationId: at.registrationId }).end()).toMatchObject({ aspspTold: false });
    await expect(at.validation()).resolves.toBeDefined();
    await expect(gateway.app.context.banks.active(uk)).rejects.toMatchObject({ code: "ERR_ASPSP_NOT_REGISTERED" });
  });

  it("registers anew where the client it is to take over from is gone", async () => {
    const first = saga(gateway, uk);
    const before = await first.whole();
    await sandbox.admin("DELETE", `/uk/clients/${before.submission.client.clientId}`);
    expect(await first.read()).toMatchObject({ standing: "unknown" });
    const next = saga(gateway, uk, { replaces: first.registrationId });
    const after = await next.whole();
    expect(after.submission.client.clientId).not.toBe(before.submission.client.clientId);
    const { banks } = gateway.app.context;
    expect((await banks.under(first.registrationId)).registrationId).toBe(first.registrationId);
    expect((await next.end()).aspspTold).toBe(true);
  });

  it("a deletion that the bank did not hear of is told again, and no new consent begins meanwhile", async () => {
    const at = saga(gateway, uk);
    await at.whole();
    await sandbox.fault("network.status", { for: { endpoint: "U4" }, options: { status: 503 } });
    await expect(at.end()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", kind: "unavailable" });
    expect((await gateway.as.bff.listAspsps({})).aspsps.find(({ aspspId }) => aspspId === uk)?.registered).toBe(false);
    await sandbox.calm();
    expect((await at.end()).aspspTold).toBe(true);
  });

  it("a refusal is final and says what is wrong", async () => {
    const at = saga(gateway, uk, { terms: { redirectUris: ["https://ledger.example/return"] } });
    await at.certificates();
    await at.statement();
    const params = { registrationId: at.registrationId };
    // A redirect address that the statement does not name.
    await gateway.as["tpp-registry"].buildRegistrationRequest({
      params,
      body: { aspspId: uk, terms: { ...terms, redirectUris: ["https://elsewhere.example/return"] } },
    });
    await expect(at.submission()).rejects.toMatchObject({
      code: "ERR_ASPSP_REJECTED",
      kind: "rejected",
      message: expect.stringContaining("redirect"),
      details: { reason: "invalid_redirect_uri", status: 400 },
    });
  });

  it.each([
    ["invalid_client_metadata", { UK_AUDIENCE: "AnotherBank" }],
    ["invalid_software_statement", { UK_DIRECTORY_URL: "" }],
  ])("%s is final too", async (reason, env) => {
    await using wrong = await startGateway(sandbox, { everyBank: true, env });
    await requestPair(wrong);
    await expect(saga(wrong, uk).whole()).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED", kind: "rejected", details: { reason } });
  });

  it("OA-71 neither bank nor directory gets a request when its certificate is of another authority", async () => {
    await using misled = await startGateway(sandbox, { everyBank: true, env: { UK_CA_BUNDLE_PATH: "" } });
    await requestPair(misled);
    const at = saga(misled, uk);
    await at.certificates();
    const since = await sandbox.lastSeq();
    await expect(at.statement()).rejects.toMatchObject({ code: "ERR_TRUST_SERVICE_UNAVAILABLE", details: { reason: "tls" } });
    await using ours = await startGateway(sandbox, { everyBank: true, env: { UK_CA_BUNDLE_PATH: "", UK_DIRECTORY_URL: "" } });
    await requestPair(ours);
    await expect(saga(ours, uk).whole()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "tls" } });
    expect((await endpointsSince(since)).filter((endpoint) => !endpoint.startsWith("Q"))).toEqual([]);
  });

  it("OA-71 a directory with a revoked certificate gets no request", async () => {
    await sandbox.fault("bank.tls-certificate", { options: { kind: "revoked" } });
    await using replica = await gateway.replica({ env: { OPL_CRL_URLS: sandbox.endpoints.crlUrl } });
    const at = saga(replica, uk);
    await at.certificates();
    const since = await sandbox.lastSeq();
    await expect(at.statement()).rejects.toMatchObject({ code: "ERR_TRUST_SERVICE_UNAVAILABLE", details: { reason: "certificate-revoked" } });
    expect(await endpointsSince(since)).toEqual([]);
  });
});
