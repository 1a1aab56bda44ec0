import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { SealedValue } from "../vault/vault.ts";
import type { Tables, TppSecretsTable } from "./tables.ts";

export type RegistrationStepName = "certificates" | "software-statement" | "registration-request" | "submission" | "validation" | "activation";

/** Makes the registration known; a registration stays with the bank it began at. @returns that bank */
export async function ensureRegistration(tx: Executor<Tables>, registrationId: string, aspspId: string, now: Temporal.Instant): Promise<string> {
  await tx
    .insertInto("registrations")
    .values({ registrationId, aspspId, createdAt: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await tx.selectFrom("registrations").select("aspspId").where("registrationId", "=", registrationId).executeTakeFirstOrThrow();
  return row.aspspId;
}

export async function getStepOutcome(db: Executor<Tables>, registrationId: string, step: RegistrationStepName): Promise<Record<string, unknown> | undefined> {
  const row = await db
    .selectFrom("registrationSteps")
    .select("outcome")
    .where("registrationId", "=", registrationId)
    .where("step", "=", step)
    .executeTakeFirst();
  return row?.outcome;
}

export async function saveStepOutcome(
  tx: Executor<Tables>,
  registrationId: string,
  step: RegistrationStepName,
  outcome: Record<string, unknown>,
  now: Temporal.Instant,
): Promise<void> {
  const values = { outcome: jsonb(outcome), finishedAt: now };
  await tx
    .insertInto("registrationSteps")
    .values({ registrationId, step, ...values })
    .onConflict((conflict) => conflict.columns(["registrationId", "step"]).doUpdateSet(values))
    .execute();
}

/** A lock that the death of its holder frees at once. `held` must be one connection. */
export async function tryLockStep(held: Executor<Tables>, registrationId: string, step: RegistrationStepName): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(hashtextextended(${`step ${registrationId} ${step}`}, 0)) as locked`.execute(
    held,
  );
  return rows[0]?.locked === true;
}

export async function unlockStep(held: Executor<Tables>, registrationId: string, step: RegistrationStepName): Promise<void> {
  await sql`select pg_advisory_unlock(hashtextextended(${`step ${registrationId} ${step}`}, 0))`.execute(held);
}

export async function saveSecret(
  tx: Executor<Tables>,
  registrationId: string,
  name: TppSecretsTable["name"],
  value: SealedValue,
  now: Temporal.Instant,
): Promise<void> {
  await tx
    .insertInto("tppSecrets")
    .values({ registrationId, name, ...value, createdAt: now })
    .onConflict((conflict) => conflict.columns(["registrationId", "name"]).doUpdateSet({ ...value, createdAt: now }))
    .execute();
}

export async function getSecret(db: Executor<Tables>, registrationId: string, name: TppSecretsTable["name"]): Promise<SealedValue | undefined> {
  return db.selectFrom("tppSecrets").select(["dataKeyId", "sealed"]).where("registrationId", "=", registrationId).where("name", "=", name).executeTakeFirst();
}

export async function findRegistration(db: Executor<Tables>, registrationId: string): Promise<{ aspspId: string } | undefined> {
  return db.selectFrom("registrations").select("aspspId").where("registrationId", "=", registrationId).executeTakeFirst();
}

export async function activeRegistrationOf(db: Executor<Tables>, aspspId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("registrations")
    .select("registrationId")
    .where("aspspId", "=", aspspId)
    .where("activatedAt", "is not", null)
    .where("retiredAt", "is", null)
    .executeTakeFirst();
  return row?.registrationId;
}

export async function registeredAspspIds(db: Executor<Tables>): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom("registrations").select("aspspId").where("activatedAt", "is not", null).where("retiredAt", "is", null).execute();
  return new Set(rows.map(({ aspspId }) => aspspId));
}

/** From now on this one serves, whichever served before. Consents that began under an older one keep it. */
export async function activateRegistration(tx: Executor<Tables>, registrationId: string, aspspId: string, now: Temporal.Instant): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`registration ${aspspId}`}, 0))`.execute(tx);
  await tx
    .updateTable("registrations")
    .set({ retiredAt: now })
    .where("aspspId", "=", aspspId)
    .where("registrationId", "!=", registrationId)
    .where("activatedAt", "is not", null)
    .where("retiredAt", "is", null)
    .execute();
  await tx.updateTable("registrations").set({ activatedAt: now, retiredAt: null }).where("registrationId", "=", registrationId).execute();
}
