import { publish } from "@opl/messaging";
import type { Transaction } from "kysely";
import { accountIdsOfConsent, disconnectAccounts } from "../db/account-store.ts";
import { endConsent, holdPsu } from "../db/consent-store.ts";
import { deleteAccounts } from "../db/erasure-store.ts";
import type { IngestDatabase } from "../db/tables.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";
import { failOpenSync } from "./fail-open-sync.ts";

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
  const { psuId, consentId } = consent;
  const now = clock.now();
  if (!(await holdPsu(tx, psuId))) return;
  await endConsent(tx, { ...consent, endedAt: now });
  await failOpenSync(tx, consent, now, errors.ERR_SYNC_CONSENT_ENDED.code);
  if (keepData) return disconnectAccounts(tx, psuId, consentId);
  const accountIds = [...(await accountIdsOfConsent(tx, psuId, consentId))];
  await deleteAccounts(tx, psuId, accountIds);
  await publish(tx, { type: "ingest.accounts-erased", subject: consentId, psuId, data: { consentId, psuId, accountIds } });
}
