import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { natsServerConfig } from "@opl/messaging";
import { startEmbeddedPostgres } from "../../../tools/up/embedded-postgres.ts";
import { startNatsServer } from "../../../tools/up/nats-server.ts";
import { containersWanted, startContainers } from "./containers.ts";

/** Where the servers of one test run are; handed to every test file. */
export interface TestServers {
  /** Superuser of a throw-away Postgres. */
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly natsUser?: string | undefined;
  readonly natsPassword?: string | undefined;
}

export interface RunningServers {
  readonly servers: TestServers;
  stop(): Promise<void>;
}

/**
 * Finds servers in this order: given by `OPL_TEST_DATABASE_URL` and `OPL_TEST_NATS_URL`; in containers when an engine
 * answers; else our own embedded ones on free ports, thrown away afterwards.
 */
export async function startTestServers(env: NodeJS.ProcessEnv): Promise<RunningServers> {
  const { OPL_TEST_DATABASE_URL: databaseUrl, OPL_TEST_NATS_URL: natsUrl } = env;
  if (databaseUrl && natsUrl) {
    const { OPL_TEST_NATS_USER: natsUser, OPL_TEST_NATS_PASSWORD: natsPassword } = env;
    return { servers: { databaseUrl, natsUrl, natsUser, natsPassword }, stop: () => Promise.resolve() };
  }
  if (containersWanted(env)) {
    try {
      return await startContainers();
    } catch (error) {
      process.stdout.write(`The container engine is of no use (${error instanceof Error ? error.message : String(error)}); embedded servers instead.\n`);
    }
  }
  return startEmbedded();
}

const folderPrefix = "opl-test-";

async function startEmbedded(): Promise<RunningServers> {
  sweep();
  const folder = mkdtempSync(join(tmpdir(), folderPrefix));
  // Postgres may run as another user, which must be able to walk through.
  mkdirSync(join(folder, "data"), { mode: 0o755 });
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "owner.pid"), String(process.pid));
  const operatorPassword = randomBytes(12).toString("hex");
  const storeDir = join(folder, "nats");
  const [postgres, nats] = await Promise.all([
    startEmbeddedPostgres({ dataDir: join(folder, "data", "postgres"), fsync: false, maxConnections: 400 }),
    startNatsServer({
      storeDir,
      // Every stream reserves its byte limit, and a run has many.
      configText: (port, storeSeen) => natsServerConfig({ port, storeDir: storeSeen, users: [], operatorPassword, maxStoreBytes: 1024 ** 5 }),
    }),
  ]);
  return {
    servers: { databaseUrl: postgres.adminUrl, natsUrl: nats.url, natsUser: "operator", natsPassword: operatorPassword },
    async stop() {
      await Promise.all([postgres.stop(), nats.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends and removes what killed runs left behind. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name);
    try {
      if (isAlive(readPid(join(folder, "owner.pid")))) continue;
      for (const file of [join(folder, "data", "postgres", "postmaster.pid"), join(folder, "nats", "nats-server.pid")]) endQuietly(readPid(file));
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's, or gone already.
    }
  }
}

function readPid(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function endQuietly(pid: number | undefined): void {
  if (pid === undefined || !isAlive(pid)) return;
  const command = process.platform === "linux" ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
  if (/postgres|nats-server/.test(command)) process.kill(pid, "SIGTERM");
}
