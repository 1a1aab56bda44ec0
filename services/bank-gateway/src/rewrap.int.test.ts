import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileKek, generateDataKey, open, seal, transitKek } from "@opl/sealing";
import { newId } from "@opl/service";
import { seeded, testDatabase } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTransitServer } from "../../../libs/sealing/test/transit-server.ts";
import type { TransitServer } from "../../../libs/sealing/test/transit-server.ts";
import { countDataKeysUnderOtherKek } from "./db/data-key-store.ts";
import type { Tables } from "./db/tables.ts";
import { keyContext } from "./vault/vault.ts";

/** `npm run test:kills` sets more rounds and another seed. */
const rounds = Number(process.env["OPL_REWRAP_KILLS"] ?? 5);
const seed = Number(process.env["OPL_REWRAP_SEED"] ?? 20_261_128);
const keys = 3_000;

let database: TestDatabase<Tables>;
let server: TransitServer;
let folder: string;
const values: { readonly dataKeyId: string; readonly sealed: Buffer; readonly plain: string }[] = [];
const running = new Set<ChildProcess>();

beforeAll(async () => {
  database = await testDatabase<Tables>({ service: "bank-gateway" });
  server = await startTransitServer();
  folder = mkdtempSync(join(tmpdir(), "opl-rewrap-"));
  writeFileSync(join(folder, "kek"), `kek-1:${randomBytes(32).toString("base64")}\n`);
  writeFileSync(join(folder, "token"), server.state.token);
});
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await server?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const db = () => database.database.db;
const vaultKek = () => transitKek({ url: server.url, key: "ledger", tokenFile: join(folder, "token") });
const left = async () => countDataKeysUnderOtherKek(db(), await vaultKek().currentKeyId());

/** The command an operator types, over this test's schema. */
function startRewrap(settings: Record<string, string> = { OPL_KEK_FILE: join(folder, "kek") }): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, "rewrap.ts")], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env["PATH"] ?? "",
      OPL_LOG_LEVEL: "silent",
      OPL_DATABASE_URL: database.url,
      OPL_DATABASE_SCHEMA: database.schema,
      OPL_KEK_TRANSIT_URL: server.url,
      OPL_KEK_TRANSIT_KEY: "ledger",
      OPL_KEK_TRANSIT_TOKEN_FILE: join(folder, "token"),
      ...settings,
    },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

async function exitOf(child: ChildProcess): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.signalCode ?? child.exitCode ?? "";
}

/** Data keys under the file's key, each with a value sealed under it. */
async function fill(): Promise<void> {
  const file = fileKek(join(folder, "kek"));
  const rows = [];
  for (let n = 0; n < keys; n += 1) {
    const key = { dataKeyId: newId(), owner: `psu:${n}`, purpose: "tokens" };
    const { plaintext, wrapped } = await generateDataKey(file, keyContext(key));
    values.push({ dataKeyId: key.dataKeyId, sealed: seal(plaintext, `value ${n}`, { row: String(n) }), plain: `value ${n}` });
    rows.push({ ...key, kekId: wrapped.keyId, wrapped: wrapped.bytes, createdAt: "2026-11-28T10:00:00Z" });
  }
  for (let at = 0; at < rows.length; at += 1_000)
    await db()
      .insertInto("dataKeys")
      .values(rows.slice(at, at + 1_000))
      .execute();
}

/** Every value opens with the vault alone. */
async function openAll(): Promise<void> {
  const kek = vaultKek();
  const stored = new Map((await db().selectFrom("dataKeys").selectAll().execute()).map((row) => [row.dataKeyId, row]));
  for (let at = 0; at < values.length; at += 16) {
    const opened = values.slice(at, at + 16).map(async ({ dataKeyId, sealed, plain }, n) => {
      const row = stored.get(dataKeyId);
      if (row === undefined) throw new Error(`data key ${dataKeyId} is gone`);
      const dataKey = await kek.unwrap({ keyId: row.kekId, bytes: row.wrapped }, keyContext(row));
      expect(open(dataKey, sealed, { row: String(at + n) }).toString()).toBe(plain);
    });
    await Promise.all(opened);
  }
}

describe("wrapping data keys anew, by the command", () => {
  it(
    `DR-T1 ${rounds} rounds of SIGKILL at any point, two processes at a time: nothing is lost, and the old key can go (seed ${seed})`,
    async () => {
      await fill();
      const random = seeded(seed);
      let unfinished = 0;
      for (let round = 0; round < rounds; round += 1) {
        if ((await left()) === 0) server.rotate();
        const victims = [startRewrap(), startRewrap()].map((child) => ({ child, at: Math.floor(random() * 2_400), ticks: Math.floor(random() * 150) }));
        const before = server.asked.length;
        // Some die with a question on the way, some a few turns of the loop later: while the batch is being written.
        server.state.interfere = () => {
          for (const victim of victims) {
            if (server.asked.length - before <= victim.at) continue;
            victim.at = Infinity;
            killAfter(victim.child, victim.ticks);
          }
          return false;
        };
        await Promise.all(victims.map(({ child }) => exitOf(child)));
        server.state.interfere = undefined;
        const now = await left();
        if (now > 0 && now < keys) unfinished += 1;
      }
      expect(unfinished, "rounds that ended in the middle").toBeGreaterThan(0);
      expect(await exitOf(startRewrap())).toBe(0);
      expect(await left()).toBe(0);
      expect(
        await db()
          .selectFrom("dataKeys")
          .select(({ fn }) => fn.countAll().as("n"))
          .executeTakeFirst(),
      ).toEqual({ n: BigInt(keys) });
      // Without the file, and with the vault's older versions shut.
      server.state.minDecryptionVersion = Number((await vaultKek().currentKeyId()).split(":v")[1]);
      await openAll();
      expect(await exitOf(startRewrap({}))).toBe(0);
    },
    Math.max(180_000, rounds * 20_000),
  );

  it("a data key that cannot be opened is passed over and keeps the exit code from being 0", async () => {
    const broken = values[1_234]?.dataKeyId ?? "";
    await sql`update data_keys set kek_id = 'kek-lost' where data_key_id = ${broken}`.execute(db());
    server.rotate();
    expect(await exitOf(startRewrap())).toBe(1);
    const current = await vaultKek().currentKeyId();
    expect(await db().selectFrom("dataKeys").select("dataKeyId").where("kekId", "!=", current).execute()).toEqual([{ dataKeyId: broken }]);
  }, 120_000);

  it("a vault that is sealed stops it; the next run goes on", async () => {
    server.state.sealed = true;
    expect(await exitOf(startRewrap())).toBe(1);
    server.state.sealed = false;
  });
});

function killAfter(child: ChildProcess, ticks: number): void {
  if (ticks === 0) child.kill("SIGKILL");
  else setImmediate(() => killAfter(child, ticks - 1));
}
