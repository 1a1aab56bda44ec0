import type { Transaction } from "kysely";
import { requestFarewell } from "../db/farewell-store.ts";
import { lockFundsConsent, saveFundsConsent } from "../db/funds-store.ts";
import type { FundsKey } from "../db/funds-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { decideFunds } from "../domain/funds-consent.ts";
import type { FundsCommand, FundsDecision } from "../domain/funds-consent.ts";

/** The only way to change a permission to ask for funds: lock, decide, save; whatever ended, the gateway is told to forget. Undefined: there is none. */
export async function applyToFunds(tx: Transaction<ConsentTables>, key: FundsKey, command: FundsCommand): Promise<FundsDecision | undefined> {
  const consent = await lockFundsConsent(tx, key);
  if (consent === undefined) return undefined;
  const decision = decideFunds(consent, command);
  if (decision.kind !== "changed") return decision;
  await saveFundsConsent(tx, decision.consent);
  if (decision.consent.status !== "valid") await requestFarewell(tx, { psuId: key.psuId, about: "funds", aboutId: key.fundsConsentId }, false, command.at);
  return decision;
}
