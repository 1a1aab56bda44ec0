/** How the amounts of a series behave. */
export type AmountPattern = "fixed" | "near" | "variable";

/** Share of neighbours that are equal for a price, which may change now and then. */
const equalShare = 0.6;
/** Share of amounts that must lie near the middle one. */
const nearShare = 0.7;

/** `fixed`: a price with its changes. `near`: within a quarter of the middle amount. `variable`: anything. Amounts in minor units, oldest first. */
export function amountPattern(amounts: readonly bigint[]): AmountPattern {
  const pairs = Math.max(1, amounts.length - 1);
  const equal = amounts.filter((amount, index) => index > 0 && amount === amounts[index - 1]).length;
  if (equal / pairs >= equalShare) return "fixed";
  const middle = medianOf(amounts.map(magnitude));
  const near = amounts.filter((amount) => magnitude(magnitude(amount) - middle) * 4n <= middle).length;
  return near / amounts.length >= nearShare ? "near" : "variable";
}

/** Where the latest change of a price lies; undefined while it never changed. Rows oldest first. */
export function latestChange<Row extends { readonly amountMinor: bigint }>(rows: readonly Row[]): { readonly before: Row; readonly after: Row } | undefined {
  for (let at = rows.length - 1; at > 0; at -= 1) {
    const [before, after] = [rows[at - 1], rows[at]];
    if (before !== undefined && after !== undefined && before.amountMinor !== after.amountMinor) return { before, after };
  }
  return undefined;
}

/** Groups of rows whose amounts lie within a tenth of each other, each in the order given; smallest amounts first. */
export function clusterByAmount<Row extends { readonly amountMinor: bigint }>(rows: readonly Row[]): Row[][] {
  const ordered = rows.toSorted((a, b) => compare(magnitude(a.amountMinor), magnitude(b.amountMinor)));
  const clusters: Row[][] = [];
  for (const row of ordered) {
    const cluster = clusters.at(-1);
    const last = cluster?.at(-1);
    if (cluster !== undefined && last !== undefined && magnitude(row.amountMinor) * 10n <= magnitude(last.amountMinor) * 11n) cluster.push(row);
    else clusters.push([row]);
  }
  const place = new Map(rows.map((row, index) => [row, index]));
  return clusters.map((cluster) => cluster.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
}

function medianOf(values: readonly bigint[]): bigint {
  return values.toSorted(compare)[values.length >> 1] ?? 0n;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
