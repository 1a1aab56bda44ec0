import type { Executor } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import type { SealedValue } from "../vault/vault.ts";
import type { Tables } from "./tables.ts";

export type VerifierProbeRow = Selectable<Tables["verifierProbes"]>;
export type VerifierLie = VerifierProbeRow["lie"];
export type VerifierOutcome = NonNullable<VerifierProbeRow["outcome"]>;
type Begun = Pick<VerifierProbeRow, "aspspId" | "lie" | "registrationId" | "aspspConsentId" | "redirectUri" | "begunAt"> & SealedValue;

/** Takes the place of the last try of this lie. */
export async function saveBegunProbe(db: Executor<Tables>, begun: Begun): Promise<void> {
  const row = { ...begun, outcome: null, endedAt: null };
  await db
    .insertInto("verifierProbes")
    .values(row)
    .onConflict((conflict) => conflict.columns(["aspspId", "lie"]).doUpdateSet(row))
    .execute();
}

/** The try that waits for its address, for the one time it is brought. */
export async function takeBegunProbe(tx: Transaction<Tables>, aspspId: string, lie: VerifierLie): Promise<Begun | undefined> {
  const row = await tx.selectFrom("verifierProbes").selectAll().where("aspspId", "=", aspspId).where("lie", "=", lie).forUpdate().executeTakeFirst();
  if (row === undefined || row.dataKeyId === null || row.sealed === null) return undefined;
  await tx.updateTable("verifierProbes").set({ dataKeyId: null, sealed: null }).where("aspspId", "=", aspspId).where("lie", "=", lie).execute();
  return { ...row, dataKeyId: row.dataKeyId, sealed: row.sealed };
}

/** Of this very try: where another has taken its place meanwhile, that one has no outcome yet. */
export async function saveProbeOutcome(
  db: Executor<Tables>,
  { aspspId, lie, aspspConsentId }: Pick<Begun, "aspspId" | "lie" | "aspspConsentId">,
  outcome: VerifierOutcome,
  now: Temporal.Instant,
): Promise<void> {
  await db
    .updateTable("verifierProbes")
    .set({ outcome, endedAt: now })
    .where("aspspId", "=", aspspId)
    .where("lie", "=", lie)
    .where("aspspConsentId", "=", aspspConsentId)
    .execute();
}

export async function listVerifierProbes(db: Executor<Tables>, aspspId: string): Promise<readonly VerifierProbeRow[]> {
  return db.selectFrom("verifierProbes").selectAll().where("aspspId", "=", aspspId).execute();
}
