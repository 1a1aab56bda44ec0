import { readFileSync } from "node:fs";
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

it("the messaging tables are the library's own", () => {
  const migration = readFileSync(new URL("../../migrations/20261122T100000_create_ledger.sql", import.meta.url), "utf8");
  const library = readFileSync(new URL("../../../../libs/messaging/src/tables.sql", import.meta.url), "utf8");
  expect(migration).toContain(`-- messaging tables\n${library}-- end messaging tables\n`);
});
