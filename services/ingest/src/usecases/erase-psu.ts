import type { EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { markErased } from "../db/consent-store.ts";
import { deletePsu } from "../db/erasure-store.ts";
import type { IngestDatabase } from "../db/tables.ts";

/** Forgets a person: every row about them, and whatever arrives later. Returns how many rows of the ledger went. */
export async function erasePsu(tx: Transaction<IngestDatabase>, { psuId, erasedAt }: EventData<"bff.user-erased">): Promise<number> {
  await markErased(tx, psuId, erasedAt);
  return deletePsu(tx, psuId);
}
