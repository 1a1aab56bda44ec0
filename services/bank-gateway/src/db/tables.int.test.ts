import { readFileSync } from "node:fs";
import { messagingColumns } from "@opl/messaging";
import { schemaDifferences } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownColumns } from "./tables.ts";
import type { Tables } from "./tables.ts";

let database: TestDatabase<Tables>;
beforeAll(async () => {
  database = await testDatabase<Tables>({ service: "bank-gateway" });
});
afterAll(() => database?.[Symbol.asyncDispose]());

describe("the tables", () => {
  it("are typed as they are", async () => {
    expect(await schemaDifferences(database.database, database.schema, { ...ownColumns, ...messagingColumns })).toEqual([]);
  });

  it("carry the messaging tables as their owner wrote them", () => {
    const migration = readFileSync(new URL("../../migrations/20261122T090000_create_bank_gateway.sql", import.meta.url), "utf8");
    const copy = /-- messaging tables\n([\s\S]*)-- end messaging tables/.exec(migration)?.[1];
    expect(copy).toBe(readFileSync(new URL("../../../../libs/messaging/src/tables.sql", import.meta.url), "utf8"));
  });
});
