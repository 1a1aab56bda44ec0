import type { Executor } from "@opl/postgres";
import type { ConsentKind } from "../adapters/consent-kind.ts";
import type { SealedValue } from "../vault/vault.ts";
import { sql } from "kysely";
import type { Tables } from "./tables.ts";

/** A consent the bank has still to be told about. It names no person: it outlives one who asked to be forgotten. */
export interface RevocationDue extends SealedValue {
  readonly aspspId: string;
  readonly aspspConsentId: string;
  readonly kind: ConsentKind;
  readonly registrationId: string;
  readonly attempts: number;
  readonly giveUpAt: Temporal.Instant;
  /** When it is due; of one that was taken, until when it is held. What comes in meanwhile is due otherwise, and not the holder's to settle. */
  readonly dueAt: Temporal.Instant;
}

/** What whoever tells it holds. */
type Held = Pick<RevocationDue, "aspspId" | "aspspConsentId" | "dueAt">;

const columns = ["aspspId", "aspspConsentId", "kind", "registrationId", "dataKeyId", "sealed", "attempts", "giveUpAt", "dueAt"] as const;

/** Notes what the bank must be told. With a token it takes the place of one without: only that one can be told at every bank. */
export async function insertRevocation(
  tx: Executor<Tables>,
  revocation: Omit<RevocationDue, "attempts">,
  { hasToken }: { readonly hasToken: boolean },
): Promise<void> {
  const { dataKeyId, sealed, dueAt } = revocation;
  await tx
    .insertInto("revocationsDue")
    .values({ ...revocation, attempts: 0 })
    .onConflict((conflict) => {
      const known = conflict.columns(["aspspId", "aspspConsentId"]);
      return hasToken ? known.doUpdateSet({ dataKeyId, sealed, dueAt, attempts: 0 }) : known.doNothing();
    })
    .execute();
}

/** Banks that something is due to be told to. */
export async function banksOfDueRevocations(db: Executor<Tables>, now: Temporal.Instant): Promise<readonly string[]> {
  const rows = await db.selectFrom("revocationsDue").select("aspspId").distinct().where("dueAt", "<=", now).execute();
  return rows.map(({ aspspId }) => aspspId);
}

/** Takes what a bank is due to be told first, for this process alone until `retryAt`. */
export async function takeDueRevocation(
  db: Executor<Tables>,
  aspspId: string,
  now: Temporal.Instant,
  retryAt: Temporal.Instant,
): Promise<RevocationDue | undefined> {
  return db
    .updateTable("revocationsDue")
    .set({ dueAt: retryAt, attempts: sql`attempts + 1` })
    .where("aspspId", "=", aspspId)
    .where("aspspConsentId", "=", (eb) =>
      eb
        .selectFrom("revocationsDue")
        .select("aspspConsentId")
        .where("aspspId", "=", aspspId)
        .where("dueAt", "<=", now)
        .orderBy("dueAt")
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning(columns)
    .executeTakeFirst();
}

/** Takes one, due or not, for this process alone until `retryAt`. */
export async function takeRevocation(
  db: Executor<Tables>,
  { aspspId, aspspConsentId }: Pick<RevocationDue, "aspspId" | "aspspConsentId">,
  retryAt: Temporal.Instant,
): Promise<RevocationDue | undefined> {
  return db
    .updateTable("revocationsDue")
    .set({ dueAt: retryAt, attempts: sql`attempts + 1` })
    .where("aspspId", "=", aspspId)
    .where("aspspConsentId", "=", aspspConsentId)
    .returning(columns)
    .executeTakeFirst();
}

/** Puts newer tokens in the place of those that were sealed at the end of the consent. */
export async function resealRevocation(db: Executor<Tables>, held: Held, { dataKeyId, sealed }: SealedValue): Promise<void> {
  await db
    .updateTable("revocationsDue")
    .set({ dataKeyId, sealed })
    .where((eb) => eb.and(stillHeld(held)))
    .execute();
}

export async function postponeRevocation(db: Executor<Tables>, held: Held, dueAt: Temporal.Instant, lastError: string): Promise<void> {
  await db
    .updateTable("revocationsDue")
    .set({ dueAt, lastError })
    .where((eb) => eb.and(stillHeld(held)))
    .execute();
}

/** @returns false when something else is to be told by now */
export async function deleteRevocation(db: Executor<Tables>, held: Held): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("revocationsDue")
    .where((eb) => eb.and(stillHeld(held)))
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** A token that came while the bank was told without one is told of anew. */
const stillHeld = ({ aspspId, aspspConsentId, dueAt }: Held): Held => ({ aspspId, aspspConsentId, dueAt });
