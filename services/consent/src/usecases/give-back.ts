import type { Transaction } from "kysely";
import { requestFarewell } from "../db/farewell-store.ts";
import { requestRevocation } from "../db/revocation-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import type { Authorisation } from "../domain/authorisation.ts";

/**
 * Tokens that an exchange may have bought, and that are not ours to use, are forgotten at the gateway (OA-60). Those of a payment
 * order die with the order, which another attempt may still approve.
 */
export async function giveBack(
  tx: Transaction<ConsentTables>,
  { psuId, aspspId, about }: Pick<Authorisation, "psuId" | "aspspId" | "about">,
  at: Temporal.Instant,
): Promise<void> {
  if (about.kind === "consent") await requestRevocation(tx, { psuId, consentId: about.consentId, aspspId }, at);
  if (about.kind === "funds") await requestFarewell(tx, { psuId, about: "funds", aboutId: about.fundsConsentId }, false, at);
}
