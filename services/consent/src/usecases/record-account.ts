import type { EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { insertAccount } from "../db/receipt-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { maskedNumber } from "../domain/receipt.ts";

/** Keeps of an account what its receipt shows, and nothing else. */
export async function recordAccount(
  tx: Transaction<ConsentTables>,
  { psuId, consentId, accountId, iban }: Pick<EventData<"ingest.account-discovered">, "psuId" | "consentId" | "accountId" | "iban">,
): Promise<void> {
  const masked = iban === null ? null : maskedNumber(iban);
  if (masked !== null) await insertAccount(tx, { psuId, consentId }, accountId, masked);
}
