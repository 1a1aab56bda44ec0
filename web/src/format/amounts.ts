import { type Amount, fromWire, negate } from "@opl/money";
import type { WireAmount } from "./format.ts";

export { type Amount, add, compare, fromWire, isZero, subtract, sum, toWire } from "@opl/money";

/** How many times money: only for the height of a bar or the place of a point, never for a figure. */
export function pixelsOf(wire: WireAmount): number {
  return Number(fromWire(wire).minor);
}

/** The amount without its sign. */
export function magnitude(amount: Amount): Amount {
  return amount.minor < 0n ? negate(amount) : amount;
}

/** `part` as a share of `whole`, between 0 and 1, exact to a thousandth; undefined when there is no whole. */
export function shareOf(part: Amount, whole: Amount): number | undefined {
  if (whole.minor === 0n || part.currency !== whole.currency) return undefined;
  return Number((part.minor * 1000n) / whole.minor) / 1000;
}
