import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@opl/telemetry";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { everythingStored, inClear } from "../../testing/clear-text.ts";
import { startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { requestPair, subject } from "../../testing/own-certificates.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { terms } from "../../testing/terms.ts";
import { getSecret } from "../db/registration-store.ts";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import { openOwnKey } from "../usecases/own-certificate.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const lines: string[] = [];
const berlinGroup = "berlin-group-sandbox";
const uk = "uk-sandbox";
const byHand = { UK_REGISTRATION: "manual" };

beforeAll(async () => {
  sandbox = await startSandbox();
  const logger = createLogger({ name: "bank-gateway", level: "trace", destination: { write: (line) => void lines.push(line) } });
  gateway = await startGateway(sandbox, { everyBank: true, logger });
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const folder = mkdtempSync(join(tmpdir(), "opl-subjects-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
function subjectFile(content: typeof subject): string {
  const file = join(folder, `${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const thirdParties = `/berlin-group/third-parties/${subject.organizationIdentifier}`;
const offered = async ({ as }: Pick<TestGateway, "as">, aspspId: string) => (await as.bff.listAspsps({})).aspsps.find((each) => each.aspspId === aspspId);

/** What an operator gets at the portal. */
const portalClient = () =>
  sandbox.admin<{ clientId: string; clientSecret: string }>("POST", "/uk/clients", {
    clientName: terms.clientName,
    redirectUris: ["https://ledger.example/return"],
    method: "client_secret_post",
  });

describe("a bank that knows us by our certificate", () => {
  it("is asked for nothing before we have one, and nothing is final about that", async () => {
    await using alone = await startGateway(sandbox, { everyBank: true, env: { OPL_QTSP_EST_URL: "" } });
    await expect(saga(alone, berlinGroup).certificates()).rejects.toMatchObject({
      code: "ERR_OWN_CERTIFICATE_MISSING",
      kind: "conflict",
      message: expect.stringMatching(/POST \/certificates\b.*POST \/certificates\/pkcs12/),
    });
  });

  it("banks that need a pair of our own at the same moment share one", async () => {
    await using fresh = await startGateway(sandbox, { everyBank: true, env: { OPL_QTSP_SUBJECT_FILE: subjectFile(subject) } });
    const take = (aspspId: string, registrationId: string) =>
      fresh.as["tpp-registry"].issueCertificates({ params: { registrationId }, body: { aspspId, country: "FI", commonName: "x", roles: ["AIS"] } });
    const banks = { [uk]: randomUUID(), [berlinGroup]: randomUUID() };
    const first = await Promise.allSettled(Object.entries(banks).map(([aspspId, id]) => take(aspspId, id)));
    expect(first.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    for (const outcome of first)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "ERR_REGISTRATION_STEP_RUNNING", kind: "conflict" });
    const taken = await Promise.all(Object.entries(banks).map(([aspspId, id]) => take(aspspId, id)));
    const [one, other] = taken.map(({ certificates }) => certificates.map(({ thumbprint }) => thumbprint).toSorted());
    expect(one).toEqual(other);
    expect((await fresh.as.operator.listOwnCertificates({})).certificates).toHaveLength(2);
  });

  it("has them requested on the way where there is a provider and somebody to name, and again when they near their end", async () => {
    await using helped = await startGateway(sandbox, { everyBank: true, env: { OPL_QTSP_SUBJECT_FILE: subjectFile(subject) } });
    const { certificates } = await saga(helped, berlinGroup).certificates();
    expect(certificates.map(({ purpose, inUse }) => ({ purpose, inUse }))).toEqual([
      { purpose: "qwac", inUse: true },
      { purpose: "qsealc", inUse: true },
    ]);
    const thumbprints = (of: typeof certificates) => of.map(({ thumbprint }) => thumbprint);
    expect(thumbprints((await saga(helped, berlinGroup).certificates()).certificates)).toEqual(thumbprints(certificates));
    await using later = await helped.replica({ clock: { now: () => Temporal.Now.instant().add({ hours: 24 * 710 }) } });
    const renewed = thumbprints((await saga(later, berlinGroup).certificates()).certificates);
    expect(renewed.filter((thumbprint) => thumbprints(certificates).includes(thumbprint))).toEqual([]);
  });

  it("has none requested that would lack a role", async () => {
    const since = await sandbox.lastSeq();
    await using narrow = await startGateway(sandbox, { everyBank: true, env: { OPL_QTSP_SUBJECT_FILE: subjectFile({ ...subject, roles: ["AIS"] }) } });
    await expect(saga(narrow, berlinGroup).certificates()).rejects.toMatchObject({ code: "ERR_OWN_CERTIFICATE_MISSING" });
    expect(await sandbox.calls({ since })).toEqual([]);
  });

  it("lets us in after the first call, which it refuses, and is never asked for a registration", async () => {
    await requestPair(gateway);
    const since = await sandbox.lastSeq();
    const at = saga(gateway, berlinGroup);
    const { tppId, organizationIdentifier } = await at.certificates();
    expect({ tppId, organizationIdentifier }).toEqual({ tppId: "FI-FINFSA-1234567-8", organizationIdentifier: "PSDFI-FINFSA-1234567-8" });
    await expect(at.activation()).rejects.toMatchObject({ code: "ERR_REGISTRATION_STEP_ORDER" });
    for (const step of [at.statement, at.request, at.submission]) await expect(step()).rejects.toMatchObject({ code: "ERR_ASPSP_CAPABILITY_MISSING" });
    expect((await at.validation()).validated.map(({ scope }) => scope)).toEqual(["accounts"]);
    await at.activation();
    expect(await offered(gateway, berlinGroup)).toMatchObject({ registered: true, registrationScheme: "certificate", capabilities: ["registration"] });
    const calls = await sandbox.calls({ since });
    expect(calls.map(({ endpoint, status }) => `${endpoint} ${String(status)}`)).toEqual(["B2 401", "B2 403"]);
    expect(await at.read()).toMatchObject({ standing: "unreadable", client: null });
  });

  it("an older registration's consents go on under the newer certificate of the same client, also after the end", async () => {
    const [first, second] = [saga(gateway, berlinGroup), saga(gateway, berlinGroup)];
    for (const at of [first, second]) {
      await requestPair(gateway);
      await at.certificates();
      await at.validation();
      await at.activation();
    }
    const qwacOf = async (at: typeof first) => (await at.certificates()).certificates.find(({ purpose }) => purpose === "qwac")?.thumbprint;
    expect(await qwacOf(first)).not.toBe(await qwacOf(second));
    const { banks } = gateway.app.context;
    const shown = async (registrationId: string) => {
      const bank = await banks.under(registrationId);
      const since = await sandbox.lastSeq();
      const calls = await bank.clientCalls();
      await calls({
        operation: "test.read",
        method: "GET",
        url: new URL(`${sandbox.endpoints.berlinGroup.baseUrl}/consents/${randomUUID()}`),
        headers: { "x-request-id": randomUUID() },
      }).catch(() => undefined);
      return JSON.stringify(await sandbox.calls({ since }));
    };
    const hex = Buffer.from((await qwacOf(second)) ?? "", "base64url").toString("hex");
    expect(await shown(first.registrationId)).toContain(hex);
    expect(await second.end()).toMatchObject({ aspspTold: false });
    expect((await offered(gateway, berlinGroup))?.registered).toBe(false);
    expect(await shown(first.registrationId)).toContain(hex);
    await expect(gateway.app.context.banks.active(berlinGroup)).rejects.toMatchObject({ code: "ERR_ASPSP_NOT_REGISTERED" });
  });

  it("a blocked certificate is refused for good", async () => {
    await requestPair(gateway);
    const at = saga(gateway, berlinGroup);
    await at.certificates();
    await sandbox.admin("POST", `${thirdParties}/block`);
    await expect(at.validation()).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED", kind: "rejected", details: { reason: "CERTIFICATE_BLOCKED" } });
    expect(await at.read()).toMatchObject({ standing: "unknown" });
    await sandbox.admin("DELETE", `${thirdParties}/block`);
    await expect(at.validation()).resolves.toBeDefined();
  });

  it("OA-71 gets no request when its own certificate is of another authority", async () => {
    await using misled = await startGateway(sandbox, { everyBank: true, env: { BG_CA_BUNDLE_PATH: "" } });
    await requestPair(misled);
    const at = saga(misled, berlinGroup);
    await at.certificates();
    const since = await sandbox.lastSeq();
    await expect(at.validation()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "tls" } });
    expect(await sandbox.calls({ since })).toEqual([]);
  });
});

describe("a bank that registers by hand", () => {
  it("waits for what an operator enters, proves it by a token, and tells when it is unknown", async () => {
    await using manual = await startGateway(sandbox, { everyBank: true, env: byHand });
    await requestPair(manual);
    const at = saga(manual, uk);
    await at.certificates();
    await expect(at.submission()).rejects.toMatchObject({
      code: "ERR_REGISTRATION_CREDENTIALS_AWAITED",
      kind: "conflict",
      message: expect.stringContaining("PUT /registrations/:registrationId/credentials"),
    });
    const { clientId, clientSecret } = await portalClient();
    const params = { registrationId: at.registrationId };
    await manual.as.operator.enterCredentials({ params, body: { aspspId: uk, clientId, clientSecret: "a-typing-mistake", apiKey: null } });
    expect((await at.submission()).client).toMatchObject({ clientId, redirectUris: [] });
    await expect(at.validation()).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: "invalid_client" } });
    await manual.as.operator.enterCredentials({ params, body: { aspspId: uk, clientId, clientSecret, apiKey: null } });
    await at.validation();
    await at.activation();
    expect(await at.read()).toMatchObject({ standing: "unreadable" });

    await expect(manual.as.operator.enterCredentials({ params, body: { aspspId: uk, clientId: "another", clientSecret, apiKey: null } })).rejects.toMatchObject(
      {
        code: "ERR_REGISTRATION_CREDENTIALS_UNWANTED",
      },
    );
    await sandbox.admin("DELETE", `/uk/clients/${clientId}`);
    expect(await at.read()).toMatchObject({ standing: "unknown" });
    expect(await at.end()).toMatchObject({ aspspTold: false });
    await expect(manual.as.operator.enterCredentials({ params, body: { aspspId: uk, clientId, clientSecret, apiKey: null } })).rejects.toMatchObject({
      code: "ERR_REGISTRATION_ENDED",
      kind: "conflict",
    });
  });

  it("a successor with newer certificates alone goes on as the same client, and what is typed in for the one in use is for both", async () => {
    await using manual = await startGateway(sandbox, { everyBank: true, env: byHand });
    await requestPair(manual);
    const [at, elsewhere] = [saga(manual, uk), saga(manual, berlinGroup)];
    const { clientId, clientSecret } = await portalClient();
    const enter = (secret: string) =>
      manual.as.operator.enterCredentials({
        params: { registrationId: at.registrationId },
        body: { aspspId: uk, clientId, clientSecret: secret, apiKey: null },
      });
    await elsewhere.certificates();
    await at.certificates();
    await enter(clientSecret);
    await at.submission();
    await at.validation();
    await at.activation();

    const awaited = { code: "ERR_REGISTRATION_CREDENTIALS_AWAITED" };
    const next = saga(manual, uk, { replaces: at.registrationId, unchanged: true });
    const following = (options: object) => saga(manual, uk, { registrationId: next.registrationId, ...options });
    await next.certificates();
    await expect(following({ replaces: at.registrationId }).submission()).rejects.toMatchObject(awaited);
    await expect(following({ replaces: elsewhere.registrationId, unchanged: true }).submission()).rejects.toMatchObject(awaited);
    expect((await next.submission()).client).toMatchObject({ clientId });
    await next.validation();
    await next.activation();

    await enter("a-typing-mistake");
    expect(await next.read()).toMatchObject({ standing: "unknown" });
    await enter(clientSecret);
    expect(await next.read()).toMatchObject({ standing: "unreadable" });
  });

  it("elsewhere nobody types in credentials, and what nobody began cannot be read or ended", async () => {
    const params = { registrationId: randomUUID() };
    await expect(
      gateway.as.operator.enterCredentials({ params, body: { aspspId: "op", clientId: "c", clientSecret: "s", apiKey: null } }),
    ).rejects.toMatchObject({ code: "ERR_REGISTRATION_CREDENTIALS_UNWANTED", kind: "rejected" });
    await expect(gateway.as["tpp-registry"].readRegistration({ params })).rejects.toMatchObject({ code: "ERR_BANK_REGISTRATION_NOT_FOUND", kind: "not-found" });
    await expect(gateway.as["tpp-registry"].endRegistration({ params, body: { aspspId: "op" } })).rejects.toMatchObject({ kind: "not-found" });
    await expect(
      gateway.as["tpp-registry"].enterCredentials({ params, body: { aspspId: "op", clientId: "c", clientSecret: "s", apiKey: null } }),
    ).rejects.toMatchObject({
      kind: "forbidden",
    });
  });
});

describe("OP's own flow", () => {
  it("shows nothing and takes nothing back: a token tells that we are known", async () => {
    const at = saga(gateway, "op");
    await at.whole();
    expect(await at.read()).toMatchObject({ standing: "unreadable", client: null });
    const payments = saga(gateway, "op", { terms: { roles: ["PIS"], scopes: ["payments"] } });
    await payments.whole();
    expect(await payments.read()).toMatchObject({ standing: "unreadable", client: null });
    for (const one of [payments, at]) expect(await one.end()).toMatchObject({ aspspTold: false });
    expect((await offered(gateway, "op"))?.registered).toBe(false);
    await expect(gateway.app.context.banks.active("op")).rejects.toMatchObject({ code: "ERR_ASPSP_NOT_REGISTERED" });
    // A registration that has ended takes no further step, but remembers those it took.
    expect((await at.validation()).validated).toHaveLength(1);
  });
});

describe("secrets", () => {
  it("TM-01 TM-04 G-16 neither tables nor logs hold a key of our own, typed credentials or a secret of provider and directory in clear", async () => {
    const written: string[] = [];
    const logger = createLogger({ name: "bank-gateway", level: "trace", destination: { write: (line) => void written.push(line) } });
    await using manual = await startGateway(sandbox, { everyBank: true, logger, env: byHand });
    await requestPair(manual);
    const { clientId, clientSecret } = await portalClient();
    const hand = saga(manual, uk);
    await hand.certificates();
    await manual.as.operator.enterCredentials({
      params: { registrationId: hand.registrationId },
      body: { aspspId: uk, clientId, clientSecret, apiKey: "an-api-key-of-a-portal" },
    });
    await hand.submission();
    await hand.validation();
    await using registering = await manual.replica({ env: { UK_REGISTRATION: "dcr" } });
    const request = saga(registering, uk);
    await request.whole();

    const { db, vault } = manual.app.context;
    const rows = await listOwnCertificates(db);
    const own = await Promise.all(rows.map(async (row) => (await openOwnKey(vault, row)).export({ format: "jwk" }).d));
    const sealed = await getSecret(db, request.registrationId, "private-jwks");
    if (sealed === undefined) throw new Error("no keys");
    const slot = { owner: "tpp", purpose: "tpp-secrets", aspspId: uk, subject: `${request.registrationId} private-jwks` } as const;
    const { keys } = JSON.parse((await vault.open(slot, sealed)).toString()) as { keys: { d: string }[] };
    const secrets = [...own, ...keys.map(({ d }) => d), clientSecret, "an-api-key-of-a-portal", "sandbox-qtsp-secret", "sandbox-directory-token"].map(String);
    expect(secrets.length).toBeGreaterThan(7);
    expect(secrets.every((secret) => secret.length > 12 && secret !== "undefined")).toBe(true);
    const dump = written.join("") + (await everythingStored(manual));
    expect(dump.length).toBeGreaterThan(10_000);
    expect(inClear(dump, secrets)).toEqual([]);
    // What may be read is there, so the search finds what is to be found.
    expect(inClear(dump, [clientId])).toEqual([clientId]);
    expect(lines.every((line) => typeof JSON.parse(line) === "object")).toBe(true);
  });
});
