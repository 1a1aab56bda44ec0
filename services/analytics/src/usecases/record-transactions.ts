import type { Transaction as LedgerTransaction } from "@opl/contracts/model";
import type { Transaction } from "kysely";
import { accountsOf, erasedAccountsOf } from "../db/account-store.ts";
import { saidBy } from "../db/annotation-store.ts";
import { currentGeneration, lockPeople, markUnsettled } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import { monthOf } from "../domain/calendar.ts";
import { type OwnAccounts, noAccounts, ownAccountsOf } from "../domain/own-accounts.ts";
import { type Said, textSaid } from "../domain/said.ts";
import { type EntryChange, summed } from "../projections/entry-change.ts";
import { addToMonths } from "../projections/cash-flow/store.ts";
import { type EntryState, type LedgerEntry, type LedgerFact, type LedgerRow, evolve } from "../projections/ledger/evolve.ts";
import { decideAlone } from "../projections/ledger/meaning.ts";
import { type Removal, deleteRows, putRemovals, putRows, removalsOf, rowsOf } from "../projections/ledger/store.ts";
import { entryOf, searchTextOf } from "../projections/ledger/translate.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

/** One fact of ingest about the entries of one account. */
export interface TransactionsFact {
  readonly psuId: string;
  readonly accountId: string;
  /** Counts the facts about this account; the newest decides. */
  readonly version: bigint;
  readonly recorded: readonly LedgerTransaction[];
  readonly removed: readonly string[];
}

/** What became known about one entry. */
export interface EntryFact {
  readonly psuId: string;
  readonly accountId: string;
  readonly transactionId: string;
  readonly fact: LedgerFact;
  /** When the ledger was asked, for entries read again from it. */
  readonly readAt?: Temporal.Instant;
}

/** Takes many facts into list and totals in the caller's transaction; transfers and recurring payments follow after a pause. */
export async function recordTransactions(
  ctx: Pick<AnalyticsContext, "clock" | "publish" | "settling">,
  tx: Transaction<Tables>,
  facts: readonly TransactionsFact[],
): Promise<void> {
  const known = await lockPeople(
    tx,
    facts.map((fact) => fact.psuId),
  );
  const months = await applyToLedger(ctx, tx, facts.filter((fact) => known.has(fact.psuId)).flatMap(entryFactsOf));
  await markUnsettled(tx, months.keys(), { at: ctx.clock.now(), ...ctx.settling });
  await tellInsightsChanged(ctx, tx, months);
}

function entryFactsOf({ psuId, accountId, version, recorded, removed }: TransactionsFact): EntryFact[] {
  return [
    ...recorded.map((transaction) => ({
      psuId,
      accountId,
      transactionId: transaction.transactionId,
      fact: { kind: "recorded", entry: entryOf(psuId, transaction), version } as const,
    })),
    ...removed.map((transactionId) => ({ psuId, accountId, transactionId, fact: { kind: "removed", version } as const })),
  ];
}

/**
 * Lets entries evolve by facts and writes what came of it. The people are locked by the caller.
 * @returns the months touched, by person
 */
export async function applyToLedger(
  ctx: Pick<AnalyticsContext, "clock">,
  tx: Transaction<Tables>,
  given: readonly EntryFact[],
): Promise<Map<string, Set<string>>> {
  const psuIds = new Set(given.map((each) => each.psuId));
  const erased = await erasedAccountsOf(tx, psuIds);
  const facts = given.filter((each) => !erased.has(each.accountId));
  if (facts.length === 0) return new Map();
  const generation = await currentGeneration(tx);
  const own = Map.groupBy(await accountsOf(tx, psuIds), (account) => account.psuId);
  const ownAccounts = new Map([...own].map(([psuId, accounts]) => [psuId, ownAccountsOf(accounts)]));
  const said = await saidBy(tx, psuIds);

  const keys = [...new Map(facts.map(({ psuId, transactionId }) => [transactionId, { psuId, transactionId }])).values()];
  const before = new Map((await rowsOf(tx, keys)).map((row) => [row.transactionId, row]));
  const removals = new Map((await removalsOf(tx, keys)).map((removal) => [removal.transactionId, removal]));
  const states = new Map<string, EntryState>();
  for (const { transactionId, fact, readAt } of facts) {
    const removal = removals.get(transactionId);
    if (readAt !== undefined && removal !== undefined && mayBeOlder(readAt, removal, before.get(transactionId))) continue;
    states.set(transactionId, evolve(states.get(transactionId) ?? stateOf(before.get(transactionId), removal, generation), fact));
  }

  const written: LedgerRow[] = [];
  const gone: LedgerRow[] = [];
  const removed: Removal[] = [];
  for (const { psuId, transactionId } of keys) {
    const row = before.get(transactionId);
    const state = states.get(transactionId);
    if (state === undefined) continue;
    if (state.removedVersion > (removals.get(transactionId)?.version ?? 0n))
      removed.push({ psuId, transactionId, version: state.removedVersion, removedAt: ctx.clock.now() });
    if (state.entry === null && row !== undefined && state.removedVersion >= row.version) gone.push(row);
    if (state.entry !== null && state.entry !== row)
      written.push(rowOf(state.entry, state.version, row, { own: ownAccounts.get(psuId) ?? noAccounts, said: said.get(psuId) }, generation));
  }
  await putRows(tx, written);
  await deleteRows(tx, gone);
  await putRemovals(tx, removed);
  const changes = [
    ...written.map((after) => ({ before: before.get(after.transactionId) ?? null, after })),
    ...gone.map((row) => ({ before: row, after: null })),
  ];
  const counted = (row: LedgerRow | null) => row && summed(row, said.get(row.psuId));
  await addToMonths(
    tx,
    changes.map((change): EntryChange => ({ before: counted(change.before), after: counted(change.after) })),
  );
  return monthsOf(changes);
}

/** A row from before the latest rebuild counts as absent until it is found again; only its version is remembered. */
function stateOf(row: LedgerRow | undefined, removal: Removal | undefined, generation: number): EntryState {
  const current = row !== undefined && row.generation >= generation;
  return { entry: current ? row : null, version: row?.version ?? 0n, removedVersion: removal?.version ?? 0n };
}

/** Taken back while the ledger was being read, and not heard of since: what was read may be from before. */
function mayBeOlder(readAt: Temporal.Instant, removal: Removal, row: LedgerRow | undefined): boolean {
  return Temporal.Instant.compare(removal.removedAt, readAt) >= 0 && (row?.version ?? 0n) <= removal.version;
}

function rowOf(
  entry: LedgerEntry,
  version: bigint,
  before: LedgerRow | undefined,
  known: { readonly own: OwnAccounts; readonly said: Said | undefined },
  generation: number,
): LedgerRow {
  return {
    ...entry,
    ...decideAlone(entry, known),
    searchText: searchTextOf(entry, textSaid(known.said, entry.transactionId)),
    // Stays until recurring payments are worked out again.
    recurringId: before?.recurringId ?? null,
    version,
    generation,
  };
}

function monthsOf(changes: readonly { readonly before: LedgerRow | null; readonly after: LedgerRow | null }[]): Map<string, Set<string>> {
  const months = new Map<string, Set<string>>();
  for (const { before, after } of changes) {
    for (const row of [before, after]) {
      if (row === null) continue;
      const known = months.get(row.psuId) ?? new Set();
      months.set(row.psuId, known.add(monthOf(row.bookingDate)));
    }
  }
  return months;
}
