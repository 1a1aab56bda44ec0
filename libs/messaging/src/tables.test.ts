import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../../services/", import.meta.url);
const tables = readFileSync(new URL("./tables.sql", import.meta.url), "utf8").trim();
const services = readdirSync(root).filter((name) => existsSync(new URL(`${name}/migrations/`, root)));

describe("tables.sql", () => {
  it.each(services)("%s has an exact copy in its migrations", (service) => {
    const folder = new URL(`${service}/migrations/`, root);
    const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
    const copies = texts.flatMap((text) => /^-- messaging tables\n([\s\S]*?)^-- end messaging tables$/m.exec(text)?.[1] ?? []);
    expect(copies.map((copy) => copy.trim())).toEqual([tables]);
  });
});
