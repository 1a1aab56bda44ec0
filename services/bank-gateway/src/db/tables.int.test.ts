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
});
