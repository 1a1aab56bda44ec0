import { eventually, silentLogger, testDatabase } from "@opl/testkit";
import { sql } from "kysely";
import { PgBoss } from "pg-boss";
import { afterAll, describe, expect, it } from "vitest";
import type { IngestDatabase } from "../db/tables.ts";
import { startSyncSchedule } from "./sync-schedule.ts";

const test = await testDatabase<IngestDatabase>({ service: "ingest" });
afterAll(() => test[Symbol.asyncDispose]());

describe("the schedule", () => {
  it("keeps to our own schema, is the same for every replica, and runs a due job once, again after it failed", async () => {
    const runs: string[] = [];
    let fails = 1;
    const replica = (name: string) =>
      startSyncSchedule({
        url: test.url,
        schema: test.schema,
        logger: silentLogger(),
        jobs: [
          {
            name: "scheduled-syncs",
            cron: "0 0 1 1 *",
            run: async () => {
              runs.push(name);
              if (fails-- > 0) throw new Error("not now");
            },
          },
        ],
        retrySeconds: 1,
      });
    await using stack = new AsyncDisposableStack();
    stack.use(await replica("one"));
    stack.use(await replica("two"));
    const { rows } = await sql<{ name: string; cron: string; timezone: string }>`select name, cron, timezone from schedule`.execute(test.database.db);
    expect(rows).toEqual([{ name: "scheduled-syncs", cron: "0 0 1 1 *", timezone: "UTC" }]);
    const boss = new PgBoss({ connectionString: test.url, schema: test.schema, createSchema: false, supervise: false, schedule: false, max: 1 });
    await boss.start();
    stack.defer(() => boss.stop({ graceful: false }));
    await boss.send("scheduled-syncs", null);
    const done = async () =>
      (await sql<{ state: string }>`select state::text from job where name = 'scheduled-syncs' and state = 'completed'`.execute(test.database.db)).rows
        .length === 1;
    await eventually(done, { timeoutMs: 30_000 });
    expect(runs).toHaveLength(2);
  }, 60_000);
});
