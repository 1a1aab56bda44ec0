import type { TppDocument } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { newestDesiredState } from "../db/desired-state-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { completed } from "../domain/tpp-profile.ts";

export interface DesiredState {
  /** 0: the environment's. */
  readonly revision: number;
  readonly appliedAt: Temporal.Instant | null;
  /** Complete: where it names no origin, it follows the environment. */
  readonly document: TppDocument;
}

/** The document in force, for every replica the same: the one applied last, else the environment's. */
export async function readDesiredState({
  db,
  environmentDocument,
}: { readonly db: Executor<TppRegistryTables> } & Pick<RegistryContext, "environmentDocument">): Promise<DesiredState> {
  const newest = await newestDesiredState(db);
  return newest === undefined
    ? { revision: 0, appliedAt: null, document: environmentDocument }
    : { revision: newest.revision, appliedAt: newest.appliedAt, document: completed(newest.document, environmentDocument.tpp.publicOrigin) };
}
