import type { KyselyPlugin, UnknownRow } from "kysely";

/** The login library knows only `Date`; everywhere else times of the database are instants. */
export const instantsAsDates: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: ({ result }) => Promise.resolve({ ...result, rows: result.rows.map(rowWithDates) }),
};

function rowWithDates(row: UnknownRow): UnknownRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Temporal.Instant ? new Date(value.epochMilliseconds) : value]));
}
