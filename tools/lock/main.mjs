// `node tools/lock/main.mjs` after a change of dependencies. A registry mirror may lack a binding of another platform; npm then leaves
// it out of the lock file, and `npm ci` refuses a lock file without it everywhere. This names each missing one by its version.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const file = path.join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const { stdout, stderr } = spawnSync("npm", ["ci", "--dry-run"], { cwd: root, encoding: "utf8", shell: process.platform === "win32" });
const missing = [...`${stdout}${stderr}`.matchAll(/Missing: (@?[^@\s]+)@/g)].map(([, name]) => name);

const systems = ["darwin", "linux", "win32", "android", "freebsd", "openharmony", "sunos", "netbsd", "openbsd", "aix"];
const processors = ["arm64", "x64", "ia32", "ppc64", "s390x", "riscv64", "loong64", "arm", "wasm32"];

function entryOf(name) {
  const parents = Object.values(lock.packages).filter((entry) => entry.optionalDependencies?.[name] !== undefined);
  const versions = new Set(parents.map((entry) => entry.optionalDependencies[name]));
  if (versions.size !== 1) throw new Error(`${name}: expected one version, found ${[...versions].join(", ") || "none"}`);
  const platform = name.slice(name.lastIndexOf("/") + 1);
  const os = systems.find((one) => platform.includes(one));
  const cpu = processors.find((one) => platform.includes(one));
  const libc = os === "linux" && /musl/.test(platform) ? "musl" : os === "linux" && /gnu/.test(platform) ? "glibc" : undefined;
  return {
    version: [...versions][0],
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(parents.every((entry) => entry.dev === true) ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
}

for (const name of missing) lock.packages[`node_modules/${name}`] = entryOf(name);
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, "en")));
if (missing.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(missing.length === 0 ? "The lock file is whole.\n" : `Named by version: ${missing.join(", ")}\n`);
