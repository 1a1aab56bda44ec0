import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { openStateFolder } from "./state.ts";

const isRoot = process.getuid?.() === 0;
/** Root in a container often may not. */
const mayMount = isRoot && process.platform === "linux" && spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;

async function ask(adminUrl: string, statement: string): Promise<unknown[]> {
  await using database = openDatabase<Record<string, never>>({ url: adminUrl, schema: "public", applicationName: "test", poolSize: 1 });
  return (await sql.raw(statement).execute(database.db)).rows;
}

/** Only root has a Postgres that is somebody else; for everybody else the server runs as themselves and enters where they may. */
describe.runIf(isRoot)("startEmbeddedPostgres below a folder that only root may enter", () => {
  let top: string;
  beforeEach(() => {
    top = mkdtempSync(path.join(tmpdir(), "opl-closed-"));
    chmodSync(top, 0o755);
    mkdirSync(path.join(top, "home"), { mode: 0o700 });
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));
  const start = () => startEmbeddedPostgres({ dataDir: path.join(top, "home", ".opl", "postgres"), outside: path.join(top, "outside"), fsync: false });

  it("keeps its data outside, finds them again at the second start, and forgets them with the folder", async () => {
    const first = await start();
    expect(first.dataDir.startsWith(path.join(top, "outside"))).toBe(true);
    expect(lstatSync(path.join(top, "home", ".opl", "postgres")).isSymbolicLink()).toBe(true);
    await ask(first.adminUrl, "create table kept as select 7 as value");
    await first.stop();

    const second = await start();
    expect(await ask(second.adminUrl, "select value from kept")).toEqual([{ value: 7 }]);
    await second.stop();

    // New keys, new data: an old database below new keys would be unreadable.
    rmSync(path.join(top, "home", ".opl"), { recursive: true });
    const third = await start();
    expect(await ask(third.adminUrl, "select to_regclass('public.kept') as kept")).toEqual([{ kept: null }]);
    await third.stop();
    expect(existsSync(path.join(first.dataDir, "PG_VERSION"))).toBe(true);
  });

  it("starts under a umask that closes every new folder", async () => {
    const umask = process.umask(0o077);
    try {
      const server = await start();
      expect(await ask(server.adminUrl, "select 1 as value")).toEqual([{ value: 1 }]);
      await server.stop();
    } finally {
      process.umask(umask);
    }
  });

  it("says how to reach data again when a folder above them was closed since, and makes nothing outside", async () => {
    const home = path.join(top, "home");
    chmodSync(home, 0o755);
    const server = await start();
    await server.stop();
    chmodSync(home, 0o700);
    await expect(start()).rejects.toMatchObject({
      code: "ERR_POSTGRES_CLOSED",
      message: `The database in ${home}/.opl/postgres is out of reach of the user that runs it: ${home} is closed to that user. Open the way (chmod a+x ${home}), or move the folder ${home}/.opl to an open place and name that in OPL_DIR.`,
    });
    // The copy of the binaries may be there: it is the database that must not.
    expect(existsSync(path.join(top, "outside")) && readdirSync(path.join(top, "outside")).some((name) => !name.startsWith("postgres-"))).toBe(false);
    expect(existsSync(path.join(home, ".opl", "postgres", "PG_VERSION"))).toBe(true);
  });

  it.runIf(mayMount)("runs the binaries of a checkout that only root may enter", async () => {
    // The packages as they are, in a closed place: a bind mount, because node follows links to the real, open one.
    const place = path.join(top, "home", "checkout");
    mkdirSync(place);
    const program = `
      umask 077
      mount --bind ${process.cwd()} ${place}
      exec ${process.execPath} --input-type=module -e '
        const { startEmbeddedPostgres } = await import("${place}/tools/up/embedded-postgres.ts");
        const server = await startEmbeddedPostgres({ dataDir: "${top}/home/.opl/postgres", outside: "${top}/outside", fsync: false });
        process.stdout.write(String((await import("node:fs")).readlinkSync("/proc/" + server.pid + "/exe")));
        await server.stop();
        process.exit();'`;
    const running = execFileSync("unshare", ["--mount", "sh", "-ec", program], { encoding: "utf8" });
    expect(running.startsWith(path.join(top, "outside", "postgres-"))).toBe(true);
  });
});

describe.runIf(mayMount)("on a disk that is full (a small one of memory, where mounting is allowed)", () => {
  let disk: string;
  const mount = (megabytes: number): void => void execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "opl-test", disk]);
  beforeEach(() => {
    disk = mkdtempSync(path.join(tmpdir(), "opl-disk-"));
  });
  afterEach(() => {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  });

  it("a start says how much room is missing", () => {
    mount(60);
    expect(() => openStateFolder(path.join(disk, ".opl"))).toThrow(
      /^There is not enough room on the disk of .*\/\.opl: a start needs 200 MB, 6\d MB are free\. Make room, or name a folder on another disk in OPL_DIR\.$/,
    );
  });

  it("a new cluster says that there is no room", async () => {
    mount(20);
    await expect(startEmbeddedPostgres({ dataDir: path.join(disk, "postgres"), fsync: false })).rejects.toMatchObject({
      code: "ERR_POSTGRES_START",
      message: `A Postgres cluster could not be made in ${path.join(disk, "postgres")}: there is no room on its disk. Make room and start again.`,
    });
  });
});
