import type { AccountView, ConnectionView } from "../../api/queries.ts";

export interface Progress {
  readonly stage: "waiting" | "reading" | "done" | "failed";
  /** Transactions known so far. */
  readonly transactions: number;
  /** The oldest booking day known so far. */
  readonly since: string | undefined;
}

/** What there is to say about a first reading from what has been answered, and what has been heard live since. */
export function progressOf(
  connection: Pick<ConnectionView, "sync"> | undefined,
  accounts: readonly Pick<AccountView, "transactions" | "oldestBookingDate">[],
  heard: number,
): Progress {
  const sync = connection?.sync ?? undefined;
  const stored = accounts.reduce((sum, account) => sum + account.transactions, 0);
  const oldest = accounts
    .map((account) => account.oldestBookingDate)
    .filter((day) => day !== null)
    .toSorted()[0];
  const stage =
    sync === undefined || sync.status === "queued" ? "waiting" : sync.status === "running" ? "reading" : sync.status === "failed" ? "failed" : "done";
  return { stage, transactions: Math.max(stored, sync?.transactionsNew ?? 0, stage === "done" ? 0 : heard), since: oldest };
}
