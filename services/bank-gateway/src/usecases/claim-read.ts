import { inTransaction } from '@opl/postgres';
import { insertRead, lockReads, unattendedReadsSince } from '../db/budget-store.ts';
import { mayReadUnattended, windowStart } from '../domain/request-budget.ts';
import { errors } from '../errors.ts';
import type { GatewayContext } from './context.ts';

export interface ReadOf {
  readonly consentId: string;
  readonly resource: 'accounts' | 'transactions';
  /** The account; `-` for the list of all. */
  readonly resourceId: string;
  readonly attended: boolean;
}

/**
 * Writes a read down before the bank is asked, so that no crash can lose count (TM-18). Reads without the person are refused
 * beyond the daily budget; with the person they are free.
 * @returns the id of the read
 */
export async function claimRead({ db, clock, newId }: Pick<GatewayContext, 'db' | 'clock' | 'newId'>, read: ReadOf): Promise<string> {
  const now = clock.now();
  const row = { ...read, readId: newId(), startedAt: now };
  await inTransaction(db, async (tx) => {
    if (!read.attended) {
      await lockReads(tx, read.consentId);
      const verdict = mayReadUnattended(await unattendedReadsSince(tx, read, windowStart(now)), now);
      if (!verdict.allowed) throw errors.ERR_ASPSP_RATE_LIMITED({ details: { by: 'budget' }, retryAfterSeconds: verdict.retryAfterSeconds ?? 3600 });
    }
    await insertRead(tx, row);
  });
  return row.readId;
}
