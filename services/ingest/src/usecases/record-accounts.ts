import type { NewEvent } from "@opl/messaging";
import { publish } from "@opl/messaging";
import { toWire } from "@opl/money";
import { inTransaction } from "@opl/postgres";
import type { FetchedAccounts } from "../clients/bank-gateway.ts";
import { keyAccounts } from "../domain/account.ts";
import { readBalances } from "../domain/balance.ts";
import { nameOf } from "../domain/name-id.ts";
import { accountsWithKeys, recordAccount } from "../db/account-store.ts";
import { addBalances } from "../db/balance-store.ts";
import { holdConsent } from "../db/consent-store.ts";
import { recordSyncAccounts } from "../db/reading-store.ts";
import type { SyncRow } from "../db/sync-store.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";

export interface RunningSync extends Pick<SyncRow, "psuId" | "syncId" | "consentId" | "aspspId"> {
  readonly runId: string;
}

/**
 * Stores what the bank said of the accounts of a consent, with their balances, and tells everybody at once: figures first,
 * history later. An account that is not listed stays as it is: a shorter list, or an empty one, deletes nothing.
 * @throws ERR_SYNC_CONSENT_ENDED, ERR_SYNC_TAKEN_OVER; AmountError for a balance that is not exact
 */
export async function recordAccounts(
  { db, clock, nameId, newId }: Pick<IngestContext, "db" | "clock" | "nameId" | "newId">,
  sync: RunningSync,
  fetched: FetchedAccounts,
): Promise<void> {
  const { psuId, syncId, consentId, aspspId } = sync;
  const balancesOf = new Map(fetched.accounts.map(({ account, balances }) => [account.resourceId, balances]));
  const keyed = keyAccounts(
    { psuId, aspspId },
    fetched.accounts.map(({ account }) => account),
    nameId,
  );
  await inTransaction(db, async (tx) => {
    if ((await holdConsent(tx, psuId, consentId)) === undefined) throw errors.ERR_SYNC_CONSENT_ENDED();
    const at = clock.now();
    const known = new Map(
      (
        await accountsWithKeys(
          tx,
          psuId,
          keyed.map(({ key }) => key),
        )
      ).map((row) => [row.accountKey, row]),
    );
    const events: NewEvent[] = [];
    const listed: { readonly accountId: string; readonly resourceId: string }[] = [];
    for (const { key, account } of keyed) {
      const before = known.get(key);
      const accountId = before?.accountId ?? newId();
      listed.push({ accountId, resourceId: account.resourceId });
      const { kind, name, iban, maskedPan, ownerName, currency } = account;
      const data = { accountId, consentId, psuId, aspspId, kind, currency, name, iban, maskedPan, ownerName };
      const toldAs = nameId(nameOf("account-told", JSON.stringify(data)));
      await recordAccount(tx, { psuId, accountId, accountKey: key, aspspId, consentId, account, toldAs, at });
      if (before?.toldAs !== toldAs) {
        const id = nameId(nameOf("account-discovered", syncId, accountId));
        events.push({ type: "ingest.account-discovered", id, subject: accountId, psuId, time: at, data });
      }
      const added = await addBalances(
        tx,
        { psuId, accountId, syncId, recordedAt: at },
        readBalances(accountId, balancesOf.get(account.resourceId) ?? [], nameId),
      );
      for (const { balanceId, type, amount, asOf } of added) {
        const id = nameId(nameOf("balance-recorded", balanceId));
        events.push({
          type: "ingest.balance-recorded",
          id,
          subject: accountId,
          psuId,
          time: at,
          data: { accountId, psuId, balanceType: type, amount: toWire(amount), asOf },
        });
      }
    }
    if (!(await recordSyncAccounts(tx, sync, at, listed))) throw errors.ERR_SYNC_TAKEN_OVER();
    await publish(tx, events);
  });
}
