import type { NewEvent } from "@opl/messaging";
import { publish } from "@opl/messaging";
import { transactionsPerEvent } from "@opl/contracts/events";
import type { AspspTransaction, Transaction as LedgerTransaction } from "@opl/contracts/model";
import { inTransaction } from "@opl/postgres";
import { nameOf } from "../domain/name-id.ts";
import type { NameId } from "../domain/name-id.ts";
import { reconcilePage } from "../domain/reconcile.ts";
import { identify } from "../domain/transaction.ts";
import type { Entry } from "../domain/transaction.ts";
import { advanceReading, holdAccount } from "../db/reading-store.ts";
import { addTransactions, announce, bookedOn } from "../db/transaction-store.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";
import { linkPayments } from "./link-payments.ts";
import type { RunningSync } from "./record-accounts.ts";

export interface AccountReading {
  readonly sync: RunningSync;
  readonly accountId: string;
  readonly resourceId: string;
}

export interface PageToStore {
  /** 1 for the first. */
  readonly page: number;
  readonly cursorKey: string;
  readonly nextCursor: string | null;
  readonly entries: readonly Entry[];
  /** The same as they came, for what is decided at the end. */
  readonly received: readonly AspspTransaction[];
  readonly entryReferencesStable: boolean;
  /** How many entries without a reference the earlier pages had, by content. */
  readonly copies: ReadonlyMap<string, number>;
}

/**
 * Stores one page in one transaction: rows, facts and the place to go on from. Killed before the commit, the page is read
 * again; after it, never. Returns the content keys of the entries that only counting tells apart.
 * @throws ERR_SYNC_CONSENT_ENDED, ERR_SYNC_TAKEN_OVER
 */
export async function storePage(
  { db, clock, nameId }: Pick<IngestContext, "db" | "clock" | "nameId">,
  { sync, accountId }: AccountReading,
  { page, cursorKey, nextCursor, entries, received, entryReferencesStable, copies }: PageToStore,
): Promise<readonly string[]> {
  const { psuId, syncId, consentId, runId } = sync;
  const booked = entries.filter((entry) => entry.bookingStatus === "booked");
  const identified = booked.map((entry) => identify(entry, { entryReferencesStable, nameId }));
  const dates = [...new Set(booked.map((entry) => entry.bookingDate))].toSorted();
  return inTransaction(db, async (tx) => {
    if (!(await holdAccount(tx, psuId, consentId, accountId))) throw errors.ERR_SYNC_CONSENT_ENDED();
    const known = await bookedOn(tx, psuId, accountId, dates);
    const outcome = reconcilePage({ accountId, syncId, entries: identified, entryReferencesStable, known, copies, nameId });
    const receivedAs = new Map(entries.map((entry, index) => [entry, received[index]]));
    await addTransactions(tx, { psuId, accountId, syncId, recordedAt: clock.now() }, outcome.added);
    const moved = await advanceReading(tx, {
      psuId,
      syncId,
      runId,
      accountId,
      page,
      cursorKey,
      nextCursor,
      entryReferencesStable,
      entries: entries.length,
      added: outcome.added.length,
      oldestBookingDate: dates[0] ?? null,
      seen: outcome.seen,
      copies: outcome.copies,
      deferred: outcome.deferred.flatMap(({ entry }) => receivedAs.get(entry) ?? []),
      pending: received.filter((entry) => entry.bookingStatus === "pending"),
    });
    if (!moved) throw errors.ERR_SYNC_TAKEN_OVER();
    if (outcome.added.length > 0) await linkPayments({ clock }, tx, psuId);
    const recorded = outcome.added.map((added) => announce(accountId, added));
    await publish(tx, recordedEvents({ psuId, consentId, syncId, accountId, step: page, recorded, removed: [], nameId }));
    return outcome.copies;
  });
}

export interface RecordedChanges {
  readonly psuId: string;
  readonly consentId: string;
  readonly syncId: string;
  readonly accountId: string;
  /** Page number, or `end`: the same step of the same sync makes the same facts. */
  readonly step: number | "end";
  readonly recorded: readonly LedgerTransaction[];
  readonly removed: readonly string[];
  readonly nameId: NameId;
}

const removedPerEvent = 1000;

/** Cuts changes into facts of a bounded size. */
export function recordedEvents({ psuId, consentId, syncId, accountId, step, recorded, removed, nameId }: RecordedChanges): readonly NewEvent[] {
  const count = Math.max(Math.ceil(recorded.length / transactionsPerEvent), Math.ceil(removed.length / removedPerEvent));
  return Array.from({ length: count }, (_, index): NewEvent => ({
    type: "ingest.transactions-recorded",
    id: nameId(nameOf("transactions-recorded", syncId, accountId, step, index)),
    subject: accountId,
    psuId,
    data: {
      accountId,
      psuId,
      consentId,
      syncId,
      recorded: recorded.slice(index * transactionsPerEvent, (index + 1) * transactionsPerEvent),
      removed: removed.slice(index * removedPerEvent, (index + 1) * removedPerEvent),
    },
  }));
}
