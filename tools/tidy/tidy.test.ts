import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type SourceFile, tidy } from "./rules.ts";

const root = path.resolve(import.meta.dirname, "../..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(path.join(root, file)));
const files: SourceFile[] = tracked
  .filter((file) => /\.(ts|tsx|mjs|cjs)$/.test(file))
  .map((file) => ({ path: file, text: readFileSync(path.join(root, file), "utf8") }));
const services = ["analytics", "bank-gateway", "bff", "consent", "ingest", "tpp-registry"];

describe("tidy", () => {
  it("finds nothing in the repository", () => {
    expect(tidy(files).map((finding) => `${finding.file}:${finding.line} ${finding.rule}: ${finding.instead}`)).toEqual([]);
  });

  it.each([
    ["services/x/src/domain/a.ts", "console.log(1)", "no console"],
    ["libs/x/src/a.ts", "const a: any = 1;", "no any"],
    ["libs/x/src/a.ts", "export enum A {}", "no enum or namespace"],
    ["services/x/src/a.ts", "const t = Date.now();", "no clock below the edges"],
    ["services/x/src/a.ts", "Math.random()", "no Math.random"],
    ["services/x/src/a.ts", "parseFloat(amount)", "no floats near money"],
    ["services/x/src/a.ts", "process.env.HOME", "process.env only in config.ts"],
    ["services/x/src/a.ts", "// TODO later", "no marker of unfinished work"],
    ["services/x/src/a.ts", "export default 1;", "no default export"],
    ["services/x/src/helpers/a.ts", "", "no junk drawers"],
    ["libs/x/src/utils.ts", "", "no junk drawers"],
  ])("finds a planted mistake in %s: %s", (file, text, rule) => {
    expect(tidy([{ path: file, text }]).map((finding) => finding.rule)).toContain(rule);
  });

  it.each(services)("README of %s names what it owns, publishes, consumes and calls", (service) => {
    const readme = readFileSync(path.join(root, "services", service, "README.md"), "utf8").toLowerCase();
    for (const word of ["owns", "publishes", "consumes", "calls"]) expect(readme, `${service}: ${word}`).toContain(word);
  });

  it.each(services)("main.ts of %s stays under 30 lines", (service) => {
    expect(readFileSync(path.join(root, "services", service, "src/main.ts"), "utf8").split("\n").length).toBeLessThanOrEqual(30);
  });

  it("migrations are sorted, unique, and begin by saying whether they break", () => {
    const migrations = tracked.filter((file) => /^services\/[^/]+\/migrations\/.*\.sql$/.test(file));
    expect(migrations.length).toBeGreaterThan(5);
    for (const file of migrations) {
      expect(path.basename(file)).toMatch(/^\d{8}T\d{6}_[a-z0-9_]+\.sql$/);
      expect(readFileSync(path.join(root, file), "utf8").split("\n")[0], file).toMatch(/^-- breaking: /);
    }
    const names = migrations.map((file) => `${file.split("/")[1]}/${path.basename(file).slice(0, 15)}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it("names no bank outside its adapter folder in the services", () => {
    const adapters = ["op", "uk-sandbox", "berlin-group-sandbox"];
    const offenders = files.filter(
      (file) =>
        /^services\/[^/]+\/src\//.test(file.path) &&
        !/\/adapters\/|\/standards\/|\/registration-schemes\/|\.test\.ts$|\/testing\/|\/config\.ts$/.test(file.path) &&
        adapters.some((id) => new RegExp(`["']${id}["']`).test(file.text)),
    );
    expect(offenders.map((file) => file.path)).toEqual([]);
  });

  it("every package of the lock file that is optional runs on the oldest Node that may install it", () => {
    const lock: { packages: Record<string, { optional?: boolean; engines?: { node?: string } }> } = JSON.parse(
      readFileSync(path.join(root, "package-lock.json"), "utf8"),
    );
    const skipped = Object.entries(lock.packages).filter(([, entry]) => entry.optional === true && /^\s*>=\s*(2[1-9]|[3-9]\d)/.test(entry.engines?.node ?? ""));
    expect(skipped.map(([name]) => name)).toEqual([]);
  });

  it("pins every version exactly", () => {
    const loose = tracked
      .filter((file) => file.endsWith("package.json"))
      .flatMap((file) => {
        const manifest: Record<string, Record<string, string>> = JSON.parse(readFileSync(path.join(root, file), "utf8"));
        return ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
          Object.entries(manifest[kind] ?? {})
            .filter(([name, version]) => !name.startsWith("@opl/") && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
            .map(([name, version]) => `${file}: ${name}@${version}`),
        );
      });
    expect(loose).toEqual([]);
  });
});
