import type { Transaction } from "kysely";
import type { MessagingTables } from "./tables.ts";

/**
 * Deletes what the messaging tables hold of a person: facts in the outbox and dead letters. Outbox rows that are deleted
 * before they were sent are never sent; `keepUnsent` leaves those for the relay, for facts that others must still hear.
 * @returns whether nothing is left
 */
export async function forgetPerson<DB extends MessagingTables>(
  tx: Transaction<DB>,
  psuId: string,
  { keepUnsent = false }: { readonly keepUnsent?: boolean } = {},
): Promise<boolean> {
  const plain = tx as unknown as Transaction<MessagingTables>;
  const facts = plain.deleteFrom("outbox").where("psuId", "=", psuId);
  await (keepUnsent ? facts.where("publishedAt", "is not", null) : facts).execute();
  await plain.deleteFrom("deadLetters").where("psuId", "=", psuId).execute();
  if (!keepUnsent) return true;
  return (await plain.selectFrom("outbox").select("eventId").where("psuId", "=", psuId).limit(1).executeTakeFirst()) === undefined;
}
