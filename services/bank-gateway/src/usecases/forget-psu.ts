import { forgetPerson } from "@opl/messaging";
import type { Transaction } from "kysely";
import { consentsOfPsu, deleteConsentsOfPsu, lockConsentsOfPsu } from "../db/consent-store.ts";
import { shredDataKeys } from "../db/data-key-store.ts";
import { deleteOrdersOfPsu } from "../db/payment-store.ts";
import { deleteRawMessagesOf } from "../db/raw-message-store.ts";
import { insertErasedPsu } from "../db/erasure-store.ts";
import type { Tables } from "../db/tables.ts";
import { psuOwner } from "../vault/vault.ts";
import type { GatewayContext } from "./context.ts";
import { endConsent } from "./end-consent.ts";

/**
 * Forgets everything about a person and shreds the keys their data was sealed with; the banks are still told. Orders are held before consents, as
 * where an order ends, and both before the messages: nothing is archived under them any more.
 */
export async function forgetPsu(ctx: Pick<GatewayContext, "vault" | "clock">, tx: Transaction<Tables>, psuId: string): Promise<void> {
  await deleteOrdersOfPsu(tx, psuId);
  await lockConsentsOfPsu(tx, psuId);
  for (const consent of await consentsOfPsu(tx, psuId)) await endConsent(ctx, tx, consent, "erased");
  await deleteRawMessagesOf(tx, psuId);
  await deleteConsentsOfPsu(tx, psuId);
  await shredDataKeys(tx, psuOwner(psuId));
  await forgetPerson(tx, psuId);
  await insertErasedPsu(tx, psuId, ctx.clock.now());
}
