import type { CategoryId } from "@opl/contracts/model";

/** One part of an entry, by the person's word. */
export interface SplitPart {
  readonly category: CategoryId;
  readonly amountMinor: bigint;
  readonly note: string | null;
}

/** The parts of an entry, and what the whole was when the person split it. */
export interface Split {
  readonly wholeMinor: bigint;
  readonly currency: string;
  readonly parts: readonly SplitPart[];
}

interface Whole {
  readonly pending: boolean;
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** What keeps amounts from being the parts of an entry. */
export type SplitMistake =
  /** The part at this place, counted from 1, is nothing, or goes the other way than the entry. */
  | { readonly kind: "part"; readonly position: number }
  /** The parts leave this much of the entry; negative with an expense, or where they are too much of an income. */
  | { readonly kind: "sum"; readonly leftMinor: bigint };

/** The first mistake of parts, undefined when there is none: each has the sign of the whole, and together they are the whole. */
export function mistakeIn(parts: readonly bigint[], wholeMinor: bigint): SplitMistake | undefined {
  const wrong = parts.findIndex((minor) => minor === 0n || minor > 0n !== wholeMinor > 0n);
  if (wrong >= 0) return { kind: "part", position: wrong + 1 };
  const leftMinor = parts.reduce((left, minor) => left - minor, wholeMinor);
  return leftMinor === 0n ? undefined : { kind: "sum", leftMinor };
}

/** Whether the parts stand in the entry's place: until the bank says another amount. `projections/lines.ts` asks the same of the stored rows. */
export function stands({ wholeMinor, currency }: Split, entry: Whole): boolean {
  return !entry.pending && entry.amountMinor === wholeMinor && entry.currency === currency;
}

/** The entry as it counts by category, a line for each that it is in: by its parts while they stand, else whole. */
export function linesOf<Entry extends Whole & { readonly category: CategoryId; readonly split: Split | undefined }>(entry: Entry): readonly Entry[] {
  const { split } = entry;
  if (split === undefined || !stands(split, entry)) return [entry];
  const byCategory = Map.groupBy(split.parts, ({ category }) => category);
  return [...byCategory].map(([category, parts]) => ({ ...entry, category, amountMinor: parts.reduce((sum, part) => sum + part.amountMinor, 0n) }));
}
