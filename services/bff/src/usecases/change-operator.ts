import { inTransaction } from "@opl/postgres";
import { addOperator, removeOperator } from "../db/operator-store.ts";
import { findPersonByEmail } from "../db/person-store.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";

/**
 * Gives a person who signed up the role of an operator, or takes it away; open sessions follow at their next request.
 * @returns false when there was nothing to change
 * @throws ERR_PERSON_UNKNOWN
 */
export async function changeOperator(
  { db, clock }: Pick<BffContext, "db" | "clock">,
  { email, role }: { readonly email: string; readonly role: "operator" | "person" },
): Promise<boolean> {
  const person = await findPersonByEmail(db, email);
  if (person === undefined) throw errors.ERR_PERSON_UNKNOWN();
  return inTransaction(db, (tx) => (role === "operator" ? addOperator(tx, person.psuId, clock.now()) : removeOperator(tx, person.psuId)));
}
