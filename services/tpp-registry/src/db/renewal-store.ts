import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { RenewalState } from "../domain/renewal.ts";
import type { TppRegistryTables } from "./tables.ts";

export interface HeldRegistration extends RenewalState {
  readonly registrationId: string;
  readonly aspspId: string;
}

/** The registration in use at each bank: the one completed last. */
export async function listHeld(db: Executor<TppRegistryTables>): Promise<readonly HeldRegistration[]> {
  const rows = await db
    .selectFrom("registrations")
    .distinctOn("aspspId")
    .select(["registrationId", "aspspId", "completedAt"])
    .select((eb) => [
      eb
        .selectFrom("certificates")
        .whereRef("certificates.registrationId", "=", "registrations.registrationId")
        .where("inUse", "=", true)
        .select(({ fn }) => fn.min("notAfter").as("endsAt"))
        .as("endsAt"),
      eb
        .selectFrom("registrations as refused")
        .whereRef("refused.replaces", "=", "registrations.registrationId")
        .where("refused.status", "=", "failed")
        .select(({ fn }) => fn.countAll<bigint>().as("count"))
        .as("refusals"),
      eb
        .selectFrom("registrations as refused")
        .whereRef("refused.replaces", "=", "registrations.registrationId")
        .where("refused.status", "=", "failed")
        .select(({ fn }) => fn.max("refused.errorAt").as("errorAt"))
        .as("lastRefusalAt"),
    ])
    .where("status", "=", "completed")
    .orderBy("aspspId")
    .orderBy("completedAt", "desc")
    .execute();
  return rows.flatMap(({ completedAt, endsAt, refusals, ...row }) =>
    completedAt === null || endsAt === null ? [] : [{ ...row, heldSince: completedAt, endsAt, refusals: Number(refusals ?? 0n) }],
  );
}

export interface Rotation {
  readonly purpose: "qwac" | "qsealc";
  readonly certificateId: string;
  readonly replaces: string;
  readonly notAfter: Temporal.Instant;
}

/** Which certificate in use takes the place of which. */
export async function listRotations(tx: Transaction<TppRegistryTables>, registrationId: string, replaced: string): Promise<readonly Rotation[]> {
  return tx
    .selectFrom("certificates as next")
    .innerJoin("certificates as old", (join) =>
      join.onRef("old.purpose", "=", "next.purpose").on("old.registrationId", "=", replaced).on("old.inUse", "=", true),
    )
    .select(["next.purpose", "next.certificateId", "old.certificateId as replaces", "next.notAfter"])
    .where("next.registrationId", "=", registrationId)
    .where("next.inUse", "=", true)
    .orderBy("next.purpose")
    .execute();
}
