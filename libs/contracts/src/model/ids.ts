import { z } from "zod";

export const uuid = z.uuid();
/** A bank in our directory: lower case, stable, used in redirect URIs. */
export const aspspId = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, "lower case letters, digits and dashes, 2 to 40 characters");
/** Opaque place in a list, made by the owner of the list. */
export const cursor = z.string().min(1).max(600);
/** Calendar day of the bank, never a point in time. Databases know no year 0. */
export const isoDate = z.iso.date().refine((day) => !day.startsWith("0000"), "a day of the year 1 or later");
/** A point in time. */
export const isoInstant = z.iso.datetime({ offset: true });
const [firstInstant, lastInstant] = [Date.parse("0001-01-01T00:00:00Z"), Date.parse("9999-12-31T23:59:59.999Z")];
/** The same when somebody asks by it: one that clocks and databases can hold. */
export const askedInstant = isoInstant.refine((text) => {
  const at = Date.parse(text);
  return at >= firstInstant && at <= lastInstant && !/\.\d{10}/.test(text);
}, "a point in time of the years 1 to 9999, to the nanosecond");
/** Calendar month `2026-11`. */
export const isoMonth = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "a month as 2026-11");
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
