import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { LANGUAGES } from "./language.ts";

/** Messages of a catalogue by their English words. */
function readAt(folder: string, language: string): Map<string, string> {
  const text = readFileSync(new URL(`../${folder}/${language}/messages.po`, import.meta.url), "utf8");
  const join = (lines: string): string => [...lines.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join("");
  const entries = text.matchAll(/^msgid ((?:"(?:[^"\\]|\\.)*"\n)+)msgstr ((?:"(?:[^"\\]|\\.)*"\n)+)/gm);
  return new Map([...entries].map(([, id = "", translated = ""]) => [join(id), join(translated)] as const).filter(([id]) => id !== ""));
}

/** What is filled in: `{name}` and `<0>`, but not the words of a plural's branches. */
function places(message: string): string[] {
  const names = [...message.matchAll(/(?<!(?:one|other|=0) )\{(\w+)(?=[,}])|<\/?(\d+)\/?>/g)].map(([, name, tag]) => name ?? `<${tag ?? ""}>`);
  return [...new Set(names)].toSorted();
}

const source = fileURLToPath(new URL("..", import.meta.url));
const folders = globSync("**/locales/en/messages.po", { cwd: source }).map((file) => path.dirname(path.dirname(file)));

it("there are catalogues", () => {
  expect(folders.length).toBeGreaterThan(8);
});

describe.each(folders)("catalogues in %s", (folder) => {
  const read = (language: string): Map<string, string> => readAt(folder, language);
  const english = read("en");

  it.each(LANGUAGES)("%s has every message, with the same places to fill in", (language) => {
    const catalog = read(language);
    expect([...catalog.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [id, translated] of catalog) {
      expect(translated, id).not.toBe("");
      expect(places(translated), id).toEqual(places(id));
    }
  });

  it("is not the English catalogue under another name", () => {
    for (const language of ["fi", "sv"]) {
      const same = [...read(language)].filter(([id, translated]) => id === translated).map(([id]) => id);
      expect(same.length, same.join(", ")).toBeLessThan(12);
    }
  });
});
