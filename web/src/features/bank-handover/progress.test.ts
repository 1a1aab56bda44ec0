import { describe, expect, it } from "vitest";
import { progressOf } from "./progress.ts";

const sync = {
  syncId: "s",
  consentId: "c",
  aspspId: "op",
  reason: "first" as const,
  startedAt: null,
  finishedAt: null,
  accounts: 2,
  accountsDone: 0,
  transactionsSeen: 0,
  transactionsNew: 0,
  errorCode: null,
};
const account = (transactions: number, oldestBookingDate: string | null) => ({ transactions, oldestBookingDate });

describe("progressOf", () => {
  it("waits while nothing is known", () => {
    expect(progressOf(undefined, [], 0)).toEqual({ stage: "waiting", transactions: 0, since: undefined });
    expect(progressOf({ sync: null }, [], 0).stage).toBe("waiting");
  });

  it("counts what was heard live before it is stored, and never backwards", () => {
    const accounts = [account(100, "2025-01-03"), account(20, "2024-11-30"), account(0, null)];
    expect(progressOf({ sync: { ...sync, status: "running" } }, accounts, 700)).toEqual({ stage: "reading", transactions: 700, since: "2024-11-30" });
    expect(progressOf({ sync: { ...sync, status: "running", transactionsNew: 900 } }, accounts, 700).transactions).toBe(900);
  });

  it("says what the ledger says when reading is over", () => {
    expect(progressOf({ sync: { ...sync, status: "completed" } }, [account(3412, "2024-11-22")], 9999)).toEqual({
      stage: "done",
      transactions: 3412,
      since: "2024-11-22",
    });
    expect(progressOf({ sync: { ...sync, status: "failed" } }, [], 0).stage).toBe("failed");
  });
});
