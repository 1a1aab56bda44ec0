import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandOf, freePort } from "./server-process.ts";
import { choosePorts, openStateFolder, portIsFree, takeLock } from "./state.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "opl-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const names = ["web", "sandbox"] as const;

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1"));

async function listening(host = "127.0.0.1"): Promise<{ server: Server; port: number }> {
  // None that somebody else is given once it is let go.
  const server = createServer().listen(await freePort(), host);
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}

describe("choosePorts", () => {
  const file = (): string => path.join(folder, "ports.json");

  it("keeps the ports of the last start", async () => {
    const first = await choosePorts(file(), names, {}, ["sandbox"]);
    expect(await choosePorts(file(), names, {}, ["sandbox"])).toEqual(first);
  });

  it("names a taken port and another one to choose", async () => {
    const { server, port } = await listening();
    await expect(choosePorts(file(), names, { web: port }, [])).rejects.toMatchObject({
      code: "ERR_UP_PORT_BUSY",
      message: `Port ${port} is taken by another program. Stop that program, or choose another port: OPL_PORT=8500 npm start.`,
    });
    server.close();
  });

  it.runIf(hasIpv6)(
    "finds a port taken where only ::1 is listened at, which browsers try first for localhost (skipped where the machine has no ::1)",
    async () => {
      const { server, port } = await listening("::1");
      expect(await portIsFree(port)).toBe(false);
      await new Promise((resolve) => server.close(resolve));
      expect(await portIsFree(port)).toBe(true);
    },
  );

  it("does not leave a port that our registration at the bank names", async () => {
    const { server, port } = await listening();
    writeFileSync(file(), JSON.stringify({ sandbox: port }));
    await expect(choosePorts(file(), names, {}, ["sandbox"])).rejects.toMatchObject({
      code: "ERR_UP_PORT_BUSY",
      message: expect.stringContaining("has to stay"),
    });
    server.close();
  });

  it.each([
    ["", "empty"],
    ['{"web": 84', "cut off"],
    ["null", "no object"],
    ["\0\0\0\0", "zeros"],
  ])("goes by what else is known when its note is %j (%s)", async (text) => {
    const { server, port } = await listening();
    await new Promise((resolve) => server.close(resolve));
    writeFileSync(file(), text);
    const chosen = await choosePorts(file(), names, {}, ["sandbox"], () => ({ sandbox: port }));
    expect(chosen.sandbox).toBe(port);
    expect(JSON.parse(readFileSync(file(), "utf8"))).toEqual(chosen);
  });
});

describe("takeLock", () => {
  const file = (): string => path.join(folder, "run.lock");
  const sleeping = () => spawn("sleep", ["600"], { stdio: "ignore" });

  it("refuses while another start from this folder lives, and names its process", async () => {
    const other = sleeping();
    writeFileSync(file(), JSON.stringify({ pid: other.pid, mark: "sleep", children: [] }));
    await expect(takeLock(file(), "vitest")).rejects.toMatchObject({ code: "ERR_UP_RUNNING", message: expect.stringContaining(`(process ${other.pid})`) });
    other.kill();
  });

  it("ends what a killed start left running, and leaves alone who got its number since", async () => {
    const [left, stranger] = [sleeping(), sleeping()];
    const gone = once(left, "exit");
    writeFileSync(
      file(),
      JSON.stringify({
        pid: 2 ** 30,
        mark: "tools/up/main.ts",
        children: [
          { pid: left.pid, mark: "sleep" },
          { pid: stranger.pid, mark: "services/bff/src/main.ts" },
        ],
      }),
    );
    const lock = await takeLock(file(), "vitest");
    await gone;
    expect(lock.ended).toBe(1);
    expect(commandOf(stranger.pid ?? 0)).toContain("sleep");
    stranger.kill();
    lock.release();
    expect(existsSync(file())).toBe(false);
  });

  it.each([[""], ['{"pid": 12'], ["null"], ["\0\0\0\0"]])("takes over a lock that went down with the machine: %j", async (text) => {
    writeFileSync(file(), text);
    const lock = await takeLock(file(), "vitest");
    expect([lock.ended, JSON.parse(readFileSync(file(), "utf8"))]).toEqual([0, { pid: process.pid, mark: "vitest", children: [] }]);
  });
});

describe("openStateFolder", () => {
  it("makes the folder and says where it is", () => {
    expect(openStateFolder(path.join(folder, "a", "b"))).toBe(path.join(folder, "a", "b"));
  });

  it("says that something else stands in its place", () => {
    writeFileSync(path.join(folder, "file"), "");
    expect(() => openStateFolder(path.join(folder, "file", "data"))).toThrow(/cannot be made or written to: .*another folder in OPL_DIR\.$/s);
  });

  it.runIf(process.platform === "linux")("says that nothing can be made where the system makes all folders itself, in /proc", () => {
    // In a process of its own: one that tries for ever can only be killed.
    const program = `import { openStateFolder } from "${path.join(import.meta.dirname, "state.ts")}"; openStateFolder("/proc/opl/data");`;
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", timeout: 15_000, killSignal: "SIGKILL" });
    expect(stderr).toMatch(/The folder \/proc\/opl\/data cannot be made or written to: ENOENT/);
  });

  it.skipIf(process.getuid?.() === 0)("says that it may not be written to (root may write everywhere)", () => {
    mkdirSync(path.join(folder, "closed"));
    chmodSync(path.join(folder, "closed"), 0o500);
    expect(() => openStateFolder(path.join(folder, "closed"))).toThrow(/cannot be made or written to/);
  });
});
