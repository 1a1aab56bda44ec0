import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { serviceNames } from "./schemas.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Names under `dependencies` of the package.json in a folder. */
function declared(folder: string): readonly string[] {
  const manifest: { dependencies?: Record<string, string> } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return Object.keys(manifest.dependencies ?? {});
}

const folderOf = (file: string): string => path.join(root, /^(?:(?:libs|services)\/[^/]+|sandbox|tools)/.exec(path.relative(root, file))?.[0] ?? "");
const ours = (name: string): boolean => name.startsWith("@opl/");

/** What npm puts into the image of a workspace, as far as we name it: its packages and those of the libraries it leads to. */
function installed(folder: string, known = new Set<string>()): Set<string> {
  for (const name of declared(folder)) {
    if (known.has(name)) continue;
    known.add(name);
    if (ours(name)) installed(path.join(root, "libs", name.slice("@opl/".length)), known);
  }
  return known;
}

/** Where a file's imports lead when it runs; those of types do not run. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm), ...text.matchAll(/\bimport\("([^"]+)"\)/g)];
  return found.flatMap(([, specifier = ""]) => (specifier.startsWith("node:") ? [] : [specifier]));
}

/**
 * Imports that would end the process in the image: in a checkout every package of the repository is there, in an image only what the
 * package.json of the importing workspace names, or, for `tools`, what came with the service.
 */
function missingIn(folder: string, entries: readonly string[]): string[] {
  const came = installed(folder);
  const [missing, seen, open] = [new Set<string>(), new Set<string>(), [...entries]];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file) || !file.endsWith(".ts")) continue;
    seen.add(file);
    const owner = folderOf(file);
    const there = owner === path.join(root, "tools") ? came : new Set(declared(owner));
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith(".")) {
        open.push(path.resolve(path.dirname(file), specifier));
        continue;
      }
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      if (!there.has(name)) missing.add(`${path.relative(root, file)}: ${name}`);
      else if (ours(name)) open.push(createRequire(file).resolve(specifier));
    }
  }
  return [...missing];
}

/** What images run beside the service itself. */
const toolsIn: Readonly<Record<string, readonly string[]>> = { bff: ["migrate", "setup"], "tpp-registry": ["migrate", "setup"], sandbox: [] };

describe("the image of", () => {
  it.each([...serviceNames, "sandbox"])("%s holds every package that what runs there imports", (name) => {
    const folder = path.join(root, name === "sandbox" ? name : `services/${name}`);
    const sources = globSync("src/*.ts", { cwd: folder }).filter((file) => !file.endsWith(".test.ts"));
    const tools = (toolsIn[name] ?? ["migrate"]).map((tool) => path.join(root, "tools", tool, "main.ts"));
    expect(sources.length).toBeGreaterThan(1);
    expect(missingIn(folder, [...sources.map((file) => path.join(folder, file)), ...tools])).toEqual([]);
    // Loaded first, by the command of the image.
    if (name !== "sandbox") expect(declared(folder)).toContain("@opl/telemetry");
  });
});
