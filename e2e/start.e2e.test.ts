import { readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { productFolder } from "./folder.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { familyOf, type RunningProcess } from "../tools/up/memory.ts";
import { commandOf, freePort } from "../tools/up/server-process.ts";
import { npmStart, type StartCommand } from "./command.ts";
import { Person } from "./person.ts";

/** Of these processes those that still run; a number may be somebody else's by now. */
const alive = (processes: readonly RunningProcess[]): string[] =>
  processes.filter(({ pid, command }) => commandOf(pid) === command.trim()).map(({ command }) => command);

/** Of all processes those that have to do with a folder, by their command or environment. */
const processesOf = (folder: string): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return command !== "" && `${command} ${readFileSync(`/proc/${pid}/environ`, "latin1")}`.includes(folder) ? [command] : [];
      } catch {
        // Ended while we looked, or somebody else's.
        return [];
      }
    });

/** Asks the database of the product in a folder; nothing while it is being made. */
async function ask(dir: string, question: string): Promise<unknown[]> {
  try {
    const { postgres: port }: { postgres: number } = JSON.parse(readFileSync(path.join(dir, "ports.json"), "utf8"));
    const password = readFileSync(path.join(dir, "postgres/opl-admin-password"), "utf8").trim();
    const url = `postgres://opl_admin:${password}@127.0.0.1:${port}/opl`;
    await using database = openDatabase<Record<string, never>>({ url, schema: "public", applicationName: "test", poolSize: 1 });
    return (await sql.raw(question).execute(database.db)).rows;
  } catch {
    return [];
  }
}

/** The lines it has printed, one a step that is done. */
const stepsOf = (command: StartCommand): string[] => command.printed().match(/^ +\d+\.\d s {2}\S.*$/gm) ?? [];

describe.runIf(process.platform === "linux")("npm start", () => {
  const dir = productFolder("opl-start-");
  let port: number;
  const begun: StartCommand[] = [];
  const start = (over: Partial<Parameters<typeof npmStart>[0]> = {}): StartCommand => {
    const command = npmStart({ dir, port, env: { SANDBOX_RSA_BITS: "2048" }, ...over });
    begun.push(command);
    return command;
  };
  beforeAll(async () => {
    port = await freePort();
  });
  afterAll(async () => {
    for (const { pid, ended, interrupt } of begun) {
      if (/tools\/up\/main\.ts|^npm start/.test(commandOf(pid) ?? "")) interrupt();
      await ended;
    }
    rmSync(dir, { recursive: true, force: true });
  });
  const origin = (): string => `http://localhost:${port}`;
  let person: Person;

  it.each([2, 4])("Ctrl-C after %i of its steps, before it is ready, leaves no process", async (steps) => {
    const early = start();
    await expect.poll(() => stepsOf(early).length, { timeout: 120_000, interval: 10 }).toBeGreaterThanOrEqual(steps);
    const family = familyOf(early.pid);
    expect(family.length).toBeGreaterThan(2);
    early.interrupt();
    expect(await early.ended).toBe("130");
    expect(early.printed()).not.toContain("Ready");
    // Services end because their standard input does, a moment after; what was begun meanwhile is known by the folder it works in.
    await expect.poll(() => [...alive(family), ...processesOf(dir)], { interval: 100 }).toEqual([]);
  });

  it("D5 prints one line a step, one address and a login, and SIGINT leaves no process and all data", async () => {
    const first = start();
    await first.ready;
    expect(first.printed()).toContain(`Open      ${origin()}`);
    expect(stepsOf(first).length).toBe(6);
    // Neither colours nor a moving cursor where nobody watches.
    expect(first.printed()).not.toContain("\u001B");
    person = await new Person(origin()).signUp();

    const again = start({ port: await freePort() });
    expect(await again.ended).toBe("1");
    expect(again.printed()).toContain(
      `One Point Ledger already runs from this folder (process ${first.pid}). Stop it with Ctrl-C there, or with "kill ${first.pid}"`,
    );

    const family = familyOf(first.pid);
    expect(family.length).toBeGreaterThan(10);
    first.interrupt();
    expect(await first.ended).toBe("0");
    expect(first.printed()).toContain("Stopped. Your data is kept.");
    expect(alive(family)).toEqual([]);
  });

  it("D5 run by npm, Ctrl-C reaches npm, its shell and the command at once, and leaves no process and all data", async () => {
    const command = start({ byNpm: true });
    await command.ready;
    await person.signIn();
    expect(processesOf(dir).join("\n")).toContain("npm start");
    command.interrupt();
    await command.ended;
    expect(command.printed()).toContain("Stopped. Your data is kept.");
    await expect.poll(() => processesOf(dir), { interval: 100 }).toEqual([]);
  });

  it("names a port that somebody else has", async () => {
    const other = createServer().listen(port, "127.0.0.1");
    const refused = start();
    expect(await refused.ended).toBe("1");
    expect(refused.printed()).toContain(`Port ${port} is taken by another program.`);
    expect(refused.printed()).not.toContain("    at ");
    await new Promise((resolve) => other.close(resolve));
  });

  it("D5 after SIGKILL ends what was left, keeps the data, and does without its notes when the machine took them", async () => {
    const killed = start();
    await killed.ready;
    await person.signIn();
    const family = familyOf(killed.pid);
    process.kill(killed.pid, "SIGKILL");
    expect(await killed.ended).toBe("SIGKILL");
    expect(alive(family).join("\n")).toContain("postgres");

    truncateSync(path.join(dir, "run.lock"));
    truncateSync(path.join(dir, "ports.json"));
    const next = start();
    await next.ready;
    expect(alive(family)).toEqual([]);
    await person.signIn();
    // The bank knows us by what was registered before.
    const { consentId } = await person.connect("op", "88888881");
    expect((await person.untilRead(consentId)).connection.status).toBe("valid");
    next.interrupt();
    expect(await next.ended).toBe("0");
  });

  it("D5 SIGKILL of the npm that runs it ends everything all the same, and keeps the data", async () => {
    const command = start({ byNpm: true });
    await command.ready;
    process.kill(command.pid, "SIGKILL");
    await expect.poll(() => processesOf(dir), { interval: 100 }).toEqual([]);
    await command.ended;
    expect(command.printed()).toContain("Stopped. Your data is kept.");
  });
});

describe.runIf(process.platform === "linux")("SIGKILL of bank-gateway while the bank registers us, at the first start", () => {
  const dir = productFolder("opl-unknown-");
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("what became of it nobody knows; it is registered anew, and the start goes on", async () => {
    // The answer is not there yet when the process is gone.
    const command = npmStart({ dir, port: await freePort(), env: { SANDBOX_RSA_BITS: "2048", SANDBOX_LATENCY_MS: "2000" } });
    try {
      await expect
        .poll(() => ask(dir, "select 1 from opl_bank_gateway.registrations where aspsp_id = 'op' and sent_request is not null"), {
          timeout: 120_000,
          interval: 10,
        })
        .toHaveLength(1);
      const gateway = familyOf(command.pid).find((one) => one.command.includes("services/bank-gateway/src/main.ts"));
      process.kill(gateway?.pid ?? Number.NaN, "SIGKILL");
      await command.ready;
      expect(await ask(dir, "select status, error_code as code from opl_tpp_registry.registrations where aspsp_id = 'op' order by started_at")).toEqual([
        { status: "failed", code: "ERR_REGISTRATION_OUTCOME_UNKNOWN" },
        { status: "completed", code: null },
      ]);
    } finally {
      command.interrupt();
      await command.ended;
    }
  });
});
