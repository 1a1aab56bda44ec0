import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const declared = new Map<string, string>();
for (const file of globSync("{libs,services}/*/src/**/errors.ts", { cwd: root })) {
  for (const [, code] of readFileSync(path.join(root, file), "utf8").matchAll(/^\s+(ERR_[A-Z0-9_]+):\s*\[/gm)) declared.set(code ?? "", file);
}
const documented = new Set([...readFileSync(path.join(root, "docs/errors.md"), "utf8").matchAll(/^\| `(ERR_[A-Z0-9_]+)` \|/gm)].map(([, code]) => code ?? ""));

describe("docs/errors.md", () => {
  it("says cause and remedy of every code there is", () => {
    expect([...declared].filter(([code]) => !documented.has(code)).map(([code, file]) => `${code} (${file})`)).toEqual([]);
  });

  it("names no code that is gone", () => {
    expect([...documented].filter((code) => !declared.has(code))).toEqual([]);
  });
});
