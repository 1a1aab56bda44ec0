import { pendingIdOf, transactionIdOf } from "./transaction.ts";
import type { IdentifiedEntry } from "./transaction.ts";
import type { NameId } from "./name-id.ts";

/** What the ledger knows of one booked transaction when it is compared with a reading. */
export interface KnownTransaction {
  readonly transactionId: string;
  readonly identityKey: string;
  readonly contentKey: string;
  readonly byReference: boolean;
  readonly occurrence: number;
  /** The sync that recorded it first. */
  readonly syncId: string;
}

interface AddedTransaction extends KnownTransaction {
  readonly identified: IdentifiedEntry;
  /**
   * A twin whose sibling stood on an earlier page. When a bank puts a new entry in front while we read, the last entry of a page
   * comes again as the first of the next: only another reading can tell.
   */
  readonly doubtful: boolean;
}

export interface PageInput {
  readonly accountId: string;
  readonly syncId: string;
  /** The booked entries of the page. */
  readonly entries: readonly IdentifiedEntry[];
  readonly entryReferencesStable: boolean;
  /** All booked transactions of the account on the booking dates of the page. */
  readonly known: readonly KnownTransaction[];
  /** How many entries without a reference, by content, the earlier pages of this reading had. */
  readonly copies: ReadonlyMap<string, number>;
  readonly nameId: NameId;
}

export interface PageOutcome {
  readonly added: readonly AddedTransaction[];
  /** Ids of the transactions this page shows, new ones included. */
  readonly seen: readonly string[];
  /** Content keys of the entries without a reference, one for each. */
  readonly copies: readonly string[];
  /** Entries that can only be judged when the whole reading is known. */
  readonly deferred: readonly IdentifiedEntry[];
}

/**
 * Compares one page with the ledger. What is new whatever the other pages hold is added at once. An entry whose reference is
 * known with other content waits: a later page may still bring the known one, and then this is a second transaction and
 * not a change. So the result does not depend on the order of entries and pages.
 */
export function reconcilePage({ accountId, syncId, entries, entryReferencesStable, known, copies, nameId }: PageInput): PageOutcome {
  const ledger = new Ledger(known, { accountId, syncId, nameId });
  const countable = entryReferencesStable ? (row: KnownTransaction) => !row.byReference : () => true;
  const outcome = { added: [] as AddedTransaction[], seen: [] as string[], copies: [] as string[], deferred: new Map<string, IdentifiedEntry>() };
  const counted = new Map<string, number>();

  for (const identified of entries) {
    const { contentKey, identityKey, byReference } = identified;
    if (byReference) {
      const group = ledger.withIdentity(identityKey);
      const exact = group.find((row) => row.contentKey === contentKey);
      if (exact !== undefined) outcome.seen.push(exact.transactionId);
      else if (group.some(ledger.isEarlier) || ledger.withContent(contentKey).some((row) => !row.byReference && ledger.isEarlier(row))) {
        outcome.deferred.set(`${identityKey} ${contentKey}`, identified);
      } else outcome.added.push({ ...ledger.add(identified, 0), doubtful: false });
      continue;
    }
    const before = copies.get(contentKey) ?? 0;
    const index = before + (counted.get(contentKey) ?? 0);
    counted.set(contentKey, (counted.get(contentKey) ?? 0) + 1);
    outcome.copies.push(contentKey);
    const twin = ledger.withContent(contentKey).filter(countable)[index];
    if (twin === undefined) outcome.added.push({ ...ledger.add(identified, index), doubtful: before > 0 });
    else outcome.seen.push(twin.transactionId);
  }
  for (const { transactionId } of outcome.added) outcome.seen.push(transactionId);
  return { added: outcome.added, seen: outcome.seen, copies: outcome.copies, deferred: [...outcome.deferred.values()] };
}

export interface SettleInput {
  readonly accountId: string;
  readonly syncId: string;
  /** What the pages of the reading left undecided. */
  readonly deferred: readonly IdentifiedEntry[];
  /** All booked transactions of the account on the booking dates of the deferred entries. */
  readonly known: readonly KnownTransaction[];
  /** Ids of all transactions the reading showed. */
  readonly seen: ReadonlySet<string>;
  readonly nameId: NameId;
}

export interface SettleOutcome {
  readonly added: readonly AddedTransaction[];
  /** Known transactions with new content. */
  readonly revised: readonly { readonly transactionId: string; readonly identified: IdentifiedEntry }[];
  /** Known transactions that only got a reference, because the bank began to give one. */
  readonly adopted: readonly { readonly transactionId: string; readonly identified: IdentifiedEntry }[];
}

/** Decides at the end of a complete reading what the deferred entries are: changes of known transactions, or new ones. */
export function settleReading({ accountId, syncId, deferred, known, seen, nameId }: SettleInput): SettleOutcome {
  const ledger = new Ledger(known, { accountId, syncId, nameId });
  const taken = new Set(seen);
  const outcome = { added: [] as AddedTransaction[], revised: [] as SettleOutcome["revised"][number][], adopted: [] as SettleOutcome["adopted"][number][] };
  const distinct = new Map(deferred.map((identified) => [`${identified.identityKey} ${identified.contentKey}`, identified]));
  const ordered = [...distinct].toSorted(([a], [b]) => compareText(a, b)).map(([, identified]) => identified);
  const takeFirst = (rows: readonly KnownTransaction[], accepts: (row: KnownTransaction) => boolean): string | undefined => {
    const free = rows.find((row) => ledger.isEarlier(row) && !taken.has(row.transactionId) && accepts(row));
    if (free !== undefined) taken.add(free.transactionId);
    return free?.transactionId;
  };

  for (const identified of ordered) {
    const revisedId = takeFirst(ledger.withIdentity(identified.identityKey), (row) => row.byReference);
    if (revisedId !== undefined) {
      outcome.revised.push({ transactionId: revisedId, identified });
      continue;
    }
    const adoptedId = takeFirst(ledger.withContent(identified.contentKey), (row) => !row.byReference);
    if (adoptedId !== undefined) outcome.adopted.push({ transactionId: adoptedId, identified });
    else outcome.added.push({ ...ledger.add(identified, 0), doubtful: false });
  }
  return outcome;
}

export interface PendingInput {
  readonly accountId: string;
  /** The pending entries of a complete reading. */
  readonly entries: readonly IdentifiedEntry[];
  /** Ids of the pending transactions of the ledger. */
  readonly known: readonly string[];
  readonly nameId: NameId;
}

export interface PendingOutcome {
  readonly added: readonly { readonly transactionId: string; readonly occurrence: number; readonly identified: IdentifiedEntry }[];
  readonly removed: readonly string[];
}

/** Replaces the pending set: what the bank shows no longer is gone, what stays keeps its id, the rest is new. */
export function replacePending({ accountId, entries, known, nameId }: PendingInput): PendingOutcome {
  const copies = new Map<string, number>();
  const shown = new Map(
    entries.map((identified) => {
      const occurrence = copies.get(identified.contentKey) ?? 0;
      copies.set(identified.contentKey, occurrence + 1);
      const transactionId = pendingIdOf(accountId, identified, occurrence, nameId);
      return [transactionId, { transactionId, occurrence, identified }] as const;
    }),
  );
  const before = new Set(known);
  return { added: [...shown.values()].filter(({ transactionId }) => !before.has(transactionId)), removed: known.filter((id) => !shown.has(id)) };
}

/** The known rows of some days by identity and by content, twins in their own order; rows added on the way join them. */
class Ledger {
  readonly #byIdentity: Map<string, KnownTransaction[]>;
  readonly #byContent: Map<string, KnownTransaction[]>;
  readonly #ids: Set<string>;
  readonly #names: { readonly accountId: string; readonly syncId: string; readonly nameId: NameId };

  constructor(known: readonly KnownTransaction[], names: { readonly accountId: string; readonly syncId: string; readonly nameId: NameId }) {
    const ordered = known.toSorted((a, b) => a.occurrence - b.occurrence || compareText(a.transactionId, b.transactionId));
    this.#byIdentity = Map.groupBy(ordered, (row) => row.identityKey);
    this.#byContent = Map.groupBy(ordered, (row) => row.contentKey);
    this.#ids = new Set(known.map((row) => row.transactionId));
    this.#names = names;
  }

  /** True for a row that an earlier sync recorded. */
  readonly isEarlier = (row: KnownTransaction): boolean => row.syncId !== this.#names.syncId;

  withIdentity(identityKey: string): readonly KnownTransaction[] {
    return (this.#byIdentity.get(identityKey) ?? []).filter((row) => row.byReference);
  }

  withContent(contentKey: string): readonly KnownTransaction[] {
    return this.#byContent.get(contentKey) ?? [];
  }

  add(identified: IdentifiedEntry, atLeast: number): Omit<AddedTransaction, "doubtful"> {
    const { accountId, syncId, nameId } = this.#names;
    let occurrence = atLeast;
    let transactionId = transactionIdOf(accountId, identified, occurrence, nameId);
    // A transaction that was changed since still has the id of what it was at first.
    while (this.#ids.has(transactionId)) {
      occurrence += 1;
      transactionId = transactionIdOf(accountId, identified, occurrence, nameId);
    }
    const { identityKey, contentKey, byReference } = identified;
    const added = { transactionId, identityKey, contentKey, byReference, occurrence, syncId, identified };
    this.#ids.add(transactionId);
    append(this.#byIdentity, identityKey, added);
    append(this.#byContent, contentKey, added);
    return added;
  }
}

function append<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}

/** By code unit, the same on every machine. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
