// Installs what package-lock.json names when node_modules does not hold it yet. No dependencies, any Node: it runs before there is anything else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, "node_modules", ".opl-installed");
const leastNode = [20, 19];
const leastFreeBytes = 1_500_000_000;

function stop(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map((part) => Number.parseInt(part, 10));
if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
  stop(
    `One Point Ledger needs Node ${leastNode.join(".")} or newer to install itself; this is ${process.version}. Install a newer Node (https://nodejs.org) and try again.`,
  );
}

const wanted = createHash("sha256")
  .update(readFileSync(path.join(root, "package-lock.json")))
  .update(`${process.platform} ${process.arch}`)
  .digest("hex");
const installed = existsSync(stamp) ? readFileSync(stamp, "utf8").trim() : "";

if (installed !== wanted) {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < leastFreeBytes) {
    stop(
      `There is not enough room on the disk of ${root}: installing needs 1.5 GB, ${Math.floor((bavail * bsize) / 1e6)} MB are free. Make room and try again.`,
    );
  }
  const started = performance.now();
  process.stdout.write("Installing packages (once after each change of package-lock.json) …\n");
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command, ...before] = npm;
  const result = spawnSync(command, [...before, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: command === "npm" && process.platform === "win32",
  });
  if (result.status !== 0) {
    stop(
      "npm ci failed; its message is above. Most often the package registry cannot be reached, or the disk is full. Mend that and run the same command again.",
    );
  }
  writeFileSync(stamp, `${wanted}\n`);
  process.stdout.write(`Packages installed in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
