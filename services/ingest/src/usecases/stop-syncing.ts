import { publish } from "@opl/messaging";
import type { Transaction } from "kysely";
import { accountIdsOfConsent, disconnectAccounts } from "../db/account-store.ts";
import { endConsent, holdPsu } from "../db/consent-store.ts";
import { deleteAccounts } from "../db/erasure-store.ts";
import { failSync, takeOpenSync } from "../db/sync-store.ts";
import type { IngestDatabase } from "../db/tables.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";

export interface ConsentEnd {
  readonly psuId: string;
  readonly consentId: string;
  readonly aspspId: string;
  readonly replacedBy: string | null;
  /** The figures stay as they were; false erases them. */
  readonly keepData: boolean;
}

/**
 * A consent ended: nothing is read or stored any more. Waits for a page that is being stored at this moment; every later
 * one finds the consent ended.
 */
export async function stopSyncing(
  { clock }: Pick<IngestContext, "clock">,
  tx: Transaction<IngestDatabase>,
  { keepData, ...consent }: ConsentEnd,
): Promise<void> {
  const { psuId, consentId, aspspId } = consent;
  const now = clock.now();
  if (!(await holdPsu(tx, psuId))) return;
  await endConsent(tx, { ...consent, endedAt: now });
  const open = await takeOpenSync(tx, psuId, consentId);
  if (open !== undefined) {
    const { code } = errors.ERR_SYNC_CONSENT_ENDED;
    await failSync(tx, open, now, code);
    const listedAt = open.accountsAt?.toString() ?? null;
    await publish(tx, { type: "ingest.sync-failed", subject: open.syncId, psuId, data: { syncId: open.syncId, consentId, psuId, aspspId, code, listedAt } });
  }
  if (keepData) return disconnectAccounts(tx, psuId, consentId);
  const accountIds = [...(await accountIdsOfConsent(tx, psuId, consentId))];
  await deleteAccounts(tx, psuId, accountIds);
  await publish(tx, { type: "ingest.accounts-erased", subject: consentId, psuId, data: { consentId, psuId, accountIds } });
}
