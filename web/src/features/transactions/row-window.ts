/** Where lines of known heights begin, one after the other; the last entry is the height of all. Pixels. */
export function offsetsOf(count: number, heightOf: (index: number) => number): Float64Array {
  const offsets = new Float64Array(count + 1);
  for (let index = 0; index < count; index += 1) offsets[index + 1] = (offsets[index] ?? 0) + heightOf(index);
  return offsets;
}

/** The line at a height, by halving: the last one that begins at or above it. */
export function lineAt(offsets: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

export interface LineRange {
  readonly first: number;
  /** Not included. */
  readonly end: number;
}

/** The lines between two heights, and `spare` more on either side. */
export function linesBetween(offsets: Float64Array, top: number, bottom: number, spare: number): LineRange {
  const count = offsets.length - 1;
  if (count <= 0) return { first: 0, end: 0 };
  return { first: Math.max(0, lineAt(offsets, top) - spare), end: Math.min(count, lineAt(offsets, Math.max(top, bottom)) + 1 + spare) };
}

/** The lines of a range and those that must be in the page wherever it is scrolled, in order. */
export function linesToShow({ first, end }: LineRange, kept: readonly (number | undefined)[], count: number): number[] {
  const range = Array.from({ length: Math.max(0, Math.min(count, end) - first) }, (_, index) => first + index);
  const others = kept.filter((index) => index !== undefined && index < count && (index < first || index >= end)) as number[];
  return [...new Set([...others, ...range])].toSorted((a, b) => a - b);
}

/** How far to scroll so that a line is inside the window between two paddings; undefined when it is already. */
export function scrollToShow(
  line: { readonly top: number; readonly bottom: number },
  view: { readonly top: number; readonly height: number; readonly above: number; readonly below: number },
): number | undefined {
  if (line.top < view.top + view.above) return line.top - view.above;
  if (line.bottom > view.top + view.height - view.below) return line.bottom - view.height + view.below;
  return undefined;
}
