import { testDatabase } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unlessBusy } from "./session-lock.ts";
import type { Tables } from "./tables.ts";

let at: TestDatabase<Tables>;
beforeAll(async () => {
  at = await testDatabase<Tables>({ service: "bank-gateway", poolSize: 2 });
});
afterAll(() => at?.[Symbol.asyncDispose]());

/** Works under a name until `end` is called; `begun` resolves once the lock is had. */
function workAt(db: TestDatabase<Tables>["database"]["db"], name: string) {
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const outcome = unlessBusy(db, name, async () => {
    begun.resolve();
    await over.promise;
    return name;
  });
  return { begun: begun.promise, end: over.resolve, outcome };
}

describe("work that nobody else may do meanwhile", () => {
  it("fifty slow works leave a pool of two connections usable", async () => {
    const works = Array.from({ length: 50 }, (_, index) => workAt(at.database.db, `bank ${index}`));
    await Promise.all(works.map(({ begun }) => begun));
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(at.database.db);
    expect(rows).toEqual([{ one: 1 }]);
    for (const { end } of works) end();
    expect(await Promise.all(works.map(({ outcome }) => outcome))).toEqual(works.map((_, index) => ({ done: `bank ${index}` })));
  });

  it("is refused beside another one of this process and of another replica, and free after it", async () => {
    const { db: replica } = at.open();
    const first = workAt(at.database.db, "bank");
    await first.begun;
    expect(await unlessBusy(at.database.db, "bank", async () => "second")).toBe("busy");
    expect(await unlessBusy(replica, "bank", async () => "second")).toBe("busy");
    expect(await unlessBusy(replica, "other bank", async () => "second")).toEqual({ done: "second" });
    first.end();
    await first.outcome;
    expect(await unlessBusy(replica, "bank", async () => "second")).toEqual({ done: "second" });
  });

  it("is free after work that failed, and the failure is the work's own", async () => {
    const failed = unlessBusy(at.database.db, "bank", () => Promise.reject(new Error("no answer")));
    await expect(failed).rejects.toThrow("no answer");
    expect(await unlessBusy(at.database.db, "bank", async () => "again")).toEqual({ done: "again" });
  });

  it("begins under another connection where the one with the locks was cut", async () => {
    const { db: replica } = at.open();
    const other = workAt(replica, "bank that goes on");
    await other.begun;
    // Of this file alone: others on the same server hold locks of their own.
    await sql`select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and usename = current_user and pid <> pg_backend_pid()`.execute(at.database.db);
    // The first to notice is told; whoever comes next has a connection of its own.
    await unlessBusy(replica, "bank", async () => "lost").catch(() => undefined);
    expect(await unlessBusy(replica, "bank", async () => "found")).toEqual({ done: "found" });
    other.end();
    await expect(other.outcome).rejects.toThrow();
  });
});
