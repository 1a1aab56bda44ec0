import type { EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { recordCoveredAccount } from "../db/consent-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { maskedNumber } from "../domain/receipt.ts";

type Discovered = Pick<EventData<"ingest.account-discovered">, "psuId" | "consentId" | "accountId" | "kind" | "iban" | "maskedPan">;

/** Keeps of an account what the permission and its receipts show, and nothing else. */
export async function recordAccount(tx: Transaction<ConsentTables>, { psuId, consentId, accountId, kind, iban, maskedPan }: Discovered): Promise<void> {
  await recordCoveredAccount(tx, { psuId, consentId }, { accountId, kind, maskedNumber: maskedNumber(iban) ?? maskedNumber(maskedPan) });
}
