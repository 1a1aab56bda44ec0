import { schemaDifferences } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import { consentColumns } from "./tables.ts";
import type { ConsentTables } from "./tables.ts";

it("the hand-typed tables are those of the live schema", async () => {
  const { database, schema } = await testDatabase<ConsentTables>({ service: "consent" });
  expect(await schemaDifferences(database, schema, consentColumns)).toEqual([]);
});
