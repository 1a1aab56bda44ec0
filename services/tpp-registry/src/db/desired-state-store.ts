import type { WrittenTppDocument } from "@opl/contracts/model";
import { type Executor, jsonb } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import { sql } from "kysely";
import type { DesiredStatesTable, TppRegistryTables } from "./tables.ts";

/** The document applied last; undefined when none was. */
export async function newestDesiredState(db: Executor<TppRegistryTables>): Promise<Selectable<DesiredStatesTable> | undefined> {
  return db.selectFrom("desiredStates").selectAll().orderBy("revision", "desc").limit(1).executeTakeFirst();
}

export interface NewDesiredState {
  readonly document: WrittenTppDocument;
  readonly documentHash: string;
  readonly appliedAt: Temporal.Instant;
  readonly appliedBy: string;
}

/** Adds a revision unless the newest says the same. @returns its number and whether it is new */
export async function addDesiredState(
  tx: Transaction<TppRegistryTables>,
  row: NewDesiredState,
): Promise<{ readonly revision: number; readonly added: boolean }> {
  await sql`lock table desired_states in share row exclusive mode`.execute(tx);
  const newest = await newestDesiredState(tx);
  if (newest?.documentHash === row.documentHash) return { revision: newest.revision, added: false };
  const revision = (newest?.revision ?? 0) + 1;
  await tx
    .insertInto("desiredStates")
    .values({ ...row, revision, document: jsonb(row.document) })
    .execute();
  return { revision, added: true };
}
