import { schemaDifferences } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import { type Tables, columns } from "./tables.ts";

it("the hand-typed tables are those of the live schema", async () => {
  await using test = await testDatabase<Tables>({ service: "analytics" });
  expect(await schemaDifferences(test.database, test.schema, columns)).toEqual([]);
});
