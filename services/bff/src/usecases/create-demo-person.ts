import { findPersonByEmail } from "../db/person-store.ts";
import type { BffContext } from "../context.ts";

/** The person a developer signs in as. Does nothing when the address is known already. */
export async function createDemoPerson(
  { db, people }: Pick<BffContext, "db" | "people">,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<void> {
  if ((await findPersonByEmail(db, email)) !== undefined) return;
  await people.signUp({ name: "Demo", email, password });
}
