import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { OplError } from "@opl/errors";

const root = path.resolve(import.meta.dirname, "../..");
const stamp = path.join(root, "web", "dist", ".built-from");

/** Where the client's text comes from: its own folders, and the libraries its package.json names. */
export function webSources(): string[] {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, "web", "package.json"), "utf8")) as { dependencies: Record<string, string> };
  const libs = Object.keys(dependencies).flatMap((name) => (name.startsWith("@opl/") ? [`libs/${name.slice("@opl/".length)}/src/**/*.ts`] : []));
  return ["web/src/**/*", "web/public/**/*", "web/*.{ts,html,json}", ...libs, "package-lock.json"];
}

function sourcesHash(): string {
  const files = globSync(webSources(), {
    cwd: root,
    withFileTypes: true,
  }).filter((entry) => entry.isFile());
  const hash = createHash("sha256");
  for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).toSorted())
    hash.update(path.relative(root, file)).update(readFileSync(file));
  return hash.digest("hex");
}

/** Builds web/dist unless it was built from exactly these sources. @returns whether there was something to do */
export async function buildWeb(): Promise<boolean> {
  const hash = sourcesHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return false;
  const output: Buffer[] = [];
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "warn"], {
      cwd: path.join(root, "web"),
      // Asked for by a test, it would be a build for development, and the next start would take that for its own.
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0)
    throw new OplError({ code: "ERR_UP_WEB_BUILD", kind: "bug", message: `The web client could not be built:\n${Buffer.concat(output).toString()}` });
  writeFileSync(stamp, hash);
  return true;
}

if (import.meta.main) await buildWeb();
