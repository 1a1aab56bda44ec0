/** A place in pixels for a value, straight from one interval to the other, and back. */
export interface LinearScale {
  (value: number): number;
  invert(pixel: number): number;
}

/** An empty domain puts everything at the start of the range. */
export function linear([low, high]: readonly [number, number], [from, to]: readonly [number, number]): LinearScale {
  const slope = high === low ? 0 : (to - from) / (high - low);
  return Object.assign((value: number) => from + (value - low) * slope, {
    invert: (pixel: number) => (slope === 0 ? low : low + (pixel - from) / slope),
  });
}

/** Equal columns side by side over a range: the middle of each, and how wide each is. */
export function columns(count: number, [from, to]: readonly [number, number]): { readonly width: number; readonly middle: (index: number) => number } {
  const width = count === 0 ? 0 : Math.max(0, to - from) / count;
  return { width, middle: (index) => from + width * (index + 0.5) };
}
