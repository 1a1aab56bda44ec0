import type { RegistryContext } from "../context.ts";
import { banksWithoutTerms, fillTerms } from "../db/registration-store.ts";
import { termsIn } from "../domain/tpp-profile.ts";

/**
 * Writes down the terms of registrations that the version before began, which kept none: those of the environment, as long as it is the
 * one they ran in. From then on they are history, and another environment is another wish.
 */
export async function keepTerms({ db, environmentDocument }: Pick<RegistryContext, "db" | "environmentDocument">): Promise<void> {
  for (const aspspId of await banksWithoutTerms(db)) await fillTerms(db, aspspId, termsIn(environmentDocument, aspspId));
}
