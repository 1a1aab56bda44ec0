import type { AspspAccount, BalanceType } from "@opl/contracts/model";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import { toWire } from "@opl/money";
import { columnNames } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import { ledgerColumns } from "./tables.ts";
import type { AccountsTable, IngestDatabase } from "./tables.ts";

type Db = Executor<IngestDatabase>;
type Tx = Transaction<IngestDatabase>;
export type AccountRow = Selectable<AccountsTable>;

export async function accountsWithKeys(tx: Tx, psuId: string, keys: readonly string[]): Promise<readonly AccountRow[]> {
  if (keys.length === 0) return [];
  return tx.selectFrom("accounts").selectAll().where("psuId", "=", psuId).where("accountKey", "in", keys).forUpdate().execute();
}

/** What the bank says of an account now, under the consent that listed it. */
export interface ListedAccount {
  readonly psuId: string;
  readonly accountId: string;
  readonly accountKey: string;
  readonly aspspId: string;
  readonly consentId: string;
  readonly account: AspspAccount;
  readonly toldAs: string;
  readonly at: Temporal.Instant;
}

export async function recordAccount(tx: Tx, { psuId, accountId, accountKey, aspspId, consentId, account, toldAs, at }: ListedAccount): Promise<void> {
  const told = {
    consentId,
    resourceId: account.resourceId,
    kind: account.kind,
    iban: account.iban,
    maskedPan: account.maskedPan,
    bic: account.bic,
    name: account.name,
    ownerName: account.ownerName,
    rawHash: account.raw.hash,
    rawPointer: account.raw.pointer,
    connected: true,
    toldAs,
  };
  await tx
    .insertInto("accounts")
    .values({ psuId, accountId, accountKey, aspspId, currency: account.currency, discoveredAt: at, transactionCount: 0, ...told })
    .onConflict((conflict) => conflict.columns(["psuId", "accountId"]).doUpdateSet(told))
    .execute();
}

/** Adds to what is told about the transactions of an account. */
export async function countTransactions(tx: Tx, psuId: string, accountId: string, change: number, oldest: string | null): Promise<void> {
  await sql`
    update accounts set transaction_count = transaction_count + ${change}, oldest_booking_date = least(oldest_booking_date, ${oldest}::date)
    where psu_id = ${psuId} and account_id = ${accountId}`.execute(tx);
}

export async function markRead(tx: Tx, psuId: string, accountId: string, readAt: Temporal.Instant): Promise<void> {
  await tx.updateTable("accounts").set({ readAt, incompleteSince: null }).where("psuId", "=", psuId).where("accountId", "=", accountId).execute();
}

export async function markIncomplete(tx: Tx, psuId: string, accountId: string, since: Temporal.Instant): Promise<void> {
  await sql`update accounts set incomplete_since = coalesce(incomplete_since, ${since}) where psu_id = ${psuId} and account_id = ${accountId}`.execute(tx);
}

export async function disconnectAccounts(tx: Tx, psuId: string, consentId: string): Promise<void> {
  await tx.updateTable("accounts").set({ connected: false }).where("psuId", "=", psuId).where("consentId", "=", consentId).execute();
}

export async function accountIdsOfConsent(db: Db, psuId: string, consentId: string): Promise<readonly string[]> {
  const rows = await db.selectFrom("accounts").select("accountId").where("psuId", "=", psuId).where("consentId", "=", consentId).orderBy("accountId").execute();
  return rows.map((row) => row.accountId);
}

export async function listAccounts(db: Db, psuId: string): Promise<readonly LedgerAccount[]> {
  const accounts = db.selectFrom("accounts").select(columnNames(ledgerColumns.accounts)).where("psuId", "=", psuId);
  return withBalances(db, await accounts.orderBy("discoveredAt").orderBy("accountId").execute());
}

export async function getAccount(db: Db, psuId: string, accountId: string): Promise<LedgerAccount | undefined> {
  const [account] = await withBalances(db, await db.selectFrom("accounts").selectAll().where("psuId", "=", psuId).where("accountId", "=", accountId).execute());
  return account;
}

export async function hasAccount(db: Db, psuId: string, accountId: string): Promise<boolean> {
  return (await db.selectFrom("accounts").select("accountId").where("psuId", "=", psuId).where("accountId", "=", accountId).executeTakeFirst()) !== undefined;
}

/** How many of the given accounts are the person's. */
export async function countOwned(db: Db, psuId: string, accountIds: readonly string[]): Promise<number> {
  const rows = await db.selectFrom("accounts").select("accountId").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
  return rows.length;
}

/** All people's accounts in id order. */
export async function accountsAfter(db: Db, after: string | undefined, limit: number): Promise<readonly LedgerAccount[]> {
  let query = db.selectFrom("accounts").selectAll().orderBy("accountId").limit(limit);
  if (after !== undefined) query = query.where("accountId", ">", after);
  return withBalances(db, await query.execute());
}

interface LatestBalance {
  readonly psuId: string;
  readonly accountId: string;
  readonly type: BalanceType;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly asOf: Temporal.Instant;
}

/** With the newest statement of each type; all of them when the bank contradicts itself at one time. */
async function withBalances(db: Db, accounts: readonly AccountRow[]): Promise<readonly LedgerAccount[]> {
  if (accounts.length === 0) return [];
  const { rows } = await sql<LatestBalance>`
    select b.psu_id, b.account_id, b.type, b.amount_minor, b.currency, b.as_of
    from unnest(${accounts.map(({ psuId }) => psuId)}::uuid[], ${accounts.map(({ accountId }) => accountId)}::uuid[]) as account (psu_id, account_id)
    cross join unnest(array['closingBooked', 'openingBooked', 'interimBooked', 'interimAvailable', 'expected', 'forwardAvailable']) as kind (type)
    cross join lateral (
      select as_of from balances l where l.psu_id = account.psu_id and l.account_id = account.account_id and l.type = kind.type order by as_of desc limit 1
    ) latest
    join balances b on b.psu_id = account.psu_id and b.account_id = account.account_id and b.type = kind.type and b.as_of = latest.as_of
    order by b.type, b.recorded_at`.execute(db);
  const byAccount = Map.groupBy(rows, (row) => row.accountId);
  return accounts.map((account) => toLedgerAccount(account, byAccount.get(account.accountId) ?? []));
}

function toLedgerAccount(account: AccountRow, balances: readonly LatestBalance[]): LedgerAccount {
  return {
    accountId: account.accountId,
    psuId: account.psuId,
    consentId: account.consentId,
    aspspId: account.aspspId,
    kind: account.kind,
    iban: account.iban,
    maskedPan: account.maskedPan,
    bic: account.bic,
    currency: account.currency,
    name: account.name,
    ownerName: account.ownerName,
    balances: balances.map(({ type, amountMinor, currency, asOf }) => ({ type, amount: toWire({ minor: amountMinor, currency }), asOf: asOf.toString() })),
    transactions: account.transactionCount,
    oldestBookingDate: account.oldestBookingDate,
    readAt: account.readAt?.toString() ?? null,
    incompleteSince: account.incompleteSince?.toString() ?? null,
    connected: account.connected,
  };
}
