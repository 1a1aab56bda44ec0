import type { Transaction } from "kysely";
import { saveAuthorisation } from "../db/authorisation-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { finish } from "../domain/authorisation.ts";
import type { Authorisation, UnauthorisedOutcome } from "../domain/authorisation.ts";
import type { Actor } from "../domain/consent.ts";
import { applyCommand } from "./apply-command.ts";

const refusedReason = "ERR_AUTHORISATION_REFUSED";

/** Ends a locked open attempt without a grant, and the consent with it: the person begins again with a new one. */
export async function endAttempt(
  tx: Transaction<ConsentTables>,
  attempt: Authorisation,
  { outcome, by, at }: { outcome: UnauthorisedOutcome; by: Actor; at: Temporal.Instant },
): Promise<UnauthorisedOutcome> {
  await saveAuthorisation(tx, finish(attempt, outcome, at));
  // A consent that ended for another reason keeps that reason.
  await applyCommand(tx, attempt, { type: "reject", at, by, reason: outcome.outcome === "refused" ? refusedReason : outcome.reason });
  return outcome;
}
