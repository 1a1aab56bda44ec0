import type { TppDocument } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { listDirectory } from "../db/directory-store.ts";
import { listStandings } from "../db/standing-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { type Planned, planFor } from "../domain/plan.ts";
import { termsIn } from "../domain/tpp-profile.ts";

type Ctx = { readonly db: Executor<TppRegistryTables> } & Pick<RegistryContext, "clock" | "environmentDocument" | "renewBeforeDays">;

/** What applying a document would do, at every bank or at one. Asks nobody: what is known counts. */
export async function planDesiredState(ctx: Ctx, document: TppDocument, aspspId: string | null = null): Promise<readonly Planned[]> {
  const now = ctx.clock.now();
  // Until they are written down, which is soon: see keepTerms.
  const before = ctx.environmentDocument;
  const [banks, directory] = await Promise.all([listStandings(ctx.db, now, (bank) => termsIn(before, bank), aspspId), listDirectory(ctx.db)]);
  const part = aspspId === null ? document : { ...document, banks: document.banks.filter(({ aspsp }) => aspsp === aspspId) };
  return planFor(part, { banks, directory, now, renewBeforeDays: ctx.renewBeforeDays });
}
