import { createPublicKey, randomUUID } from "node:crypto";
import { certificateDer, createCertificateRequest, importCertificate, readCertificateRequest, writePkcs12 } from "@opl/eidas";
import { fixedClock } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { anyProvider, plant, requestOf, requestPair, subject } from "../../testing/own-certificates.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { unlessSomebodyRequests } from "../db/own-certificate-store.ts";
import { resendRequests } from "./resend-requests.ts";
import { takeOwnPair } from "./take-own-pair.ts";

let sandbox: Sandbox;
let connected: TestGateway;
let alone: TestGateway;

beforeAll(async () => {
  sandbox = await startSandbox();
  connected = await startGateway(sandbox);
  alone = await startGateway(sandbox, { env: { OPL_QTSP_EST_URL: "" } });
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await alone?.[Symbol.asyncDispose]();
  await connected?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const body = { purpose: "qsealc", keyType: "ec", subject } as const;

describe("certificates of our own", () => {
  it("are requested, issued by the provider and ready in one go where one is connected", async () => {
    const { qwac, qsealc } = await requestPair(connected);
    expect(qwac).toMatchObject({ purpose: "qwac", keyType: "rsa", status: "ready", retiredAt: null });
    expect(qsealc.issued).toMatchObject({
      algorithm: "PS256",
      organizationIdentifier: subject.organizationIdentifier,
      authorityId: "FI-FINFSA",
      roles: ["PSP_AI", "PSP_PI", "PSP_IC"],
      problems: expect.not.arrayContaining([expect.objectContaining({ refused: true })]),
    });
    const listed = await connected.as.operator.listOwnCertificates({});
    expect(listed.enrolment).toBe(true);
    expect(listed.certificates.slice(0, 2)).toEqual([qsealc, qwac]);
  });

  it("wait for an operator where none is connected, and are what was asked for or refused", async () => {
    const requested = await alone.as.operator.requestCertificate({ body });
    expect(requested).toMatchObject({ status: "requested", issued: null });
    expect((await alone.as.bff.listOwnCertificates({})).enrolment).toBe(false);
    const { subject: asked } = await readCertificateRequest(requested.csrPem ?? "");
    expect(asked).toMatchObject({ organizationIdentifier: subject.organizationIdentifier, country: "FI" });

    const params = { certificateId: requested.certificateId };
    const foreign = (await requestPair(connected, "ec")).qsealc;
    const foreignChain = foreign.issued?.chainPem.join("") ?? "";
    await expect(alone.as.operator.importIssuedCertificate({ params, body: { chain: foreignChain } })).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_NOT_AS_ASKED",
      details: { reason: "key" },
    });
    await expect(alone.as.operator.importIssuedCertificate({ params, body: { chain: "no certificate" } })).rejects.toMatchObject({ kind: "invalid" });

    const chain = await issueByHand(requested.csrPem ?? "");
    const ready = await alone.as.operator.importIssuedCertificate({ params, body: { chain } });
    expect(ready).toMatchObject({ status: "ready", issued: { algorithm: "ES256" } });
    expect(await alone.as.operator.importIssuedCertificate({ params, body: { chain } })).toEqual(ready);
    expect((await alone.as["tpp-registry"].listPublicKeys({})).keys.map(({ jwk }) => jwk.kid)).toContain(ready.issued?.kid);
  });

  it("are brought along in a PKCS#12 file with the right passphrase and for the right purpose", async () => {
    const { csrPem, privateKey } = await createCertificateRequest({ ...requestOf("qwac"), key: "rsa-2048" });
    const { chainPem } = importCertificate(await issueByHand(csrPem), { privateKey });
    const pkcs12 = Buffer.from(await writePkcs12({ privateKey, chainPem, passphrase: "opens-the-file" })).toString("base64");
    const file = { purpose: "qwac", pkcs12, passphrase: "opens-the-file" } as const;
    const imported = await alone.as.operator.importPkcs12({ body: file });
    expect(imported).toMatchObject({ purpose: "qwac", keyType: "rsa", status: "ready", csrPem: null, issued: { roles: ["PSP_AI"] } });
    await expect(alone.as.operator.importPkcs12({ body: { ...file, passphrase: "wrong" } })).rejects.toMatchObject({ code: "ERR_PKCS12_UNREADABLE" });
    await expect(alone.as.operator.importPkcs12({ body: { ...file, purpose: "qsealc" } })).rejects.toMatchObject({
      code: "ERR_OWN_CERTIFICATE_REFUSED",
      details: { problems: expect.arrayContaining(["wrong-purpose"]) },
    });
  });

  it("are published as long as they are known, QSealCs only, without anything private", async () => {
    const { qwac, qsealc } = await requestPair(connected);
    const retired = await connected.as.operator.retireCertificate({ params: { certificateId: qsealc.certificateId } });
    expect(retired.status).toBe("retired");
    expect(await connected.as.operator.retireCertificate({ params: { certificateId: qsealc.certificateId } })).toEqual(retired);
    const { keys } = await connected.as["tpp-registry"].listPublicKeys({});
    expect(keys.map(({ jwk }) => jwk.kid)).not.toContain(qwac.issued?.kid);
    const published = keys.find(({ jwk }) => jwk.kid === qsealc.issued?.kid);
    expect(published?.retiredAt).toBe(retired.retiredAt);
    const members = new Set(keys.flatMap(({ jwk }) => Object.keys(jwk)));
    expect([...members].toSorted()).toEqual(expect.arrayContaining(["kid", "kty", "use", "x5c", "x5t#S256"]));
    for (const secret of ["d", "p", "q", "dp", "dq", "qi", "k"]) expect(members).not.toContain(secret);
    expect(createPublicKey({ key: published?.jwk as never, format: "jwk" }).type).toBe("public");
  });

  it("a key with two certificates is published once, as the one in use, though the other was retired", async () => {
    const { csrPem, privateKey } = await createCertificateRequest({ ...requestOf("qsealc"), key: "p-256" });
    const bring = async () => {
      const { chainPem } = importCertificate(await issueByHand(csrPem), { privateKey });
      const pkcs12 = Buffer.from(await writePkcs12({ privateKey, chainPem, passphrase: "opens-the-file" })).toString("base64");
      return alone.as.operator.importPkcs12({ body: { purpose: "qsealc", pkcs12, passphrase: "opens-the-file" } });
    };
    const [older, newer] = [await bring(), await bring()];
    const published = async () => (await alone.as["tpp-registry"].listPublicKeys({})).keys.filter(({ jwk }) => jwk.kid === older.issued?.kid);
    await alone.as.operator.retireCertificate({ params: { certificateId: older.certificateId } });
    expect(await published()).toEqual([expect.objectContaining({ jwk: expect.objectContaining({ "x5t#S256": newer.issued?.thumbprint }), retiredAt: null })]);
    const retired = await alone.as.operator.retireCertificate({ params: { certificateId: newer.certificateId } });
    expect(await published()).toEqual([expect.objectContaining({ retiredAt: retired.retiredAt })]);
  });

  it("a retired request takes no certificate any more, and unknown ones are not found", async () => {
    const requested = await alone.as.operator.requestCertificate({ body });
    const params = { certificateId: requested.certificateId };
    await alone.as.operator.retireCertificate({ params });
    const chain = await issueByHand(requested.csrPem ?? "");
    await expect(alone.as.operator.importIssuedCertificate({ params, body: { chain } })).rejects.toMatchObject({ code: "ERR_OWN_CERTIFICATE_STATE" });
    const nobody = { certificateId: randomUUID() };
    await expect(alone.as.operator.retireCertificate({ params: nobody })).rejects.toMatchObject({ code: "ERR_OWN_CERTIFICATE_NOT_FOUND" });
    await expect(alone.as.operator.importIssuedCertificate({ params: nobody, body: { chain } })).rejects.toMatchObject({ kind: "not-found" });
  });

  it("a provider that does not answer leaves a request behind that is not lost; a refusal says why", async () => {
    await sandbox.fault("network.status", { for: { endpoint: "Q1" }, options: { status: 503 } });
    await expect(connected.as.operator.requestCertificate({ body })).rejects.toMatchObject({ code: "ERR_TRUST_SERVICE_UNAVAILABLE", kind: "unavailable" });
    await sandbox.calm();
    const [left] = (await connected.as.operator.listOwnCertificates({})).certificates;
    expect(left).toMatchObject({ status: "requested", csrPem: expect.any(String) });
    // Or it is sent again while later tests count what was sent.
    await connected.as.operator.retireCertificate({ params: { certificateId: left?.certificateId ?? "" } });

    await using wrong = await startGateway(sandbox, { env: { OPL_QTSP_SECRET_FILE: "" } });
    await expect(wrong.as.operator.requestCertificate({ body })).rejects.toMatchObject({
      code: "ERR_TRUST_SERVICE_REFUSED",
      kind: "rejected",
      message: expect.stringContaining("401"),
    });
  });

  describe("a bank is shown", () => {
    let gateway: TestGateway;
    beforeEach(async () => void (gateway = await startGateway(sandbox, { env: { OPL_QTSP_EST_URL: "" } })));
    afterEach(() => gateway?.[Symbol.asyncDispose]());
    const take = (environment: "sandbox" | "production", trustAnchors?: readonly string[]) => {
      const { context } = gateway.app;
      const profile = { ...context.banks.adapter("op").profile, environment, signingAlgorithms: ["PS256", "ES256"] } as const;
      return takeOwnPair({ ...context, own: { ...context.own, trustAnchors } }, profile, ["AIS"]);
    };
    const leavesOf = (pair: Awaited<ReturnType<typeof take>>) => pair.map(({ x5c }) => x5c?.[0]);
    const leafOf = ({ chainPem }: { readonly chainPem: readonly string[] }) => certificateDer(chainPem[0] ?? "").toString("base64");

    it("the newest seal that can sign for it: not one of a curve that no algorithm has, which is refused on its way in", async () => {
      const provider = await anyProvider();
      const [qwac, seal, unfit] = [await provider.certify("qwac"), await provider.certify("qsealc"), await provider.certify("qsealc", { curve: "P-384" })];
      for (const one of [qwac, seal, unfit]) await plant(gateway, one);
      const pair = await take("sandbox");
      expect(leavesOf(pair)).toEqual([leafOf(qwac), leafOf(seal)]);
      expect(pair[1]).toMatchObject({ crv: "P-256", alg: "ES256" });
      const pkcs12 = Buffer.from(await writePkcs12({ ...unfit, passphrase: "opens-the-file" })).toString("base64");
      await expect(gateway.as.operator.importPkcs12({ body: { purpose: "qsealc", pkcs12, passphrase: "opens-the-file" } })).rejects.toMatchObject({
        code: "ERR_OWN_CERTIFICATE_REFUSED",
        message: expect.stringContaining("P-384"),
      });
    });

    it.each(["sandbox", "production"] as const)("in %s none that issued itself", async (environment) => {
      const provider = await anyProvider();
      for (const purpose of ["qwac", "qsealc"] as const) await plant(gateway, await provider.certify(purpose, { itself: true }));
      await expect(take(environment)).rejects.toMatchObject({ code: "ERR_OWN_CERTIFICATE_MISSING" });
      const pair = [await provider.certify("qwac"), await provider.certify("qsealc")];
      for (const one of pair) await plant(gateway, one);
      expect(leavesOf(await take(environment))).toEqual(pair.map(leafOf));
    });

    it("in production, where roots are set, one whose chain leads to them", async () => {
      const [provider, another] = [await anyProvider(), await anyProvider()];
      const pair = [await provider.certify("qwac"), await provider.certify("qsealc")];
      for (const one of pair) await plant(gateway, one);
      expect(leavesOf(await take("production", [provider.rootPem]))).toEqual(pair.map(leafOf));
      await expect(take("production", [another.rootPem])).rejects.toMatchObject({ code: "ERR_OWN_CERTIFICATE_MISSING" });
      expect(await take("sandbox", [another.rootPem])).toHaveLength(2);
    });
  });

  describe("a request that waits is sent again by itself", () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    let gateway: TestGateway;
    beforeAll(async () => void (gateway = await startGateway(sandbox, { clock })));
    afterAll(() => gateway?.[Symbol.asyncDispose]());
    const at = async (pause: Temporal.DurationLike) => {
      clock.advance(pause);
      await resendRequests(gateway.app.context);
      return (await gateway.as.operator.listOwnCertificates({})).certificates[0];
    };
    const sent = async (since: number) => (await sandbox.calls({ since, endpoint: "Q1" })).length;

    it("after growing pauses while the provider is away, until it is back", async () => {
      await sandbox.fault("network.status", { for: { endpoint: "Q1" }, options: { status: 503 } });
      const since = await sandbox.lastSeq();
      await expect(gateway.as["tpp-registry"].requestCertificate({ body })).rejects.toMatchObject({ code: "ERR_TRUST_SERVICE_UNAVAILABLE" });
      await at({ seconds: 4 });
      expect(await sent(since)).toBe(1);
      await at({ seconds: 1 });
      await at({ seconds: 9 });
      expect(await sent(since)).toBe(2);
      await sandbox.calm();
      expect(await at({ seconds: 1 })).toMatchObject({ status: "ready" });
      await at({ hours: 2 });
      expect(await sent(since)).toBe(3);
    });

    it("when the provider says, where it has to look at it first (RFC 7030 4.2.3)", async () => {
      await sandbox.fault("network.status", { for: { endpoint: "Q1" }, options: { status: 202, shape: "empty", retryAfter: "900" } });
      const since = await sandbox.lastSeq();
      expect(await gateway.as["tpp-registry"].requestCertificate({ body })).toMatchObject({ status: "requested" });
      await sandbox.calm();
      expect(await at({ seconds: 899 })).toMatchObject({ status: "requested" });
      expect(await sent(since)).toBe(1);
      expect(await at({ seconds: 1 })).toMatchObject({ status: "ready" });
    });

    it("but not where the provider refused it: then the list says why", async () => {
      await sandbox.fault("network.status", { for: { endpoint: "Q1" }, options: { status: 403, message: "No contract" } });
      const since = await sandbox.lastSeq();
      await expect(gateway.as["tpp-registry"].requestCertificate({ body })).rejects.toMatchObject({ code: "ERR_TRUST_SERVICE_REFUSED" });
      expect(await at({ hours: 48 })).toMatchObject({ status: "requested", refusal: expect.stringMatching(/403.*No contract/) });
      expect(await sent(since)).toBe(1);
    });

    it("and nobody is asked beside somebody who asks", async () => {
      await unlessSomebodyRequests(gateway.app.context.db, async () => {
        const since = await sandbox.lastSeq();
        await expect(gateway.as["tpp-registry"].requestCertificate({ body })).rejects.toMatchObject({
          code: "ERR_REGISTRATION_STEP_RUNNING",
          kind: "conflict",
          retryAfterSeconds: 2,
        });
        expect(await sent(since)).toBe(0);
      });
    });
  });

  it.each([
    ["an unknown authority", () => ({ OPL_QTSP_CA_BUNDLE_PATH: "" })],
    ["the name of another host", () => ({ OPL_QTSP_EST_URL: sandbox.endpoints.qtspUrl.replace("localhost", "elsewhere.localhost") })],
  ])("OA-71 a provider with a certificate of %s gets no request", async (_name, env) => {
    await using misled = await startGateway(sandbox, { env: env() });
    const since = await sandbox.lastSeq();
    await expect(misled.as.operator.requestCertificate({ body })).rejects.toMatchObject({ code: "ERR_TRUST_SERVICE_UNAVAILABLE", details: { reason: "tls" } });
    expect(await sandbox.calls({ since })).toEqual([]);
  });

  it("OA-71 a provider with a revoked certificate gets no request", async () => {
    await sandbox.fault("bank.tls-certificate", { options: { kind: "revoked" } });
    await using gateway = await startGateway(sandbox, { env: { OPL_CRL_URLS: sandbox.endpoints.crlUrl } });
    const since = await sandbox.lastSeq();
    await expect(gateway.as.operator.requestCertificate({ body })).rejects.toMatchObject({
      code: "ERR_TRUST_SERVICE_UNAVAILABLE",
      details: { reason: "certificate-revoked" },
    });
    expect(await sandbox.calls({ since })).toEqual([]);
    await sandbox.calm();
    await expect(gateway.as.operator.requestCertificate({ body })).resolves.toMatchObject({ status: "ready" });
  });
});

/** What an operator does with a request: carries it to the provider and brings back what it issued, through another gateway's connection. */
async function issueByHand(csrPem: string): Promise<string> {
  const { enrolment } = connected.app.context.own;
  const issued = await enrolment?.enrol(csrPem);
  if (issued === undefined || !("issued" in issued)) throw new Error("not issued");
  return issued.issued;
}
