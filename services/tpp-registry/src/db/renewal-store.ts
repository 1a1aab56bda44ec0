import type { PlanDifference, RegistrationScheme, RegistrationTerms } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import { ownCertificatesAmong } from "../domain/own-certificate.ts";
import type { OwnCertificateInUse, RenewalState } from "../domain/renewal.ts";
import { listOwnCertificates } from "./own-certificate-store.ts";
import { headStatus } from "./registration-store.ts";
import type { TppRegistryTables } from "./tables.ts";

export interface HeldRegistration extends RenewalState {
  readonly registrationId: string;
  readonly aspspId: string;
  /** Of the certificates it uses. */
  readonly thumbprints: readonly string[];
}

/** The registration that was completed last at a bank; it serves unless it has ended. */
export interface HeadRegistration {
  readonly registrationId: string;
  readonly aspspId: string;
  readonly status: "running" | "completed" | "failed" | "ended";
  readonly endedReason: "left" | "forgotten" | null;
  readonly scheme: RegistrationScheme;
  readonly terms: RegistrationTerms | null;
  readonly repairs: readonly PlanDifference[];
  readonly completedAt: Temporal.Instant | null;
  readonly endsAt: Temporal.Instant | null;
  readonly refusals: number;
  readonly lastRefusalAt: Temporal.Instant | null;
  readonly fruitlessRenewals: number;
  /** Of the certificates it uses. */
  readonly thumbprints: readonly string[];
  readonly ownCertificates: readonly OwnCertificateInUse[];
}

/** The head of each bank, or of one. */
export async function listHeads(db: Executor<TppRegistryTables>, aspspId: string | null = null): Promise<readonly HeadRegistration[]> {
  const rows = await db
    .selectFrom("registrations")
    .distinctOn("aspspId")
    .select(["registrationId", "aspspId", "status", "endedReason", "scheme", "terms", "repairs", "completedAt", "fruitlessRenewals"])
    .select((eb) => [
      eb
        .selectFrom("certificates")
        .whereRef("certificates.registrationId", "=", "registrations.registrationId")
        .where("inUse", "=", true)
        .select(({ fn }) => fn.min("notAfter").as("endsAt"))
        .as("endsAt"),
      eb
        .selectFrom("certificates")
        .whereRef("certificates.registrationId", "=", "registrations.registrationId")
        .where("inUse", "=", true)
        .select(({ fn }) => fn.agg<string[]>("array_agg", ["thumbprint"]).as("thumbprints"))
        .as("thumbprints"),
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
    .where("completedAt", "is not", null)
    .$if(aspspId !== null, (query) => query.where("aspspId", "=", aspspId))
    .orderBy("aspspId")
    .orderBy("completedAt", "desc")
    .orderBy("registrationId", "desc")
    .execute();
  const own = await listOwnCertificates(db);
  return rows.map(({ thumbprints, ...row }) => ({
    ...row,
    refusals: Number(row.refusals ?? 0n),
    thumbprints: thumbprints ?? [],
    ownCertificates: ownCertificatesAmong(thumbprints ?? [], own),
  }));
}

/** As far as its renewal is concerned; null for one without a certificate that could end. */
export function renewalOf({ completedAt, endsAt, refusals, lastRefusalAt, fruitlessRenewals, ownCertificates }: HeadRegistration): RenewalState | null {
  return completedAt === null || endsAt === null
    ? null
    : { heldSince: completedAt, endsAt, refusals, lastRefusalAt, fruitless: fruitlessRenewals, ownCertificates };
}

/** The registration in use at each bank, with the end of its certificates. */
export async function listHeld(db: Executor<TppRegistryTables>): Promise<readonly HeldRegistration[]> {
  return (await listHeads(db)).flatMap((head) => {
    const { registrationId, aspspId, status, thumbprints } = head;
    const renewal = renewalOf(head);
    return status !== "completed" || renewal === null ? [] : [{ ...renewal, registrationId, aspspId, thumbprints }];
  });
}

/** Banks where the last registration failed and none is in use. */
export async function listFailed(db: Executor<TppRegistryTables>): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("registrations")
    .distinctOn("aspspId")
    .select(["aspspId", "status"])
    // What served before the one that has ended is still complete, and serves no new consent.
    .select(headStatus)
    .orderBy("aspspId")
    .orderBy("startedAt", "desc")
    .orderBy("registrationId", "desc")
    .execute();
  return rows.filter(({ status, headStatus }) => status === "failed" && headStatus !== "completed").map(({ aspspId }) => aspspId);
}

export interface Rotation {
  readonly purpose: "qwac" | "qsealc";
  readonly certificateId: string;
  readonly replaces: string;
  readonly notAfter: Temporal.Instant;
  readonly replacedNotAfter: Temporal.Instant;
}

/** Which certificate in use takes the place of which. */
export async function listRotations(tx: Transaction<TppRegistryTables>, registrationId: string, replaced: string): Promise<readonly Rotation[]> {
  return tx
    .selectFrom("certificates as next")
    .innerJoin("certificates as old", (join) =>
      join.onRef("old.purpose", "=", "next.purpose").on("old.registrationId", "=", replaced).on("old.inUse", "=", true),
    )
    .select(["next.purpose", "next.certificateId", "old.certificateId as replaces", "next.notAfter", "old.notAfter as replacedNotAfter"])
    .where("next.registrationId", "=", registrationId)
    .where("next.inUse", "=", true)
    .orderBy("next.purpose")
    .execute();
}
