import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { tppRegistryRoutes } from "@opl/contracts/http/tpp-registry";
import { OplError } from "@opl/errors";
import { createClient, createServiceTokens } from "@opl/service";
import { eventually, silentLogger } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readDesiredState } from "./usecases/read-desired-state.ts";
import { refreshDirectory } from "./usecases/refresh-directory.ts";
import { searchAspsps } from "./usecases/search-aspsps.ts";
import { startRegistrar } from "./jobs/registrar.ts";
import { aDocument, anAspsp } from "./testing/document.ts";
import { lost, type StandInGateway, standInGateway } from "./testing/gateway.ts";
import { type KeyFiles, startRegistry, type TestRegistry } from "./testing/start-registry.ts";

const folder = mkdtempSync(path.join(tmpdir(), "opl-desired-state-"));
const keys: KeyFiles = { key: path.join(folder, "key.json"), jwks: path.join(folder, "jwks.json") };
const operatorKey: { d?: string; [member: string]: unknown } = { ...generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }), kid: "operator" };
let bank: StandInGateway;
let registry: TestRegistry;
const refusal = new OplError({ code: "ERR_ASPSP_REJECTED", kind: "rejected", message: "The bank refused the registration." });

beforeAll(() => {
  const own = { ...generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }), kid: "tpp-registry" };
  writeFileSync(keys.key, JSON.stringify(own));
  writeFileSync(keys.jwks, JSON.stringify({ keys: [own, operatorKey].map(({ d: _private, ...key }) => key) }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = async (variables: Readonly<Record<string, string>> = {}): Promise<void> => {
  registry = await startRegistry(keys, bank, { OPL_TPP_DIRECTORY_CHECK_SECONDS: "0.2", ...variables });
};
beforeEach(() => {
  bank = standInGateway(
    () => Temporal.Now.instant().add({ hours: 1 }).toString(),
    [
      anAspsp("aalto", { name: "Säästöpankki Aalto", bic: "AALTFIHHXXX" }),
      anAspsp("birka", { name: "Birka Bank", countries: ["SE", "FI"], bic: "BIRKSESS" }),
      anAspsp("closed", { name: "Closed Bank", registrationScheme: null }),
    ],
  );
});
afterEach(() => registry[Symbol.asyncDispose]());

const operator = () =>
  createClient(tppRegistryRoutes, {
    baseUrl: registry.url,
    audience: "tpp-registry",
    tokens: createServiceTokens({ service: "operator", privateJwk: operatorKey, jwks: { keys: [] } }),
  });
const done = (aspspIds: readonly string[]) =>
  eventually(async () => {
    const { registrations } = await operator().listRegistrations();
    const completed = registrations.filter(({ status }) => status === "completed").map(({ aspspId }) => aspspId);
    return aspspIds.every((aspspId) => completed.includes(aspspId));
  });
const facts = async (type: string): Promise<Record<string, unknown>[]> =>
  (await registry.database.database.db.selectFrom("outbox").select("data").where("eventType", "=", `tpp-registry.${type}`).orderBy("position").execute()).map(
    ({ data }) => JSON.parse(data),
  );

describe("the desired state", () => {
  it("is the environment's until one is applied, then the one applied last; the same again is no revision", async () => {
    await start({ OPL_TPP_ASPSPS: "aalto" });
    await done(["aalto"]);
    expect(await operator().getDesiredState()).toMatchObject({ revision: 0, appliedAt: null, document: aDocument(["aalto"]), drift: [] });
    const document = aDocument(["aalto", "birka"]);
    const first = await operator().applyDesiredState({ body: { document } });
    expect(first).toMatchObject({ revision: 1, plan: { toDo: 1, actions: [{ action: "none" }, { aspspId: "birka", action: "register" }] } });
    await done(["aalto", "birka"]);
    expect((await operator().applyDesiredState({ body: { document: { ...document, banks: document.banks.toReversed() } } })).revision).toBe(1);
    expect((await operator().applyDesiredState({ body: { document: aDocument(["birka"]) } })).revision).toBe(2);
    expect(await facts("desired-state-applied")).toMatchObject([
      { revision: 1, toDo: 1 },
      { revision: 2, toDo: 0 },
    ]);
    expect((await operator().planDesiredState({ body: { document: null } })).actions).toMatchObject([
      { aspspId: "aalto", reason: "The document does not name this bank; it is left as it is." },
      { aspspId: "birka", action: "none" },
    ]);
    expect(bank.made.get("aalto")).toBe(1);
  });

  it("gives each bank its terms, and a registration keeps those it began with", async () => {
    await start();
    const document = aDocument([{ aspsp: "aalto", algorithm: "ES256", redirectUris: ["https://ledger.example/a", "https://ledger.example/b"] }]);
    await operator().applyDesiredState({ body: { document } });
    await done(["aalto"]);
    const [found] = (await operator().searchAspsps({ query: { name: "aalto" } })).aspsps;
    expect(found?.registration).toMatchObject({
      status: "completed",
      terms: { algorithm: "ES256", scopes: ["accounts"], redirectUris: ["https://ledger.example/a", "https://ledger.example/b"] },
    });
    expect([...bank.clients.values()].map(({ redirectUris }) => redirectUris)).toEqual([["https://ledger.example/a", "https://ledger.example/b"]]);
  });

  it("comes from a mounted file at start when the file says something else than what is in force", async () => {
    const file = path.join(folder, "tpp.yaml");
    writeFileSync(file, stringify(aDocument(["birka"])));
    await start({ OPL_TPP_ASPSPS: "aalto", OPL_TPP_FILE: file });
    await done(["birka"]);
    expect(await operator().getDesiredState()).toMatchObject({ revision: 1, document: aDocument(["birka"]) });
    expect(bank.made.has("aalto")).toBe(false);
  });

  it("says by itself who we are: beside a file the variables may be left out", async () => {
    const file = path.join(folder, "alone.yaml");
    writeFileSync(file, stringify(aDocument(["birka"])));
    await start({
      OPL_TPP_FILE: file,
      ...Object.fromEntries(
        ["NAME", "COUNTRY", "ROLES", "ORG_NAME", "CONTACTS", "SOFTWARE_CLIENT_NAME", "SOFTWARE_CLIENT_URI"].map((name) => [`OPL_TPP_${name}`, ""]),
      ),
    });
    await done(["birka"]);
    expect(await operator().getDesiredState()).toMatchObject({ revision: 1, document: aDocument(["birka"]) });
  });

  it.each([
    ["a role that is not ours", aDocument([{ aspsp: "aalto", roles: ["PIS"] }]), /PIS is not one of our roles/],
    ["a bank nobody knows", aDocument(["aaltoo"]), /perhaps aalto is meant/],
  ])("is not taken with %s", async (_title, document, message) => {
    await start();
    await eventually(async () => (await operator().searchAspsps({ query: {} })).aspsps.length === 3);
    await expect(operator().applyDesiredState({ body: { document } })).rejects.toMatchObject({
      code: "ERR_DESIRED_STATE_INVALID",
      kind: "invalid",
      message: expect.stringMatching(message),
    });
    await expect(operator().planDesiredState({ body: { document } })).rejects.toMatchObject({ code: "ERR_DESIRED_STATE_INVALID" });
    expect((await operator().getDesiredState()).revision).toBe(0);
  });

  it("of a bank that is to be left is stronger than a wish to register there", async () => {
    await start();
    await operator().applyDesiredState({ body: { document: aDocument([{ aspsp: "aalto", state: "absent" }]) } });
    await expect(operator().startRegistration({ body: { aspspId: "aalto" } })).rejects.toMatchObject({ code: "ERR_REGISTRATION_NOT_WANTED" });
  });

  it("is reached once by three replicas at the same database", async () => {
    await start({ OPL_TPP_ASPSPS: "aalto,birka" });
    const contexts = Array.from({ length: 2 }, () => ({
      db: registry.database.open().db,
      clock: { now: () => Temporal.Now.instant() },
      newId: () => crypto.randomUUID(),
      bankGateway: bank.gateway,
      softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
      environmentDocument: aDocument(["aalto", "birka"]),
      renewBeforeDays: 30,
    }));
    await using replicas = new AsyncDisposableStack();
    for (const ctx of contexts) replicas.use(startRegistrar(ctx, silentLogger()));
    await done(["aalto", "birka"]);
    const changed = aDocument([
      { aspsp: "aalto", redirectUris: ["https://ledger.example/x"] },
      { aspsp: "birka", state: "absent" },
    ]);
    await operator().applyDesiredState({ body: { document: changed } });
    await eventually(async () => (await operator().planDesiredState({ body: { document: null } })).actions.every(({ action }) => action === "none"));
    expect(Object.fromEntries(bank.made)).toEqual({ aalto: 2, birka: 1 });
    expect(await facts("registration-ended")).toMatchObject([{ aspspId: "birka", reason: "left" }]);
    expect(await readDesiredState(contexts[0] as (typeof contexts)[number])).toMatchObject({ revision: 1 });
  });

  it("reaches a bank in spite of another one that fails", async () => {
    bank.fail("issueCertificates", "before", refusal);
    await start({ OPL_TPP_ASPSPS: "aalto,birka,closed" });
    await eventually(async () => bank.made.size === 1);
    const [failed] = (await eventually(async () => {
      const { registrations } = await operator().listRegistrations();
      return registrations.some(({ status }) => status === "failed") ? registrations.filter(({ status }) => status === "failed") : false;
    })) as { registrationId: string; aspspId: string }[];
    const plan = await operator().planDesiredState({ body: { document: null } });
    expect(plan.actions.find(({ aspspId }) => aspspId === failed?.aspspId)).toMatchObject({
      action: "retry",
      reason: "Not registered yet. The last attempt failed: The bank refused the registration.",
    });
    const again = await operator().retryRegistration({ params: { registrationId: failed?.registrationId ?? "" } });
    expect(again).toMatchObject({ aspspId: failed?.aspspId, status: "running" });
    await done(["aalto", "birka"]);
    // What is complete is only answered.
    expect(await operator().retryRegistration({ params: { registrationId: again.registrationId } })).toMatchObject({ status: "completed" });
    await expect(operator().retryRegistration({ params: { registrationId: crypto.randomUUID() } })).rejects.toMatchObject({
      code: "ERR_REGISTRATION_NOT_FOUND",
    });
  });

  it("asks every bank first when a plan is to be fresh; a bank that cannot be asked has not drifted", async () => {
    await start({ OPL_TPP_ASPSPS: "aalto" });
    await done(["aalto"]);
    await operator().applyDesiredState({ body: { document: aDocument([{ aspsp: "aalto", onDrift: "report" }]) } });
    const plan = (refresh: boolean) => operator().planDesiredState({ body: { document: null, refresh } });
    // From the first look on the service's own watch has nothing to do here for hours.
    expect(await plan(true)).toMatchObject({ actions: [{ action: "none" }], unasked: [] });
    bank.fail("readRegistration", "before");
    expect(await plan(true)).toMatchObject({ actions: [{ action: "none" }], unasked: ["aalto"] });
    for (const [registrationId, client] of bank.clients) bank.clients.set(registrationId, { ...client, softwareRoles: ["AIS", "PIS"] });
    expect((await plan(false)).actions).toMatchObject([{ action: "none" }]);
    expect(await plan(true)).toMatchObject({ toDo: 0, actions: [{ action: "report", differences: [{ field: "roles", from: "AIS, PIS", to: "AIS" }] }] });
  });
});

describe("the directory", () => {
  it.each([
    [{ name: "saasto" }, ["aalto"]],
    [{ name: "SÄÄSTÖ" }, ["aalto"]],
    [{ name: "bank" }, ["birka", "closed"]],
    [{ country: "SE" }, ["birka"]],
    [{ country: "FI", name: "birka" }, ["birka"]],
    [{ bic: "AALTFIHH" }, ["aalto"]],
    [{ bic: "AALTFIHHXXX" }, ["aalto"]],
    [{ bic: "AALTFIHHABC" }, []],
    [{ bic: "BIRKSESSABC" }, ["birka"]],
    [{ name: "nothing like it" }, []],
  ])("finds by %o", async (query, expected) => {
    await start();
    expect((await operator().searchAspsps({ query })).aspsps.map(({ aspspId }) => aspspId)).toEqual(expected);
  });

  it("is searched while the gateway is away, and tells what came, changed and went, once each", async () => {
    await start();
    await eventually(async () => (await facts("aspsp-changed")).length === 3);
    bank.away(lost);
    expect((await operator().searchAspsps({ query: {} })).aspsps).toHaveLength(3);
    bank.away(null);
    bank.aspsps.splice(
      0,
      3,
      anAspsp("birka", { name: "Birka Bank", countries: ["FI", "SE"], bic: "BIRKSESS", health: { status: "down", since: null } }),
      anAspsp("closed"),
      anAspsp("drott"),
    );
    await eventually(async () => (await facts("aspsp-changed")).length === 6);
    expect((await facts("aspsp-changed")).slice(3)).toMatchObject([
      { aspspId: "closed", change: "changed" },
      { aspspId: "drott", change: "added", capabilities: ["registration", "consents"] },
      { aspspId: "aalto", change: "removed", capabilities: [] },
    ]);
    const birka = () => operator().searchAspsps({ query: { name: "birka" } });
    // How a bank is just now is kept, and no fact.
    expect((await birka()).aspsps[0]?.health.status).toBe("down");
  });

  it("is kept once when two look at the same time", async () => {
    await start({ OPL_TPP_DIRECTORY_CHECK_SECONDS: "3600" });
    await eventually(async () => (await facts("aspsp-changed")).length === 3);
    bank.aspsps.push(anAspsp("eken"));
    const ctx = {
      db: registry.database.database.db,
      clock: { now: () => Temporal.Now.instant() },
      bankGateway: bank.gateway,
      environmentDocument: aDocument(),
    };
    await Promise.all(Array.from({ length: 6 }, () => refreshDirectory(ctx)));
    expect(await facts("aspsp-changed")).toHaveLength(4);
    expect((await searchAspsps(ctx, { name: "eken" })).map(({ aspsp }) => aspsp.aspspId)).toEqual(["eken"]);
  });
});
