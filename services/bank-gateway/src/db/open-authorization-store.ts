import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { SealedValue } from "../vault/vault.ts";
import type { Tables } from "./tables.ts";

export interface OpenAuthorization extends SealedValue {
  readonly requestUriHash: Buffer | null;
  readonly pollIntervalSeconds: number | null;
  readonly nextPollAt: Temporal.Instant | null;
  readonly endsAt: Temporal.Instant;
}

/** False where the bank names this request as it named one before. */
export async function insertOpenAuthorization(tx: Executor<Tables>, consentId: string, open: OpenAuthorization): Promise<boolean> {
  const row = await tx
    .insertInto("openAuthorizations")
    .values({ consentId, ...open })
    .onConflict((conflict) => conflict.column("requestUriHash").doNothing())
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

/** What was remembered, for the one time it is used. */
export async function takeOpenAuthorization(tx: Executor<Tables>, consentId: string): Promise<SealedValue | undefined> {
  return tx.deleteFrom("openAuthorizations").where("consentId", "=", consentId).returning(["dataKeyId", "sealed"]).executeTakeFirst();
}

export async function getOpenAuthorization(db: Executor<Tables>, consentId: string): Promise<OpenAuthorization | undefined> {
  return db
    .selectFrom("openAuthorizations")
    .select(["dataKeyId", "sealed", "requestUriHash", "pollIntervalSeconds", "nextPollAt", "endsAt"])
    .where("consentId", "=", consentId)
    .executeTakeFirst();
}

/** Takes the turn to ask the bank, once per interval, whoever asks and however often (OA-74). */
export async function takePollTurn(db: Executor<Tables>, consentId: string, now: Temporal.Instant): Promise<OpenAuthorization | undefined> {
  return db
    .updateTable("openAuthorizations")
    .set({ nextPollAt: sql`${now.toString()}::timestamptz + make_interval(secs => poll_interval_seconds)` })
    .where("consentId", "=", consentId)
    .where("nextPollAt", "<=", now)
    .where("endsAt", ">", now)
    .returning(["dataKeyId", "sealed", "requestUriHash", "pollIntervalSeconds", "nextPollAt", "endsAt"])
    .executeTakeFirst();
}

/** The bank wants to be asked less often from now on (CIBA 11: five seconds more each time). */
export async function slowPollingDown(db: Executor<Tables>, consentId: string, now: Temporal.Instant): Promise<void> {
  await db
    .updateTable("openAuthorizations")
    .set({
      pollIntervalSeconds: sql`poll_interval_seconds + 5`,
      nextPollAt: sql`${now.toString()}::timestamptz + make_interval(secs => poll_interval_seconds + 5)`,
    })
    .where("consentId", "=", consentId)
    .execute();
}

export async function deleteLapsedAuthorizations(db: Executor<Tables>, before: Temporal.Instant): Promise<void> {
  await db.deleteFrom("openAuthorizations").where("endsAt", "<", before).execute();
}
