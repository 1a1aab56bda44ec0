import { inTransaction } from "@opl/postgres";
import { erasedAccountsOf, putExportedAccounts } from "../db/account-store.ts";
import { currentGeneration, lockPeople } from "../db/person-store.ts";
import { deleteStale, finishRebuild, peopleAfter, startRebuild } from "../db/rebuild-store.ts";
import { recountMonths } from "../projections/cash-flow/store.ts";
import { entryOf } from "../projections/ledger/translate.ts";
import { putBalances } from "../projections/net-worth/store.ts";
import type { AnalyticsContext } from "./context.ts";
import { balanceRow } from "./record-balances.ts";
import { applyToLedger } from "./record-transactions.ts";
import { settlePerson } from "./settle-person.ts";

type RebuildContext = Pick<AnalyticsContext, "db" | "clock" | "timeZone" | "publish" | "ingest">;

export interface Rebuilt {
  readonly accounts: number;
  readonly balances: number;
  readonly transactions: number;
}

const peopleAtOnce = 500;

/**
 * Makes every projection anew from the ledger, while facts keep arriving and questions are answered. Everything is written under a new
 * number; what carries an older one counts as absent, is overwritten when the ledger still has it and deleted when not. Totals and
 * decisions are then worked out from nothing, person by person. Interrupted, it leaves what it had done, and can be run again.
 */
export async function rebuildProjections(ctx: RebuildContext): Promise<Rebuilt> {
  const generation = await startRebuild(ctx.db, ctx.clock.now());
  const accounts = await readAccounts(ctx);
  const balances = await readBalances(ctx);
  const transactions = await readTransactions(ctx);
  let after: string | undefined;
  for (;;) {
    const people = await peopleAfter(ctx.db, after, peopleAtOnce);
    for (const psuId of people) await rebuildPerson(ctx, psuId, generation);
    after = people.at(-1);
    if (people.length < peopleAtOnce) break;
  }
  await finishRebuild(ctx.db, generation, ctx.clock.now());
  return { accounts, balances, transactions };
}

async function rebuildPerson(ctx: RebuildContext, psuId: string, generation: number): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    if (!(await lockPeople(tx, [psuId])).has(psuId)) return;
    await deleteStale(tx, psuId, generation);
    await settlePerson(ctx, tx, psuId, { announce: false });
    await recountMonths(tx, psuId);
  });
}

async function readAccounts(ctx: RebuildContext): Promise<number> {
  return eachPage(
    async (after) => {
      const { accounts, next } = await ctx.ingest.exportAccounts({ query: { after } });
      return { items: accounts, next };
    },
    (accounts) =>
      inTransaction(ctx.db, async (tx) => {
        const known = await lockPeople(
          tx,
          accounts.map((account) => account.psuId),
        );
        const erased = await erasedAccountsOf(tx, known);
        const generation = await currentGeneration(tx);
        const rows = accounts
          .filter((account) => known.has(account.psuId) && !erased.has(account.accountId))
          .map(({ psuId, accountId, consentId, aspspId, kind, currency, name, iban, ownerName }) => ({
            psuId,
            accountId,
            consentId,
            aspspId,
            kind,
            currency,
            name,
            iban,
            ownerName,
            version: 0n,
            generation,
          }));
        await putExportedAccounts(tx, rows);
      }),
  );
}

async function readBalances(ctx: RebuildContext): Promise<number> {
  return eachPage(
    async (after) => {
      const { balances, next } = await ctx.ingest.exportBalances({ query: { after } });
      return { items: balances, next };
    },
    (balances) =>
      inTransaction(ctx.db, async (tx) => {
        const known = await lockPeople(
          tx,
          balances.map((balance) => balance.psuId),
        );
        const erased = await erasedAccountsOf(tx, known);
        const generation = await currentGeneration(tx);
        const rows = balances
          .filter((balance) => known.has(balance.psuId) && !erased.has(balance.accountId))
          .map(({ type, recordedAt, ...balance }) =>
            balanceRow({ ...balance, balanceType: type, toldAt: recordedAt ?? balance.asOf }, generation, ctx.timeZone),
          );
        await putBalances(tx, rows);
      }),
  );
}

async function readTransactions(ctx: RebuildContext): Promise<number> {
  return eachPage(
    async (after) => {
      const readAt = ctx.clock.now();
      const { transactions, next } = await ctx.ingest.exportTransactions({ query: { after } });
      return { items: transactions.map((transaction) => ({ readAt, transaction })), next };
    },
    (items) =>
      inTransaction(ctx.db, async (tx) => {
        const known = await lockPeople(
          tx,
          items.map(({ transaction }) => transaction.psuId),
        );
        const facts = items
          .filter(({ transaction }) => known.has(transaction.psuId))
          .map(({ readAt, transaction: { psuId, ...transaction } }) => ({
            psuId,
            readAt,
            accountId: transaction.accountId,
            transactionId: transaction.transactionId,
            fact: { kind: "exported", entry: entryOf(psuId, transaction) } as const,
          }));
        await applyToLedger(ctx, tx, facts);
      }),
  );
}

/** Reads to the end, writing each page before the next is asked for. @returns how many items there were */
async function eachPage<Item>(
  read: (after: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
  write: (items: readonly Item[]) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ;) {
    const { items, next } = await read(after);
    if (items.length > 0) await write(items);
    count += items.length;
    if (next === null) return count;
    after = next;
  }
}
