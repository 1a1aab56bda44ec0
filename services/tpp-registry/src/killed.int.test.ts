import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { tppRegistryRoutes } from "@opl/contracts/http/tpp-registry";
import type { TppDocument } from "@opl/contracts/model";
import { openDatabase, provisionSchemas } from "@opl/postgres";
import { createClient } from "@opl/service";
import { eventually, testTokens } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { freePort } from "../../../tools/up/server-process.ts";
import type { TppRegistryTables } from "./db/tables.ts";
import { aDocument, anAspsp } from "./testing/document.ts";
import { type StandInGateway, standInGateway } from "./testing/gateway.ts";
import { type GatewayServer, serveGateway } from "./testing/gateway-server.ts";
import { registryEnvironment } from "./testing/start-registry.ts";

/** The registry as a process of its own over a real database and NATS, killed without a warning again and again. */
const folder = mkdtempSync(path.join(tmpdir(), "opl-killed-"));
const name = `opl_killed_${randomBytes(4).toString("hex")}`;
const tokens = testTokens();
const bank: StandInGateway = standInGateway(
  () => Temporal.Now.instant().add({ hours: 1 }).toString(),
  ["aalto", "birka", "cygnaeus", "drott"].map((aspspId) => anAspsp(aspspId)),
);
let server: GatewayServer;
let environment: Record<string, string>;
let url: string;
let child: ChildProcess;
let exited: Promise<unknown>;
let kills = 0;
/** Where the process is killed next: a step, and whether the bank had done it. */
let killAt: (operation: string, when: "before" | "after") => boolean = () => false;

function kill(): void {
  kills += 1;
  child.kill("SIGKILL");
}
/** At another port each time: a connection of anybody may have taken the last one meanwhile. */
async function start(): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  environment["OPL_HTTP_PORT"] = String(port);
  child = spawn(process.execPath, ["--import", "@opl/telemetry/register", path.join(import.meta.dirname, "main.ts")], { env: environment, stdio: "ignore" });
  exited = once(child, "exit");
}

beforeAll(async () => {
  const servers = inject("oplServers");
  const database = new URL(servers.databaseUrl);
  {
    await using admin = openDatabase({ url: servers.databaseUrl, schema: "public", applicationName: name, poolSize: 1 });
    await sql.raw(`create database ${name}`).execute(admin.db);
  }
  database.pathname = `/${name}`;
  const password = randomBytes(12).toString("hex");
  await provisionSchemas({ adminUrl: database.href, services: [{ name: "tpp-registry", schema: "opl_tpp_registry", role: name, password }] });
  database.username = name;
  database.password = password;
  server = await serveGateway(bank, tokens.for("bank-gateway"), (operation, when) => {
    // What one that is being killed still sent is no step of its own.
    if (!child.killed && killAt(operation, when)) kill();
  });
  const keys = { key: path.join(folder, "key.json"), jwks: path.join(folder, "jwks.json") };
  writeFileSync(keys.key, JSON.stringify(tokens.privateJwk("tpp-registry")));
  writeFileSync(keys.jwks, JSON.stringify(tokens.jwks));
  environment = {
    PATH: process.env["PATH"] ?? "",
    ...registryEnvironment(keys),
    OPL_DATABASE_URL: database.href,
    OPL_NATS_URL: servers.natsUrl,
    ...(servers.natsUser === undefined ? {} : { OPL_NATS_USER: servers.natsUser }),
    OPL_BANK_GATEWAY_URL: server.url,
    OPL_LOG_LEVEL: "silent",
    OPL_TPP_DRIFT_CHECK_SECONDS: "1",
  };
  if (servers.natsPassword !== undefined) {
    environment["OPL_NATS_PASSWORD_FILE"] = path.join(folder, "nats");
    writeFileSync(path.join(folder, "nats"), servers.natsPassword);
  }
  await start();
});
afterAll(async () => {
  child.kill("SIGKILL");
  await exited;
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
  await using admin = openDatabase({ url: inject("oplServers").databaseUrl, schema: "public", applicationName: name, poolSize: 1 });
  await sql.raw(`drop database ${name} with (force)`).execute(admin.db);
  await sql.raw(`drop role ${name}`).execute(admin.db);
});

const operator = () => createClient(tppRegistryRoutes, { baseUrl: url, audience: "tpp-registry", tokens: tokens.for("operator") });
const patient = { timeoutMs: 60_000, everyMs: 50 };

/** Applies until the registry has taken it, and starts the process anew as often as it is killed, until nothing is left to do. */
async function reach(document: TppDocument): Promise<void> {
  let taken = false;
  for (const until = performance.now() + 200_000; performance.now() < until;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      await exited;
      await start();
    }
    try {
      const registry = operator();
      if (!taken) await registry.applyDesiredState({ body: { document } });
      taken = true;
      const plan = await registry.planDesiredState({ body: { document: null } });
      if (plan.actions.every(({ action }) => action === "none")) return;
    } catch {
      // Not up yet, or down again.
    }
    await delay(50);
  }
  throw new Error("does not converge");
}

const steps = ["issueCertificates", "buildSoftwareStatement", "buildRegistrationRequest", "submitRegistration", "validateRegistration", "activateRegistration"];
/** Kills once at each of these points, in the order in which they are come by. */
function killOnceAt(operations: readonly string[]): Set<string> {
  const left = new Set(operations.flatMap((operation) => [`${operation} before`, `${operation} after`]));
  killAt = (operation, when) => left.delete(`${operation} ${when}`);
  return left;
}
const living = () => [...bank.clients.values()].map(({ aspspId }) => aspspId).toSorted();

it("killed at each step of an apply and run again, every bank is registered exactly once, changed once and left once", { timeout: 280_000 }, async () => {
  await eventually(async () => (await operator().searchAspsps({ query: {} })).aspsps.length === 4, patient);
  const left = killOnceAt(steps);
  await reach(aDocument(["aalto", "birka"]));
  expect([...left]).toEqual([]);
  expect(kills).toBe(12);
  expect(Object.fromEntries(bank.made)).toEqual({ aalto: 1, birka: 1 });
  expect(living()).toEqual(["aalto", "birka"]);

  const more = killOnceAt(["endRegistration", "submitRegistration"]);
  await reach(
    aDocument([
      { aspsp: "aalto", redirectUris: ["https://ledger.example/back"] },
      { aspsp: "birka", state: "absent" },
    ]),
  );
  expect([...more]).toEqual([]);
  expect(Object.fromEntries(bank.made)).toEqual({ aalto: 2, birka: 1 });
  expect(living()).toEqual(["aalto", "aalto"]);
  expect([...bank.clients.values()].at(-1)?.redirectUris).toEqual(["https://ledger.example/back"]);
});

it("killed at any moment, the same", { timeout: 280_000 }, async () => {
  await eventually(() => kills > 0, patient);
  let seed = 20_261_129;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const before = kills;
  let calls = 0;
  let at = next(6);
  killAt = () => {
    calls += 1;
    if (kills - before >= 6 || calls <= at) return false;
    at = calls + next(8);
    setTimeout(kill, next(12));
    return false;
  };
  const made = new Map(bank.made);
  await reach(aDocument([{ aspsp: "aalto", redirectUris: ["https://ledger.example/back"] }, "birka", "cygnaeus", "drott"]));
  killAt = () => false;
  await reach(aDocument([{ aspsp: "aalto", redirectUris: ["https://ledger.example/back"] }, "birka", "cygnaeus", "drott"]));
  expect(kills).toBeGreaterThan(before);
  expect(Object.fromEntries([...bank.made].map(([aspspId, count]) => [aspspId, count - (made.get(aspspId) ?? 0)]))).toEqual({
    aalto: 0,
    birka: 1,
    cygnaeus: 1,
    drott: 1,
  });
});

it("every fact was told once", async () => {
  const url = new URL(environment["OPL_DATABASE_URL"] ?? "");
  await using own = openDatabase<TppRegistryTables>({ url: url.href, schema: "opl_tpp_registry", applicationName: name, poolSize: 1 });
  const rows = await own.db.selectFrom("outbox").select(["eventType", "aggregateId"]).execute();
  const told = rows.map(({ eventType, aggregateId }) => `${eventType} ${aggregateId}`).filter((one) => !/aspsp-changed|desired-state-applied/.test(one));
  expect(new Set(told).size).toBe(told.length);
  expect(told.filter((one) => one.includes("registration-completed"))).toHaveLength(6);
  expect(told.filter((one) => one.includes("registration-ended"))).toHaveLength(1);
  expect(told.filter((one) => one.includes("registration-failed"))).toEqual([]);
});
