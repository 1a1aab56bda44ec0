import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { replacePending, settleReading } from "../domain/reconcile.ts";
import { identify, readEntry } from "../domain/transaction.ts";
import type { IdentifiedEntry } from "../domain/transaction.ts";
import { countTransactions, markRead } from "../db/account-store.ts";
import { unlinkTransactions } from "../db/payment-store.ts";
import { heal } from "../db/quarantine-store.ts";
import { endReading, listOpenPages, listSeen, holdAccount } from "../db/reading-store.ts";
import {
  addTransactions,
  adoptReference,
  announce,
  bookedOn,
  judgeUnseen,
  pendingIds,
  removePending,
  reviseTransaction,
  toTransaction,
} from "../db/transaction-store.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";
import { linkPayments } from "./link-payments.ts";
import { recordedEvents } from "./store-page.ts";
import type { AccountReading } from "./store-page.ts";

export interface FinishedAccount {
  /** Booked transactions whose content the bank changed. */
  readonly revised: number;
  /** Booked transactions the bank shows no more. */
  readonly missing: number;
}

/**
 * Ends a complete reading of one account in one transaction: decides what only the whole reading can tell, replaces the
 * pending entries, marks what the bank no longer shows, and takes back the mark of incompleteness.
 * @throws ERR_SYNC_CONSENT_ENDED, ERR_SYNC_TAKEN_OVER
 */
export async function finishAccount(
  { db, clock, nameId }: Pick<IngestContext, "db" | "clock" | "nameId">,
  { sync, accountId }: AccountReading,
): Promise<FinishedAccount> {
  const { psuId, syncId, consentId, runId } = sync;
  return inTransaction(db, async (tx) => {
    if (!(await holdAccount(tx, psuId, consentId, accountId))) throw errors.ERR_SYNC_CONSENT_ENDED();
    const by = { psuId, accountId, syncId, recordedAt: clock.now() };
    const pages = await listOpenPages(tx, by);
    const again = (part: "deferred" | "pending"): readonly IdentifiedEntry[] =>
      pages.flatMap((page) => page[part].map((wire) => identify(readEntry(wire), { entryReferencesStable: page.entryReferencesStable, nameId })));

    const deferred = again("deferred");
    const known = await bookedOn(tx, psuId, accountId, [...new Set(deferred.map(({ entry }) => entry.bookingDate))]);
    const seen = deferred.length === 0 ? new Set<string>() : await listSeen(tx, by);
    const settled = settleReading({ accountId, syncId, deferred, known, seen, nameId });
    const pending = replacePending({ accountId, entries: again("pending"), known: await pendingIds(tx, psuId, accountId), nameId });

    await removePending(tx, psuId, accountId, pending.removed);
    const added = [...settled.added, ...pending.added];
    await addTransactions(tx, by, added);
    const revised = [];
    for (const { transactionId, identified } of settled.revised) revised.push(toTransaction(await reviseTransaction(tx, by, transactionId, identified)));
    for (const { transactionId, identified } of settled.adopted) await adoptReference(tx, psuId, transactionId, identified);
    const decided = [...settled.added, ...settled.revised, ...settled.adopted].map(({ transactionId }) => transactionId);
    const { missing, retracted } = await judgeUnseen(tx, by, decided);
    const removed = [...pending.removed, ...retracted];

    await unlinkTransactions(tx, psuId, removed);
    await linkPayments({ clock }, tx, psuId);

    if (!(await endReading(tx, { ...by, runId }, "done", added.length))) throw errors.ERR_SYNC_TAKEN_OVER();
    await countTransactions(tx, psuId, accountId, added.length - removed.length, null);
    await markRead(tx, psuId, accountId, by.recordedAt);
    await heal(tx, psuId, accountId, by.recordedAt);
    const recorded = [...added.map((each) => announce(accountId, each)), ...revised];
    await publish(tx, recordedEvents({ psuId, consentId, syncId, accountId, step: "end", recorded, removed, nameId }));
    return { revised: revised.length, missing };
  });
}
