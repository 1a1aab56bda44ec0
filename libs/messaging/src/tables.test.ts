import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";

const services = new URL("../../../services/", import.meta.url);
const names = readdirSync(services).filter((name) => existsSync(new URL(`${name}/migrations/`, services)));

/** The texts of a folder in the order in which migrations run. */
function textsOf(folder: URL): readonly string[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(new URL(name, folder), "utf8"));
}

describe("tables/", () => {
  it.each(names)("%s has an exact copy of each file in its migrations, in order", (service) => {
    const migrations = textsOf(new URL(`${service}/migrations/`, services));
    const copies = migrations.flatMap((text) => [...text.matchAll(/^-- messaging tables\n([\s\S]*?)^-- end messaging tables$/gm)].map(([, copy]) => copy));
    expect(copies).toEqual(textsOf(new URL("../tables/", import.meta.url)));
  });
});
