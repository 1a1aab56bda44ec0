import type { Transaction } from "kysely";
import { saveAuthorisation } from "../db/authorisation-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { finish, refusedReason } from "../domain/authorisation.ts";
import type { Authorisation, UnauthorisedOutcome } from "../domain/authorisation.ts";
import type { Actor } from "../domain/consent.ts";
import { applyCommand } from "./apply-command.ts";
import { applyToFunds } from "./apply-to-funds.ts";
import { settleRefusal } from "./settle-payment-approval.ts";

/**
 * Ends a locked open attempt without a grant, and the consent with it: the person begins again with a new one. A payment order is ended
 * by the person's no alone; otherwise the same order may be approved in another attempt.
 */
export async function endAttempt(
  tx: Transaction<ConsentTables>,
  attempt: Authorisation,
  { outcome, by, at }: { outcome: UnauthorisedOutcome; by: Actor; at: Temporal.Instant },
): Promise<UnauthorisedOutcome> {
  await saveAuthorisation(tx, finish(attempt, outcome, at));
  const { psuId, about } = attempt;
  const reason = outcome.outcome === "refused" ? refusedReason : outcome.reason;
  switch (about.kind) {
    case "consent":
      // A consent that ended for another reason keeps that reason.
      await applyCommand(tx, { psuId, consentId: about.consentId }, { type: "reject", at, by, reason });
      break;
    case "payment":
      if (outcome.outcome === "refused") await settleRefusal(tx, { psuId, paymentOrderId: about.paymentOrderId }, at);
      break;
    case "funds":
      await applyToFunds(tx, { psuId, fundsConsentId: about.fundsConsentId }, { type: "reject", at, reason });
  }
  return outcome;
}
