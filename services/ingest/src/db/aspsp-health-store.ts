import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { IngestDatabase } from "./tables.ts";

export interface AspspHealth {
  readonly aspspId: string;
  readonly status: "up" | "degraded" | "down";
  readonly since: string;
  readonly learnedAt: Temporal.Instant;
}

/** The later statement about a bank wins, in whatever order they arrive. */
export async function recordHealth(tx: Transaction<IngestDatabase>, { aspspId, status, since, learnedAt }: AspspHealth): Promise<void> {
  await sql`
    insert into aspsp_health (aspsp_id, status, since, learned_at) values (${aspspId}, ${status}, ${since}, ${learnedAt})
    on conflict (aspsp_id) do update set status = excluded.status, since = excluded.since, learned_at = excluded.learned_at
    where excluded.since >= aspsp_health.since`.execute(tx);
}
