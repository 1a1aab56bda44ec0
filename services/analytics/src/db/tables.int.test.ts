import { readFile } from "node:fs/promises";
import { schemaDifferences } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import { type Tables, columns } from "./tables.ts";

it("the hand-typed tables are those of the live schema", async () => {
  await using test = await testDatabase<Tables>({ service: "analytics" });
  expect(await schemaDifferences(test.database, test.schema, columns)).toEqual([]);
});

it("the first migration holds the messaging tables as they are", async () => {
  const migration = await readFile(new URL("../../migrations/20261122T100000_create_projections.sql", import.meta.url), "utf8");
  const original = await readFile(new URL("../../../../libs/messaging/src/tables.sql", import.meta.url), "utf8");
  expect(migration.split("-- messaging tables\n")[1]?.split("-- end messaging tables")[0]?.trim()).toBe(original.trim());
});
