import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { insertRead, unattendedReadsSince } from "../db/budget-store.ts";
import type { BankRead } from "../db/budget-store.ts";
import { lockConsent } from "../db/consent-store.ts";
import type { Tables } from "../db/tables.ts";
import { mayReadUnattended, windowStart } from "../domain/request-budget.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";

export interface ReadOf {
  readonly consentId: string;
  readonly resource: "accounts" | "transactions";
  /** The account; `-` for the list of all. */
  readonly resourceId: string;
  readonly attended: boolean;
}

/**
 * Writes a read down before the bank is asked, so that no crash can lose count (TM-18). Reads without the person are refused
 * beyond the daily budget; with the person they are free.
 * @returns the id of the read
 */
export async function claimRead({ db, clock, newId }: Pick<GatewayContext, "db" | "clock" | "newId">, read: ReadOf): Promise<string> {
  const row = { ...read, readId: newId(), startedAt: clock.now() };
  // One insert is a transaction by itself; the count has to be taken under a lock.
  if (read.attended) await insertRead(db, row);
  else await inTransaction(db, (tx) => claimUnattended(tx, row));
  return row.readId;
}

async function claimUnattended(tx: Transaction<Tables>, row: BankRead): Promise<void> {
  // Two of them cannot both take the last place.
  await lockConsent(tx, row.consentId);
  const verdict = mayReadUnattended(await unattendedReadsSince(tx, row, windowStart(row.startedAt)), row.startedAt);
  if (!verdict.allowed) throw errors.ERR_ASPSP_RATE_LIMITED({ details: { by: "budget" }, retryAfterSeconds: verdict.retryAfterSeconds ?? 3600 });
  await insertRead(tx, row);
}
