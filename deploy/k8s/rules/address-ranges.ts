interface Range {
  readonly first: number;
  readonly last: number;
}

/** Networks that are not the internet: private ones, carriers', this machine, and link-local with its metadata services. */
export const privateRanges = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"] as const;

/** Null for what is no range of IPv4: nobody here has taught these rules another. */
function rangeOf(cidr: string): Range | null {
  const [, bytes = "", bits = ""] = /^(\d+(?:\.\d+){3})\/(\d+)$/.exec(cidr) ?? [];
  if (bytes === "") return null;
  const size = 2 ** (32 - Number(bits));
  const address = bytes.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

function compare(one: string, other: string, holds: (one: Range, other: Range) => boolean): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== null && b !== null && holds(a, b);
}

const isWithin = (inner: string, outer: string): boolean => compare(inner, outer, (a, b) => a.first >= b.first && a.last <= b.last);
const overlap = (one: string, other: string): boolean => compare(one, other, (a, b) => a.first <= b.last && b.first <= a.last);

/** Whether a range lies wholly within a private one. */
export const isPrivate = (cidr: string): boolean => privateRanges.some((range) => isWithin(cidr, range));

/** Private ranges that a block takes in and does not except. */
export function privateRangesIn({ cidr, except = [] }: { readonly cidr: string; readonly except?: readonly string[] }): string[] {
  return privateRanges.filter((range) => overlap(cidr, range) && !except.some((hole) => isWithin(range, hole)));
}

export const isIpv4 = (cidr: string): boolean => rangeOf(cidr) !== null;
