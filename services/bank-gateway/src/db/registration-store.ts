import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { SealedValue } from "../vault/vault.ts";
import type { AskedRegistration, Tables, TppSecretsTable } from "./tables.ts";

export type RegistrationStepName = "certificates" | "software-statement" | "registration-request" | "submission" | "validation" | "activation" | "end";

export interface KnownRegistration {
  readonly aspspId: string;
  readonly clientId: string | null;
  readonly activatedAt: Temporal.Instant | null;
  readonly retiredAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
}

/** Makes the registration known; a registration stays with the bank it began at. */
export async function ensureRegistration(tx: Executor<Tables>, registrationId: string, aspspId: string, now: Temporal.Instant): Promise<KnownRegistration> {
  await tx
    .insertInto("registrations")
    .values({ registrationId, aspspId, createdAt: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return tx.selectFrom("registrations").select(knownColumns).where("registrationId", "=", registrationId).executeTakeFirstOrThrow();
}

const knownColumns = ["aspspId", "clientId", "activatedAt", "retiredAt", "endedAt"] as const;

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

/** Another one as soon as any secret of the registration is another: each is sealed anew. */
export async function versionOfSecrets(db: Executor<Tables>, registrationId: string): Promise<string> {
  const digests = await db
    .selectFrom("tppSecrets")
    .select(sql<string>`encode(sha256(sealed), 'hex')`.as("digest"))
    .where("registrationId", "=", registrationId)
    .orderBy("name")
    .execute();
  return digests.map(({ digest }) => digest).join(" ");
}

export async function findRegistration(db: Executor<Tables>, registrationId: string): Promise<KnownRegistration | undefined> {
  return db.selectFrom("registrations").select(knownColumns).where("registrationId", "=", registrationId).executeTakeFirst();
}

export async function nameClient(tx: Executor<Tables>, registrationId: string, clientId: string): Promise<void> {
  await tx.updateTable("registrations").set({ clientId }).where("registrationId", "=", registrationId).execute();
}

/** Registrations that have not ended and share this client of the bank. */
export async function registrationsOfClient(db: Executor<Tables>, aspspId: string, clientId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("registrations")
    .select("registrationId")
    .where("aspspId", "=", aspspId)
    .where("clientId", "=", clientId)
    .where("endedAt", "is", null)
    .execute();
  return rows.map(({ registrationId }) => registrationId);
}

/** A request that makes a client and whose answer nobody has seen. */
export async function getSentRequest(db: Executor<Tables>, registrationId: string): Promise<string | undefined> {
  const row = await db.selectFrom("registrations").select("sentRequest").where("registrationId", "=", registrationId).executeTakeFirst();
  return row?.sentRequest ?? undefined;
}

export async function saveSentRequest(tx: Executor<Tables>, registrationId: string, sentRequest: string | null): Promise<void> {
  await tx.updateTable("registrations").set({ sentRequest }).where("registrationId", "=", registrationId).execute();
}

export async function getAsked(db: Executor<Tables>, registrationId: string): Promise<AskedRegistration | undefined> {
  const row = await db.selectFrom("registrations").select("asked").where("registrationId", "=", registrationId).executeTakeFirst();
  return row?.asked ?? undefined;
}

export async function saveAsked(tx: Executor<Tables>, registrationId: string, asked: AskedRegistration): Promise<void> {
  await tx
    .updateTable("registrations")
    .set({ asked: jsonb(asked) })
    .where("registrationId", "=", registrationId)
    .execute();
}

/** The registration that was activated last as this client. */
export async function newestOfClient(db: Executor<Tables>, aspspId: string, clientId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("registrations")
    .select("registrationId")
    .where("aspspId", "=", aspspId)
    .where("clientId", "=", clientId)
    .where("activatedAt", "is not", null)
    .orderBy("activatedAt", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.registrationId;
}

/** The other registration that serves as the same client of the bank. */
export async function servingAsClient(db: Executor<Tables>, registrationId: string, aspspId: string, clientId: string): Promise<string | undefined> {
  const serving = await activeRegistrationOf(db, aspspId);
  if (serving === undefined || serving === registrationId) return undefined;
  return (await findRegistration(db, serving))?.clientId === clientId ? serving : undefined;
}

/** What this step answered under the registration that began last before this one at the same bank. */
export async function previousOutcome(
  db: Executor<Tables>,
  registrationId: string,
  aspspId: string,
  step: RegistrationStepName,
): Promise<Record<string, unknown> | undefined> {
  const row = await db
    .selectFrom("registrationSteps")
    .innerJoin("registrations", "registrations.registrationId", "registrationSteps.registrationId")
    .select("registrationSteps.outcome")
    .where("registrations.aspspId", "=", aspspId)
    .where("registrations.registrationId", "!=", registrationId)
    .where("registrationSteps.step", "=", step)
    .orderBy("registrations.createdAt", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.outcome;
}

/** From now on no new consent begins under it, whatever the bank is told and when. @returns since when */
export async function retireForGood(tx: Executor<Tables>, registrationId: string, now: Temporal.Instant): Promise<Temporal.Instant> {
  const { endedAt } = await tx
    .updateTable("registrations")
    .set((eb) => ({
      endedAt: eb.fn.coalesce("endedAt", eb.val(now)),
      retiredAt: eb
        .case()
        .when("activatedAt", "is", null)
        .then(null)
        .else(eb.fn.coalesce("retiredAt", eb.val(now)))
        .end(),
    }))
    .where("registrationId", "=", registrationId)
    .returning("endedAt")
    .executeTakeFirstOrThrow();
  return endedAt ?? now;
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
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${` registration ${aspspId}`}::text, 0))`.execute(tx);
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
