import { publish } from "@opl/messaging";
import type { Transaction } from "kysely";
import { requestFarewell } from "../db/farewell-store.ts";
import { lockFundsConsent, saveFundsConsent } from "../db/funds-store.ts";
import type { FundsKey } from "../db/funds-store.ts";
import { insertReceipt } from "../db/receipt-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { decideFunds } from "../domain/funds-consent.ts";
import type { FundsCommand, FundsConsent, FundsDecision } from "../domain/funds-consent.ts";
import { fundsReceiptFacts } from "../domain/receipt.ts";
import { wholeDaysLeft } from "../domain/validity.ts";

/** The only way to change a permission to ask for funds: lock, decide, save with its receipt, and say so; whatever ended, the gateway is told to forget. Undefined: there is none. */
export async function applyToFunds(tx: Transaction<ConsentTables>, key: FundsKey, command: FundsCommand): Promise<FundsDecision | undefined> {
  const consent = await lockFundsConsent(tx, key);
  if (consent === undefined) return undefined;
  const decision = decideFunds(consent, command);
  if (decision.kind !== "changed") return decision;
  await saveFundsConsent(tx, decision.consent);
  const receipt = fundsReceiptFacts(decision.consent, command);
  if (receipt !== null) await insertReceipt(tx, { about: "funds", psuId: key.psuId, consentId: key.fundsConsentId }, receipt, command.at);
  await tellOfFunds(tx, decision.consent, command.at, command.type === "warn" ? { daysLeft: wholeDaysLeft(decision.consent.validUntil, command.at) } : {});
  if (decision.consent.status !== "valid") await requestFarewell(tx, { psuId: key.psuId, about: "funds", aboutId: key.fundsConsentId }, false, command.at);
  return decision;
}

/** The fact of how far a permission is, without the account it is for; `daysLeft` where the person is told that it ends soon. */
export async function tellOfFunds(
  tx: Transaction<ConsentTables>,
  consent: FundsConsent,
  at: Temporal.Instant,
  near: { readonly daysLeft?: number } = {},
): Promise<void> {
  const { fundsConsentId, psuId, aspspId, status, validUntil } = consent;
  const reason = "reason" in consent ? consent.reason : null;
  const replacedBy = "replacedBy" in consent ? consent.replacedBy : null;
  await publish(tx, {
    type: "consent.funds-status-changed",
    subject: fundsConsentId,
    psuId,
    time: at,
    correlationId: fundsConsentId,
    data: { fundsConsentId, psuId, aspspId, status, validUntil: validUntil.toString(), reason, ...near, ...(replacedBy === null ? {} : { replacedBy }) },
  });
}
