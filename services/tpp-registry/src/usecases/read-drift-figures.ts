import type { RegistryContext } from "../context.ts";
import { listViews } from "../db/bank-view-store.ts";

/** Whether each bank's record differed when it was last looked at. */
export async function readDriftFigures({ db }: Pick<RegistryContext, "db">): Promise<readonly { readonly aspspId: string; readonly drifted: boolean }[]> {
  return (await listViews(db)).map(({ aspspId, driftSince }) => ({ aspspId, drifted: driftSince !== null }));
}
