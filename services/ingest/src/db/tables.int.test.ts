import { messagingColumns } from "@opl/messaging";
import { schemaDifferences } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import { afterAll, expect, it } from "vitest";
import { ledgerColumns } from "./tables.ts";
import type { IngestDatabase } from "./tables.ts";

const test = await testDatabase<IngestDatabase>({ service: "ingest" });
afterAll(() => test[Symbol.asyncDispose]());

it("the hand-typed tables are the tables of the live schema", async () => {
  expect(await schemaDifferences(test.database, test.schema, { ...ledgerColumns, ...messagingColumns })).toEqual([]);
});
