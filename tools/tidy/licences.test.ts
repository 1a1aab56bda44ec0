import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

/** Licences that ask for no more than their text to be kept. */
const allowed = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "Unlicense",
  "Python-2.0",
  "OFL-1.1",
  "PostgreSQL",
  "MIT-0",
  "Zlib",
  "(MIT OR Apache-2.0)",
  "(BSD-3-Clause OR GPL-2.0)",
  "(MIT AND Zlib)",
  "MIT and ISC",
  "(MIT OR CC0-1.0)",
  "MIT or MPL-2.0",
  "MPL-2.0",
  "CC-BY-4.0",
]);

interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly resolved?: string;
  readonly integrity?: string;
}

const lock: { packages: Record<string, LockedPackage> } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../../package-lock.json"), "utf8"));
const installed = Object.entries(lock.packages).filter(([name, entry]) => name.includes("node_modules/") && entry.link !== true);

/** MPL-2.0 is file by file: fine for what we only use. CC-BY-4.0 is the data of caniuse-lite, used while building. */
function refused(packages: readonly (readonly [string, LockedPackage])[]): string[] {
  return packages
    .filter(([, entry]) => entry.dev !== true && !allowed.has(entry.license ?? "none"))
    .map(([name, entry]) => `${name}: ${entry.license ?? "no licence"}`);
}

describe("supply chain", () => {
  it("every run-time package has a licence that goes with Apache-2.0", () => {
    expect(refused(installed)).toEqual([]);
  });

  it("finds a planted package with another licence, and one without any", () => {
    expect(
      refused([
        ["node_modules/x", { license: "AGPL-3.0-only" }],
        ["node_modules/y", {}],
      ]),
    ).toEqual(["node_modules/x: AGPL-3.0-only", "node_modules/y: no licence"]);
  });

  it("every package comes from the registry with its integrity, none from git or a URL", () => {
    // Bindings for platforms that the registry of the last update did not have are named by version alone.
    const elsewhere = (entry: LockedPackage): boolean =>
      entry.optional === true && (entry.os !== undefined || entry.cpu !== undefined) && entry.resolved === undefined;
    const strange = installed.filter(
      ([, entry]) =>
        (entry.integrity === undefined && !elsewhere(entry)) || (entry.resolved !== undefined && !entry.resolved.startsWith("https://registry.npmjs.org/")),
    );
    expect(strange.map(([name]) => name)).toEqual([]);
  });
});
