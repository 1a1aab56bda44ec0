import { newId } from "@opl/service";
import { testDatabase, type TestDatabase } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../../services/bank-gateway/testing/gateway.ts";
import { requestPair } from "../../services/bank-gateway/testing/own-certificates.ts";
import { type Sandbox, startSandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import type { RegistryContext } from "../../services/tpp-registry/src/context.ts";
import { getRegistration, listDue, listRegistrations } from "../../services/tpp-registry/src/db/registration-store.ts";
import type { TppRegistryTables } from "../../services/tpp-registry/src/db/tables.ts";
import { aDocument } from "../../services/tpp-registry/src/testing/document.ts";
import { advanceRegistration } from "../../services/tpp-registry/src/usecases/advance-registration.ts";
import { applyDesiredState } from "../../services/tpp-registry/src/usecases/apply-desired-state.ts";
import { beginPlanned } from "../../services/tpp-registry/src/usecases/begin-planned.ts";
import { checkDueDrift } from "../../services/tpp-registry/src/usecases/check-drift.ts";
import { readCertificateFigures } from "../../services/tpp-registry/src/usecases/read-certificate-figures.ts";
import { readDriftFigures } from "../../services/tpp-registry/src/usecases/read-drift-figures.ts";
import { refreshDirectory } from "../../services/tpp-registry/src/usecases/refresh-directory.ts";
import { refreshOwnCertificates } from "../../services/tpp-registry/src/usecases/refresh-own-certificates.ts";
import { retryRegistration } from "../../services/tpp-registry/src/usecases/retry-registration.ts";
import { startRegistration } from "../../services/tpp-registry/src/usecases/start-registration.ts";

/** Registry, gateway and the sandbox's banks together: one document, one saga, four ways to be known. */
const everySeconds = 900;
const banks = ["op", "uk-sandbox", "berlin-group-sandbox"] as const;
const own = "https://ledger.example/connect/return/uk-sandbox";
let sandbox: Sandbox;
let gateway: TestGateway;
let db: TestDatabase<TppRegistryTables>;
let ctx: RegistryContext;
/** How far the registry's clock is ahead; the banks keep real time. */
let aheadMs = 0;

beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox, { everyBank: true });
  db = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  ctx = {
    db: db.database.db,
    clock: { now: () => Temporal.Now.instant().add({ milliseconds: aheadMs }) },
    newId,
    bankGateway: gateway.as["tpp-registry"],
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: aDocument([]),
    renewBeforeDays: 30,
  };
  await refreshDirectory(ctx);
  await requestPair(gateway);
});
afterAll(async () => {
  for (const one of [gateway, db, sandbox]) await one?.[Symbol.asyncDispose]();
});

/** Begins what is wanted and takes it as far as it goes. */
async function converge(): Promise<void> {
  await beginPlanned(ctx);
  for (let due = await listDue(ctx.db, ctx.clock.now()); due.length > 0; due = await listDue(ctx.db, ctx.clock.now()))
    for (const registrationId of due) while ((await advanceRegistration(ctx, registrationId)).kind === "step-done");
  // The watch sees what is new at its next turn and sets the time of the first look.
  await checkDueDrift(ctx, everySeconds);
}

const apply = (uk: Parameters<typeof aDocument>[0] = []) => applyDesiredState(ctx, aDocument(["op", "berlin-group-sandbox", ...uk]), "a test");
const inUse = async () => (await listRegistrations(ctx.db)).filter(({ registration }) => registration.status === "completed").map((one) => one.registration);
/** What the UK bank has on record. */
async function ukClients() {
  const { clients } = await sandbox.admin<{ clients: { clientId: string; claims: { redirect_uris: string[] } }[] }>("GET", "/uk/clients");
  return clients.map(({ clientId, claims }) => ({ clientId, redirectUris: claims.redirect_uris }));
}
/** Lets the time to the next look go by. */
async function oneIntervalLater() {
  aheadMs += everySeconds * 1000;
  return checkDueDrift(ctx, everySeconds);
}

describe("one document over every scheme", () => {
  it("is applied at OP, the UK bank and the Berlin Group bank by the same saga", async () => {
    await apply(["uk-sandbox"]);
    await converge();
    expect((await inUse()).map(({ aspspId, scheme }) => `${aspspId}: ${scheme}`).toSorted()).toEqual([
      "berlin-group-sandbox: certificate",
      "op: op",
      "uk-sandbox: dcr",
    ]);
  });

  it("applied again does nothing: no bank is called", async () => {
    const [since, before] = [await sandbox.lastSeq(), (await listRegistrations(ctx.db)).length];
    expect(await apply(["uk-sandbox"])).toMatchObject({ revision: 1, planned: banks.map(() => ({ action: "none" })) });
    await converge();
    expect(await sandbox.calls({ since })).toEqual([]);
    expect(await listRegistrations(ctx.db)).toHaveLength(before);
  });

  it("a client changed behind our back at the bank is seen within one interval, told, and repaired with the same client", async () => {
    const [client] = await ukClients();
    await sandbox.admin("POST", `/uk/clients/${client?.clientId}`, { redirectUris: ["https://elsewhere.example/"] });
    const looks = await oneIntervalLater();
    expect(looks.map(({ aspspId }) => aspspId).toSorted()).toEqual(banks.toSorted());
    expect(looks.find(({ aspspId }) => aspspId === "uk-sandbox")).toMatchObject({ found: "drifted", fields: ["redirectUris"] });
    expect(await readDriftFigures(ctx)).toContainEqual({ aspspId: "uk-sandbox", drifted: true });
    await converge();
    expect(await ukClients()).toEqual([{ clientId: client?.clientId, redirectUris: [own] }]);
    expect((await oneIntervalLater()).find(({ aspspId }) => aspspId === "uk-sandbox")).toMatchObject({ found: "as-registered" });
    expect(await readDriftFigures(ctx)).toContainEqual({ aspspId: "uk-sandbox", drifted: false });
  });

  it("is only told where the document wants it told", async () => {
    await apply([{ aspsp: "uk-sandbox", onDrift: "report" }]);
    const [client] = await ukClients();
    await sandbox.admin("POST", `/uk/clients/${client?.clientId}`, { redirectUris: ["https://elsewhere.example/"] });
    expect((await oneIntervalLater()).find(({ aspspId }) => aspspId === "uk-sandbox")).toMatchObject({ found: "drifted" });
    expect(await beginPlanned(ctx)).toEqual([]);
    expect(await ukClients()).toMatchObject([{ redirectUris: ["https://elsewhere.example/"] }]);
  });

  it("leaving a bank deletes the client there and leaves the others alone", async () => {
    await apply([{ aspsp: "uk-sandbox", state: "absent" }]);
    await converge();
    expect(await ukClients()).toEqual([]);
    expect((await inUse()).map(({ aspspId }) => aspspId)).not.toContain("uk-sandbox");
    expect((await inUse()).map(({ aspspId }) => aspspId)).toEqual(expect.arrayContaining(["op", "berlin-group-sandbox"]));
  });
});

describe("a bank whose portal gives out credentials", () => {
  let byHand: Awaited<ReturnType<TestGateway["replica"]>>;
  beforeAll(async () => {
    byHand = await gateway.replica({ env: { UK_REGISTRATION: "manual" } });
    ctx = { ...ctx, bankGateway: byHand.as["tpp-registry"] };
    await refreshDirectory(ctx);
  });
  afterAll(() => byHand?.[Symbol.asyncDispose]());

  const standing = async () => (await listRegistrations(ctx.db)).find(({ registration }) => registration.status === "running")?.registration;
  const planned = async () => (await apply(["uk-sandbox"])).planned.find(({ aspspId }) => aspspId === "uk-sandbox");

  let given: { clientId: string; clientSecret: string };
  /** What an operator does with a registration that waits. */
  async function enter(): Promise<string> {
    const registrationId = (await standing())?.registrationId ?? "";
    await byHand.as.operator.enterCredentials({ params: { registrationId }, body: { aspspId: "uk-sandbox", ...given, apiKey: null } });
    await retryRegistration(ctx, registrationId);
    await converge();
    return registrationId;
  }

  it("is waited for, and asked for nothing, until an operator enters what it gave out; then the same saga goes on", async () => {
    expect(await planned()).toMatchObject({ action: "register" });
    const since = await sandbox.lastSeq();
    await converge();
    expect(await standing()).toMatchObject({ aspspId: "uk-sandbox", scheme: "manual", errorCode: "ERR_REGISTRATION_CREDENTIALS_AWAITED" });
    expect(await planned()).toMatchObject({ action: "wait", reason: "The bank gives out credentials by hand; an operator enters them." });
    expect(await sandbox.calls({ since })).toEqual([]);

    const { clientId, clientSecret } = await sandbox.admin<typeof given>("POST", "/uk/clients", {
      clientName: "One Point Ledger",
      redirectUris: [own],
      method: "client_secret_post",
    });
    given = { clientId, clientSecret };
    const registrationId = await enter();
    expect((await sandbox.calls({ since })).map(({ endpoint, status, clientId }) => ({ endpoint, status, clientId }))).toEqual([
      // One token for each scope that was asked for.
      { endpoint: "U5", status: 200, clientId: given.clientId },
    ]);
    expect(await inUse()).toContainEqual(expect.objectContaining({ registrationId, aspspId: "uk-sandbox", scheme: "manual" }));
  });

  it("applied again does nothing: no bank is called", async () => {
    const [since, before] = [await sandbox.lastSeq(), (await listRegistrations(ctx.db)).length];
    expect(await planned()).toMatchObject({ action: "none" });
    await converge();
    expect(await sandbox.calls({ since })).toEqual([]);
    expect(await listRegistrations(ctx.db)).toHaveLength(before);
  });

  const used = async () => (await inUse()).find(({ scheme }) => scheme === "manual");
  /** Newer certificates of our own are there, and their time has come. */
  async function newerCertificates() {
    await requestPair(gateway);
    await refreshOwnCertificates(ctx);
    // Their keys have been published for long enough.
    aheadMs += everySeconds * 1000;
  }
  const clientOf = async (registrationId = "") => {
    const submission = (await getRegistration(ctx.db, registrationId))?.finished.find(({ step }) => step === "submission");
    return (submission?.artefact as { client: { clientId: string } } | undefined)?.client.clientId;
  };
  const tokenCalls = async (since: number) =>
    (await sandbox.calls({ since })).filter(({ endpoint }) => endpoint === "U5").map(({ status, clientId }) => `${String(status)} ${String(clientId)}`);

  it("is not waited for when only our certificates are newer: the successor is the same client, which a token proves", async () => {
    const [before, since] = [await used(), await sandbox.lastSeq()];
    await newerCertificates();
    expect(await planned()).toMatchObject({ action: "renew" });
    await converge();
    const after = await used();
    expect(after).toMatchObject({ replaces: before?.registrationId, status: "completed" });
    expect(await clientOf(after?.registrationId)).toBe(given.clientId);
    expect(await tokenCalls(since)).toEqual([`200 ${given.clientId}`]);
    expect(await planned()).toMatchObject({ action: "none" });
  });

  it("a bank that refuses the client under the newer certificate leaves the old registration in use; the next one waits for somebody", async () => {
    const before = await used();
    await sandbox.fault("network.status", { for: { endpoint: "U5" }, options: { status: 401, shape: "oauth", code: "invalid_client" } });
    await newerCertificates();
    await converge();
    await sandbox.calm();
    expect(await standing()).toBeUndefined();
    expect(await used()).toMatchObject({ registrationId: before?.registrationId });
    const { status, replaces, registrationId } = (await listRegistrations(ctx.db))[0]!.registration;
    expect({ status, replaces }).toEqual({ status: "failed", replaces: before?.registrationId });
    expect(await readCertificateFigures(ctx, 30)).toContainEqual({ name: "tpp_renewals_refused", attributes: { aspsp_id: "uk-sandbox" }, value: 1 });
    await retryRegistration(ctx, registrationId);
    await converge();
    expect(await standing()).toMatchObject({ replaces: before?.registrationId, errorCode: "ERR_REGISTRATION_CREDENTIALS_AWAITED" });
    const next = await enter();
    expect(await used()).toMatchObject({ registrationId: next, replaces: before?.registrationId });
  });

  it("other terms wait for somebody, and no longer when the file is as before", async () => {
    const [before, since] = [await used(), await sandbox.lastSeq()];
    await apply([{ aspsp: "uk-sandbox", redirectUris: ["https://ledger.example/another"] }]);
    await converge();
    expect(await standing()).toMatchObject({ replaces: before?.registrationId, errorCode: "ERR_REGISTRATION_CREDENTIALS_AWAITED" });
    expect(await planned()).toMatchObject({ action: "update" });
    await converge();
    expect(await standing()).toBeUndefined();
    expect(await used()).toMatchObject({ registrationId: before?.registrationId });
    expect(await planned()).toMatchObject({ action: "none" });
    expect(await sandbox.calls({ since })).toEqual([]);
  });

  it("set to register by request instead, it is known as before until the next renewal, which goes the new way", async () => {
    ctx = { ...ctx, bankGateway: gateway.as["tpp-registry"] };
    await refreshDirectory(ctx);
    expect(await planned()).toMatchObject({ action: "none" });
    const at = (registrationId = "") => gateway.as["tpp-registry"].readRegistration({ params: { registrationId } });
    expect(await at((await inUse()).find(({ scheme }) => scheme === "manual")?.registrationId)).toMatchObject({ standing: "unreadable" });
    // A request lives half an hour by the bank's clock.
    aheadMs = 0;
    const { registrationId } = (await startRegistration(ctx, "uk-sandbox", { renew: true })).registration;
    await converge();
    expect(await inUse()).toContainEqual(expect.objectContaining({ registrationId, scheme: "dcr" }));
    expect(await at(registrationId)).toMatchObject({ standing: "known" });
  });
});
