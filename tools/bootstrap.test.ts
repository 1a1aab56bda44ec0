import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** What a fresh clone runs before anything else: in a folder of its own, with an npm that only notes that it was called. */
let clone: string;
let called: string;

beforeEach(() => {
  clone = mkdtempSync(path.join(tmpdir(), "opl-clone-"));
  called = path.join(clone, "npm-was-called");
  fill(clone);
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

function fill(folder: string): void {
  mkdirSync(path.join(folder, "tools"));
  copyFileSync(path.join(import.meta.dirname, "bootstrap.mjs"), path.join(folder, "tools", "bootstrap.mjs"));
  writeFileSync(path.join(folder, "package-lock.json"), "{}");
}

/** Runs it with an npm that ends so. */
function bootstrap(npmExit: number, { node = [], before = [] }: { node?: readonly string[]; before?: readonly string[] } = {}) {
  const npm = path.join(clone, "npm-stub.mjs");
  writeFileSync(
    npm,
    `import { appendFileSync, mkdirSync } from "node:fs";
appendFileSync(${JSON.stringify(called)}, process.argv.slice(2).join(" ") + "\\n");
mkdirSync("node_modules", { recursive: true });
process.exit(${npmExit});`,
  );
  const parameters = [...before, process.execPath, ...node, path.join(clone, "tools", "bootstrap.mjs")];
  const { status, stdout, stderr } = spawnSync("env", parameters, { encoding: "utf8", env: { PATH: process.env["PATH"], npm_execpath: npm } });
  return { status, stdout, stderr: stderr.trim() };
}

const calls = (): string[] => (existsSync(called) ? readFileSync(called, "utf8").trim().split("\n") : []);

describe("bootstrap", () => {
  it("installs by the lock file, once, and again when that changes", () => {
    expect(bootstrap(0)).toMatchObject({ status: 0, stderr: "" });
    expect(bootstrap(0)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(calls()).toEqual(["ci --no-audit --no-fund --loglevel=error"]);
    writeFileSync(path.join(clone, "package-lock.json"), "{ }");
    expect(bootstrap(0).status).toBe(0);
    expect(calls().length).toBe(2);
  });

  it("says what to do when npm fails, and tries again the next time", () => {
    expect(bootstrap(1)).toMatchObject({
      status: 1,
      stderr:
        "npm ci failed; its message is above. Most often the package registry cannot be reached, or the disk is full. Mend that and run the same command again.",
    });
    expect(bootstrap(0).status).toBe(0);
    expect(calls().length).toBe(2);
  });

  it.each(["18.20.4", "20.18.3"])("asks for a newer Node than %s before it does anything", (version) => {
    const older = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });
Object.defineProperty(process, "version", { value: "v${version}" });`;
    expect(bootstrap(0, { node: ["--import", `data:text/javascript,${encodeURIComponent(older)}`] })).toEqual({
      status: 1,
      stdout: "",
      stderr: `One Point Ledger needs Node 20.19 or newer to install itself; this is v${version}. Install a newer Node (https://nodejs.org) and try again.`,
    });
    expect(calls()).toEqual([]);
  });

  it("says how much room there is and is needed, before npm fills the rest", (context) => {
    // A disk of our own, which nobody else sees and which ends with the process.
    const inNamespace = ["--mount", "sh", "-ec"];
    const mayMount = process.platform === "linux" && spawnSync("unshare", [...inNamespace, "mount -t tmpfs none /mnt"]).status === 0;
    if (!mayMount) context.skip("Only who may mount (root on Linux, not in every container) can have a small disk.");
    const kept = `${clone}-kept`;
    mkdirSync(kept);
    try {
      fill(kept);
      const script = `mount -t tmpfs -o size=4m none "${clone}"; cp -r "${kept}/." "${clone}"; exec "$0" "$@"`;
      const { status, stdout, stderr } = bootstrap(0, { before: ["unshare", ...inNamespace, script] });
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/^There is not enough room on the disk of \S+: installing needs 1\.5 GB, [34] MB are free\. Make room and try again\.$/);
      expect(stderr).toContain(clone);
      expect(calls()).toEqual([]);
    } finally {
      rmSync(kept, { recursive: true, force: true });
    }
  });
});
