import { schemaDifferences } from "@opl/postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage } from "../test/stage.ts";
import type { Stage } from "../test/stage.ts";
import { messagingColumns } from "./index.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

it("the typed tables are the tables of tables/", async () => {
  const effects = { effectId: "int8", eventId: "uuid", aggregateId: "text", version: "int4" };
  expect(await schemaDifferences(stage.producer.database, stage.producer.schema, { ...messagingColumns, effects })).toEqual([]);
});
