import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { errors } from "./errors.ts";
import { closedFolders, findPostgresBinaries, makeOpenFolder, persistentFolder, postgresUser } from "./postgres-binaries.ts";
import type { PostgresBinaries, PostgresUser } from "./postgres-binaries.ts";
import { assertPortFree, commandOf, endLeftover, freePort, spawnServer, tailOf } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";

export interface EmbeddedPostgresOptions {
  /** Holds the cluster; made when it does not exist, kept when it does. */
  readonly dataDir: string;
  /** A free one when left out. */
  readonly port?: number;
  /** False only for tests: a crash of the machine may then lose data. */
  readonly fsync: boolean;
  readonly maxConnections?: number;
  /** Where root keeps what the Postgres user could not reach. */
  readonly outside?: string;
}

export interface EmbeddedPostgres {
  /** URL of the superuser in the database `postgres`. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data really is; differs from what was asked when the Postgres user could not have entered it. */
  readonly dataDir: string;
  stop(): Promise<void>;
}

const adminRole = "opl_admin";
const passwordFile = "opl-admin-password";
const ownerFile = "opl-owner.pid";
const noRoom = /No space left on device|Check free disk space/;
/** SIGINT disconnects everybody and checkpoints, SIGQUIT leaves recovery to the next start. */
const stopSignals = [
  ["SIGINT", 10_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 2_000],
] as const;

/**
 * Starts a Postgres of our own: makes the cluster at the first start, ends a server that a killed run left behind,
 * waits until it accepts connections. Errors are OplErrors that say what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { outside = persistentFolder } = options;
  const user = postgresUser(resolve(options.dataDir));
  const dataDir = reachableFolder(resolve(options.dataDir), user, outside);
  const binaries = await findPostgresBinaries(user, outside);
  await takeOver(dataDir);
  if (!existsSync(join(dataDir, "PG_VERSION"))) await createCluster(dataDir, binaries, user);
  if (options.port !== undefined && options.port !== 0) await assertPortFree(options.port, "Postgres");
  const { server, port } = await startOnPort(dataDir, binaries, user, options);
  writeFileSync(join(dataDir, ownerFile), `${process.pid}\n`);
  const password = readFileSync(join(dataDir, passwordFile), "utf8").trim();
  let stopped: Promise<void> | undefined;
  return {
    adminUrl: `postgres://${adminRole}:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid: server.pid,
    dataDir,
    stop: () => (stopped ??= stop(dataDir, binaries, server)),
  };
}

/**
 * The folder itself, or one below `outside` when the Postgres user could not walk down to it. A link in its place then leads there: whoever
 * removes the link begins with an empty database, never with the one of other keys.
 * @throws ERR_POSTGRES_CLOSED when the folder holds data already and a folder above it was closed since
 */
function reachableFolder(dataDir: string, user: PostgresUser | undefined, outside: string): string {
  mkdirSync(dirname(dataDir), { recursive: true });
  const found = lstatSync(dataDir, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() === true) return readlinkSync(dataDir);
  const closed = user === undefined ? [] : closedFolders(dirname(dataDir), user);
  if (closed.length === 0) return dataDir;
  if (existsSync(join(dataDir, "PG_VERSION"))) {
    throw errors.ERR_POSTGRES_CLOSED({
      message: `The database in ${dataDir} is out of reach of the user that runs it: ${closed.join(", ")} is closed to that user. Open the way (chmod a+x ${closed.join(" ")}), or move the folder ${dirname(dataDir)} to an open place and name that in OPL_DIR.`,
    });
  }
  // First, because a folder with content makes this fail, as it should.
  if (found !== undefined) rmdirSync(dataDir);
  const elsewhere = join(outside, randomBytes(8).toString("hex"), basename(dataDir));
  makeOpenFolder(outside);
  makeOpenFolder(dirname(elsewhere));
  symlinkSync(elsewhere, dataDir);
  return elsewhere;
}

/** Makes sure that nobody serves this folder: refuses when its owner lives, ends what a dead owner left behind. */
async function takeOver(dataDir: string): Promise<void> {
  const pid = readPid(join(dataDir, "postmaster.pid"));
  if (pid === undefined) return;
  // The id may belong to another program by now.
  const serving = commandOf(pid)?.includes("postgres") === true;
  const owner = readPid(join(dataDir, ownerFile));
  if (serving && owner !== undefined && owner !== process.pid && commandOf(owner)?.includes("node") === true) {
    throw errors.ERR_ALREADY_RUNNING({ message: `Process ${owner} already runs Postgres on ${dataDir}; stop it first.`, details: { owner, dataDir } });
  }
  if (serving) await endLeftover(pid, stopSignals);
  rmSync(join(dataDir, "postmaster.pid"), { force: true });
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8").split("\n")[0] ?? "", 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Made beside and then renamed, so that a killed initdb leaves nothing that looks like a cluster. */
async function createCluster(dataDir: string, { initdb }: PostgresBinaries, user: PostgresUser | undefined): Promise<void> {
  const draft = `${dataDir}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  if (user !== undefined) chownSync(draft, user.uid, user.gid);
  const password = randomBytes(24).toString("base64url");
  const secret = `${dataDir}.password`;
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) chownSync(secret, user.uid, user.gid);
  try {
    await promisify(execFile)(
      initdb,
      [
        `--pgdata=${draft}`,
        `--username=${adminRole}`,
        `--pwfile=${secret}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-locale",
        "--data-checksums",
        // The first checkpoint of a real start syncs what matters.
        "--no-sync",
      ],
      { cwd: "/", env: { PATH: process.env["PATH"], LC_ALL: "C" }, ...user },
    );
    renameSync(secret, join(draft, passwordFile));
    // An empty folder may stand in the way; one with content makes this fail, as it should.
    if (existsSync(dataDir)) rmdirSync(dataDir);
    renameSync(draft, dataDir);
  } catch (cause) {
    rmSync(secret, { force: true });
    throw errors.ERR_POSTGRES_START({ cause, message: `A Postgres cluster could not be made in ${dataDir}: ${reasonOf(cause)}` });
  }
}

/** What a person can act on, out of all that initdb says: at the end it only tells that it cleans up. */
function reasonOf(error: unknown): string {
  const text = (error as { stderr?: string }).stderr ?? (error instanceof Error ? error.message : String(error));
  if (noRoom.test(text)) return "there is no room on its disk. Make room and start again.";
  const lines = text.trim().split("\n");
  return lines.find((line) => /(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? "";
}

async function startOnPort(
  dataDir: string,
  { postgres }: PostgresBinaries,
  user: PostgresUser | undefined,
  options: EmbeddedPostgresOptions,
): Promise<{ server: ServerProcess; port: number }> {
  const logFile = `${dataDir}.log`;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port || (await freePort());
    const server = await spawnServer({
      command: postgres,
      args: ["-D", dataDir, "-p", String(port), ...settings(options)],
      logFile,
      env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
      uid: user?.uid,
      gid: user?.gid,
      exitSignal: "SIGINT",
    });
    if (await accepts(dataDir, server)) return { server, port };
    const log = tailOf(logFile);
    await server.stop(stopSignals);
    // Somebody took the free port in between.
    if (!options.port && attempt < 4 && log.includes("could not bind")) continue;
    if (noRoom.test(log)) throw errors.ERR_POSTGRES_START({ message: `There is no room on the disk of ${dataDir}. Make room and start again.` });
    throw errors.ERR_POSTGRES_START({
      message: `Postgres did not start (${server.exited() ?? "no answer within 60 s"}); its log ${logFile} ends with:\n${log}`,
    });
  }
}

function settings({ fsync, maxConnections = 200 }: EmbeddedPostgresOptions): string[] {
  const values: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: String(maxConnections),
    shared_buffers: "128MB",
    max_wal_size: "2GB",
    jit: "off",
    log_checkpoints: "off",
    // Commits still reach the operating system, so that killing the server loses nothing; only a crash of the machine could.
    ...(fsync ? {} : { fsync: "off", full_page_writes: "off" }),
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Postgres writes its state into line 8 of postmaster.pid; pg_ctl waits in the same way. */
async function accepts(dataDir: string, server: ServerProcess): Promise<boolean> {
  for (let waited = 0; waited < 60_000 && server.exited() === undefined; waited += 20) {
    const lines = readLines(join(dataDir, "postmaster.pid"));
    if (lines[0] === String(server.pid) && lines[7]?.trim() === "ready") return true;
    await delay(20);
  }
  return false;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}

async function stop(dataDir: string, { pgCtl }: PostgresBinaries, server: ServerProcess): Promise<void> {
  if (process.platform === "win32") await promisify(execFile)(pgCtl, ["stop", "-D", dataDir, "-m", "fast"]);
  await server.stop(stopSignals);
  rmSync(join(dataDir, ownerFile), { force: true });
}
