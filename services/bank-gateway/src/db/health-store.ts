import type { Executor } from "@opl/postgres";
import type { AspspHealthStatus } from "../domain/aspsp-health.ts";
import type { Tables } from "./tables.ts";

export interface StoredHealth {
  readonly aspspId: string;
  readonly status: AspspHealthStatus;
  readonly since: Temporal.Instant;
}

export async function listHealth(db: Executor<Tables>): Promise<readonly StoredHealth[]> {
  return db.selectFrom("aspspHealth").select(["aspspId", "status", "since"]).execute();
}

/** Records a change. False when the status was this one already: another replica noticed first. */
export async function changeHealth(tx: Executor<Tables>, health: StoredHealth): Promise<boolean> {
  const row = await tx
    .insertInto("aspspHealth")
    .values(health)
    .onConflict((conflict) =>
      conflict.column("aspspId").doUpdateSet({ status: health.status, since: health.since }).where("aspspHealth.status", "!=", health.status),
    )
    .returning("aspspId")
    .executeTakeFirst();
  return row !== undefined;
}
