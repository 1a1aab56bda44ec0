import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstPages, modulesOf } from "./app/first-pages.ts";

/** What a browser fetches before a page is complete, gzipped. What a person opens later (dialogs, the palette) does not count. */
const LIMIT = 150 * 1_024;

interface Part {
  readonly file: string;
  readonly imports?: readonly string[];
}

let dist: string;
let manifest: Readonly<Record<string, Part>>;

beforeAll(async () => {
  const web = path.resolve(import.meta.dirname, "..");
  dist = mkdtempSync(path.join(tmpdir(), "opl-web-size-"));
  // A process of its own, because the environment of a test would make another build of it.
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  const vite = path.resolve(web, "../node_modules/vite/bin/vite.js");
  await promisify(execFile)(process.execPath, [vite, "build", "--manifest", "--emptyOutDir", "--logLevel", "error", "--outDir", dist], { cwd: web, env });
  manifest = JSON.parse(readFileSync(path.join(dist, ".vite", "manifest.json"), "utf8")) as Record<string, Part>;
}, 240_000);
afterAll(() => rmSync(dist, { recursive: true, force: true }));

const partOf = (name: string): Part => {
  const part = manifest[name];
  if (part === undefined) throw new Error(`the build has no ${name}`);
  return part;
};

/** Files of a part and of all it needs at once. */
function filesFor(name: string, files = new Set<string>()): Set<string> {
  const { file, imports = [] } = partOf(name);
  if (files.has(file)) return files;
  files.add(file);
  for (const next of imports) filesFor(next, files);
  return files;
}

describe("script at first load", () => {
  it.each([
    ["features/welcome/welcome-page"],
    ["features/welcome/sign-in-page"],
    ["features/connect-bank/choose-bank-page"],
    ["features/bank-handover/return-page", "features/bank-handover/locales/fi/messages.po"],
    // Charts are drawn as soon as their figures are there.
    ["features/overview/overview-page", "charts/line-chart"],
    ["features/transactions/transactions-page"],
    ["features/insights/insights-page", "charts/line-chart", "charts/cash-flow-chart"],
    ["features/permissions/permissions-page", "features/permissions/card/locales/fi/messages.po"],
    ["features/settings/settings-page", "features/settings/locales/fi/messages.po"],
  ])("of %s is at most 150 KiB gzipped", (...page) => {
    const html = readFileSync(path.join(dist, "index.html"), "utf8");
    const entries = Object.keys(manifest).filter((name) => partOf(name).file.endsWith(".js") && html.includes(partOf(name).file));
    expect(entries).not.toEqual([]);
    const files = new Set<string>();
    // The largest language.
    for (const start of [...entries, ...page.map((name) => `src/${name.endsWith(".po") ? name : `${name}.tsx`}`), "src/locales/fi/messages.po"])
      filesFor(start, files);
    const sizes = [...files].map((file) => [path.basename(file), gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length] as const);
    const bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(bytes).toBeGreaterThan(100 * 1_024);
    expect(bytes, sizes.map(([name, size]) => `${name} ${size}`).join(", ")).toBeLessThanOrEqual(LIMIT);
  });
});

describe("the document", () => {
  it.each(firstPages)("of $path names every script that is needed before there is something to see, and no other", (page) => {
    const { path: address, open } = page;
    for (const language of ["en", "fi", "sv"]) {
      const file = `${address === "/" ? "/index" : address}.${language}.html`;
      const html = readFileSync(path.join(dist, "pages", open ? "open" : "signed-in", file), "utf8");
      const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name ?? "");
      const needed = new Set<string>();
      for (const module of modulesOf(page, language)) filesFor(`src/${module}`, needed);
      // Nothing is discovered only when another file has come: one step from the document to the page.
      for (const name of named.filter((one) => !needed.has(one))) expect(readFileSync(path.join(dist, "index.html"), "utf8")).toContain(name);
      expect(named.toSorted()).toEqual([...new Set([...needed, ...named])].toSorted());
      const bytes = named.reduce((sum, name) => sum + gzipSync(readFileSync(path.join(dist, name)), { level: 9 }).length, 0);
      expect(bytes).toBeLessThanOrEqual(LIMIT);
      expect(html.startsWith("<!doctype html>")).toBe(true);
      expect(html).toContain(`<html lang="${language}">`);
      expect(gzipSync(html).length).toBeLessThanOrEqual(8 * 1_024);
    }
  });
});
