/** Makes the same UUID from the same name every time, so that what is read twice is named once. */
export type NameId = (name: string) => string;

/** Joins parts to a name in which no part can pretend to be two. */
export function nameOf(...parts: readonly (string | number | null)[]): string {
  return JSON.stringify(parts);
}
