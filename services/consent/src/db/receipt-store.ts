/** Receipts of a permission, one behind the other: written with the change they are about, signed later, each once. */
import type { ListedReceipt } from "@opl/contracts/model";
import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import type { ReceiptFacts } from "../domain/receipt.ts";
import type { ConsentKey } from "./consent-store.ts";
import type { ConsentTables, ReceiptsTable } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;

const tables = { consent: "consentReceipts", funds: "fundsReceipts" } as const;

/** Whose chain it is: of a consent, or of a permission to ask for funds by its own id. */
export interface ReceiptKey extends ConsentKey {
  readonly about: keyof typeof tables;
}

/** A receipt that waits for its signature, and what it is chained to. */
export interface WaitingReceipt extends ReceiptKey, Pick<Selectable<ReceiptsTable>, "position" | "receiptId" | "facts" | "tries"> {
  readonly aspspId: string;
  /** The signed receipt before it; null for the first. */
  readonly previousJws: string | null;
}

/** Call with the permission locked: positions are counted. `accounts` null: those that are known when it is signed, from `signFrom` on. */
export async function insertReceipt(
  tx: Tx,
  { about, psuId, consentId }: ReceiptKey,
  facts: ReceiptFacts & { readonly accounts: readonly string[] | null },
  signFrom: Temporal.Instant,
): Promise<void> {
  const { position } = await tx
    .selectFrom(tables[about])
    .select((eb) => eb.fn.countAll<bigint>().as("position"))
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto(tables[about])
    .values({ psuId, consentId, position: Number(position) + 1, facts: jsonb(facts), nextTryAt: signFrom })
    .execute();
}

/**
 * Takes one receipt for the caller alone until `leaseUntil`: whoever dies with it in hand leaves it to the next. None is taken
 * before the one it is chained to has its signature.
 */
export async function takeReceipt(db: Db, now: Temporal.Instant, leaseUntil: Temporal.Instant): Promise<WaitingReceipt | undefined> {
  return (await takeFrom(db, "consent", now, leaseUntil)) ?? takeFrom(db, "funds", now, leaseUntil);
}

async function takeFrom(db: Db, about: ReceiptKey["about"], now: Temporal.Instant, leaseUntil: Temporal.Instant): Promise<WaitingReceipt | undefined> {
  const receipts = sql.table(tables[about]);
  const permission =
    about === "consent" ? sql`consents c using (psu_id, consent_id)` : sql`funds_consents c on c.psu_id = due.psu_id and c.funds_consent_id = due.consent_id`;
  const { rows } = await sql<Omit<WaitingReceipt, "about">>`
    with due as (
      select r.psu_id, r.consent_id, r.position, p.jws as previous_jws
      from ${receipts} r
      left join ${receipts} p on p.psu_id = r.psu_id and p.consent_id = r.consent_id and p.position = r.position - 1
      where r.jws is null and r.next_try_at <= ${now} and (r.position = 1 or p.jws is not null)
      order by r.next_try_at limit 1 for update of r skip locked
    )
    update ${receipts} t set tries = t.tries + 1, next_try_at = ${leaseUntil}
    from due join ${permission}
    where t.psu_id = due.psu_id and t.consent_id = due.consent_id and t.position = due.position
    returning t.psu_id, t.consent_id, t.position, t.receipt_id, t.facts, t.tries, c.aspsp_id, due.previous_jws`.execute(db);
  const [taken] = rows;
  return taken === undefined ? undefined : { about, ...taken };
}

type Place = Pick<WaitingReceipt, "about" | "psuId" | "consentId" | "position">;

/** Keeps the first signature; a later one over the same receipt is thrown away, so that the chain has no branch. */
export async function keepSignature(db: Db, { about, psuId, consentId, position }: Place, jws: string, now: Temporal.Instant): Promise<void> {
  await db
    .updateTable(tables[about])
    .set({ jws, signedAt: now })
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .where("position", "=", position)
    .where("jws", "is", null)
    .execute();
}

export async function postponeReceipt(db: Db, { about, psuId, consentId, position }: Place, nextTryAt: Temporal.Instant): Promise<void> {
  await db
    .updateTable(tables[about])
    .set({ nextTryAt })
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .where("position", "=", position)
    .where("jws", "is", null)
    .execute();
}

/** In the order of the chain. */
export async function listReceipts(db: Db, { about, psuId, consentId }: ReceiptKey): Promise<readonly ListedReceipt[]> {
  const rows = await db
    .selectFrom(tables[about])
    .select(["receiptId", "position", "facts", "jws"])
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .orderBy("position")
    .execute();
  return rows.map(({ receiptId, position, facts, jws }) => ({ receiptId, sequence: position, happened: facts.happened, at: facts.at, jws }));
}

export async function listMaskedNumbers(db: Db, { psuId, consentId }: ConsentKey): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("consentAccounts")
    .select("maskedNumber")
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .orderBy("maskedNumber")
    .execute();
  return rows.flatMap(({ maskedNumber }) => (maskedNumber === null ? [] : [maskedNumber]));
}
