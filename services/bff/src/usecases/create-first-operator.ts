import { inTransaction } from "@opl/postgres";
import { addOperator, isOperator } from "../db/operator-store.ts";
import { findPasswordHash, findPersonByEmail } from "../db/person-store.ts";
import type { BffContext } from "../context.ts";
import { verifyPassword } from "../session/password.ts";

/**
 * The operator whom the configuration names. The password decides and not the address, which nobody has verified: whoever signed up
 * with it before gets nothing.
 */
export async function createFirstOperator(
  { db, clock, logger, people }: Pick<BffContext, "db" | "clock" | "logger" | "people">,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<void> {
  if ((await findPersonByEmail(db, email)) === undefined) await people.signUp({ name: "Operator", email, password });
  const person = await findPersonByEmail(db, email);
  if (person === undefined || (await isOperator(db, person.psuId))) return;
  const hash = await findPasswordHash(db, person.psuId);
  if (hash === undefined || !(await verifyPassword({ hash, password }))) {
    logger.warn({ subsystem: "audit", psuId: person.psuId }, "the address of the first operator belongs to a person with another password; no role was given");
    return;
  }
  await inTransaction(db, (tx) => addOperator(tx, person.psuId, clock.now()));
}
