import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** What attackers and broken programs put where something else belongs. */
const rubbish = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "null",
    "undefined",
    "NaN",
    "-0",
    "1e309",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "%00",
    "../../etc/passwd",
    "' or 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${7*7}",
    "=1+1",
    "\r\nset-cookie: a=b",
    "a".repeat(5_000),
    "İ",
    "\u202e",
    "9".repeat(400),
    "01a20000-0000-7000-8000-000000000001 ",
    "2026-02-30",
    "2026-13-01",
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 50 }),
);

/** Points in time that one clock, library or database knows and another does not. */
const edgeInstants: readonly string[] = [
  "0000-01-01T00:00:00Z",
  "0000-12-31T23:59:59-23:00",
  "0001-01-01T00:00:00Z",
  "0001-01-01T00:00:00+23:00",
  "2026-02-29T00:00:00Z",
  "2026-11-29T13:30:13.307803759417-21:34",
  "9999-12-31T23:59:59Z",
  "9999-12-31T23:59:59-23:59",
];

/** Values that fit the schema, at its edges and in between. `ids` are mixed in where an id belongs. */
function fitting(schema: Schema, ids: readonly string[]): Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => fitting(one, ids)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.format === "uuid") return fc.oneof(fc.constantFrom(...ids), fc.uuid());
  if (schema.format === "date") {
    const day = fc.date({ noInvalidDate: true, min: new Date("0000-01-01"), max: new Date("9999-12-31") }).map((date) => date.toISOString().slice(0, 10));
    return fc.oneof(fc.constantFrom("0000-01-01", "0000-12-31", "0001-01-01", "9999-12-31"), day);
  }
  if (schema.format === "date-time") {
    const instant = fc.date({ noInvalidDate: true, min: new Date("0000-01-01"), max: new Date("9999-12-31") }).map((date) => date.toISOString());
    return fc.oneof(fc.constantFrom(...edgeInstants), instant);
  }
  if (schema.format === "email") return fc.emailAddress();
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  switch (schema.type) {
    case "integer":
    case "number":
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(fitting(schema.items ?? {}, ids), { maxLength: Math.min(schema.maxItems ?? 5, 60) });
    case "object":
      return fc.record(Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, fitting(property, ids)])));
    case "string":
      return fc.string({ unit: "grapheme", minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 300, 2_000) });
    case undefined:
    default:
      return rubbish;
  }
}

/** Mostly what fits, sometimes rubbish in a place, sometimes something too many or too few, sometimes something else altogether. */
export function arbitraryInput(schema: object, ids: readonly string[]): Arbitrary<unknown> {
  const { properties = {} } = schema as Schema;
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, fc.oneof({ weight: 6, arbitrary: fitting(property, ids) }, { weight: 1, arbitrary: rubbish })]),
  );
  const object = fc.record(fields, { requiredKeys: [] });
  const stuffed = fc
    .tuple(object, fc.constantFrom("psuId", "__proto__x", "constructor", "role", "toString"), rubbish)
    .map(([own, name, value]) => ({ ...own, [name]: value }));
  return fc.oneof(
    { weight: 6, arbitrary: object },
    { weight: 2, arbitrary: fitting(schema, ids) },
    { weight: 1, arbitrary: stuffed },
    { weight: 1, arbitrary: rubbish },
  );
}
