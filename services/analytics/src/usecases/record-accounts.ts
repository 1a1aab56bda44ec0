import type { EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { type AccountRow, erasedAccountsOf, putAccounts } from "../db/account-store.ts";
import { currentGeneration, lockPeople, markUnsettled } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "./context.ts";

export interface AccountFact extends EventData<"ingest.account-discovered"> {
  readonly version: bigint;
}

/** Takes accounts in. A new own account may turn entries told earlier into transfers, so the person is settled anew. */
export async function recordAccounts(ctx: Pick<AnalyticsContext, "clock" | "settling">, tx: Transaction<Tables>, facts: readonly AccountFact[]): Promise<void> {
  const known = await lockPeople(
    tx,
    facts.map((fact) => fact.psuId),
  );
  const erased = await erasedAccountsOf(tx, known);
  const generation = await currentGeneration(tx);
  const newest = new Map<string, AccountRow>();
  for (const { psuId, accountId, consentId, aspspId, kind, currency, name, iban, ownerName, version } of facts) {
    if (!known.has(psuId) || erased.has(accountId) || version <= (newest.get(accountId)?.version ?? 0n)) continue;
    newest.set(accountId, { psuId, accountId, consentId, aspspId, kind, currency, name, iban, ownerName, version, generation });
  }
  const changed = await putAccounts(tx, [...newest.values()]);
  await markUnsettled(tx, changed, { at: ctx.clock.now(), ...ctx.settling });
}
