import { sql } from "kysely";
import { vi } from "vitest";
import type { TestProduct } from "./product.ts";
import { asAdmin } from "./truth.ts";

/**
 * Waits until every entry of the ledger has come to analytics, and what is worked out a moment after the last one (transfers, what
 * repeats, questions) is of all of them. An answer that has something in it may still be of the first half.
 */
export function untilSettled(product: TestProduct): Promise<unknown> {
  return asAdmin(product, (db) =>
    vi.waitUntil(
      async () => {
        const { rows } = await sql<{ settled: boolean }>`
          select exists (select from opl_analytics.transactions) and not exists (select from opl_analytics.unsettled_people)
            and not exists (select transaction_id from opl_ingest.transactions except select transaction_id from opl_analytics.transactions) as settled`.execute(
          db,
        );
        return rows[0]?.settled === true;
      },
      { timeout: 60_000 },
    ),
  );
}
