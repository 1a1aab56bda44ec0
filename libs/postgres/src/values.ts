import { sql } from "kysely";
import type { ColumnType, RawBuilder } from "kysely";
import * as pg from "pg";

/** A `timestamptz` column: read as instant, written as instant or RFC 3339 text. */
export type Timestamp = ColumnType<Temporal.Instant, Temporal.Instant | string, Temporal.Instant | string>;
/** A `bigint` column; also `bigint not null generated always` when wrapped in kysely's Generated. */
export type Int8 = ColumnType<bigint, bigint | number | string, bigint | number | string>;
/** A `date` column: `2026-11-22`, a day of the bank and never a point in time. */
export type IsoDate = ColumnType<string, string, string>;
/** A `jsonb` column; objects are written as they are, arrays and scalars through {@link jsonb}. */
export type Json<T> = ColumnType<T, RawBuilder<T> | (T extends readonly unknown[] ? never : T), RawBuilder<T> | (T extends readonly unknown[] ? never : T)>;
/** A `bytea` column. */
export type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>;

/** A value for a `jsonb` column; needed for arrays and scalars, which the driver would take for something else. */
export function jsonb<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::jsonb`;
}

const { builtins, getTypeParser } = pg.types;
const int8Array = 1016;
const dateArray = 1182;
const timestamptzArray = 1185;

type Parse = (text: string) => unknown;
const readInstant: Parse = (text) => Temporal.Instant.from(text);
const asText: Parse = (text) => text;
// What the driver exports is an object with `create`, whatever its types say.
const arrayParser = pg.types.arrayParser as unknown as { create(text: string, read: (item: string | null) => unknown): { parse(): unknown[] } };
const arrayOf =
  (read: Parse): Parse =>
  (text) =>
    arrayParser.create(text, (item) => (item === null ? null : read(item))).parse();

const parsers: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [builtins.INT8, BigInt],
  [builtins.NUMERIC, asText],
  [builtins.DATE, asText],
  [builtins.TIMESTAMPTZ, readInstant],
  [int8Array, arrayOf(BigInt)],
  [dateArray, arrayOf(asText)],
  [timestamptzArray, arrayOf(readInstant)],
]);

/** How values are read: bigint, exact numeric text, ISO dates, Temporal instants. */
export const typeParsers: pg.CustomTypesConfig = {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- any type id is fine, also one without a name
  getTypeParser: (oid: number, format?: "text" | "binary") => (format === "binary" ? undefined : parsers.get(oid)) ?? getTypeParser(oid, format),
};

/** Temporal values become their text, also inside arrays; everything else is left to the driver. */
export function toParameter(value: unknown): unknown {
  if (value instanceof Temporal.Instant || value instanceof Temporal.PlainDate) return value.toString();
  if (Array.isArray(value)) return value.map(toParameter);
  return value;
}
