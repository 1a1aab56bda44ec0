/** One element of DER: its tag, and where it and its content lie. */
export interface DerElement {
  readonly tag: number;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** What makes no DER; whoever reads says of what. */
export class DerError extends Error {}

/** The only element there is. */
export function wholeElement(der: Buffer): DerElement {
  const whole = elementAt(der, 0, der.length);
  if (whole.end !== der.length) throw new DerError("something follows");
  return whole;
}

/** The elements inside another one, in their order, without a tree of them: a list may have hundreds of thousands. */
export function* elementsIn(der: Buffer, { start, end }: Pick<DerElement, "start" | "end">): Generator<DerElement> {
  for (let at = start; at < end;) {
    const element = elementAt(der, at, end);
    yield element;
    at = element.end;
  }
}

/** The same where there are few: more than `most` is none of what is read here, however many follow. */
export function fewElementsIn(der: Buffer, whole: Pick<DerElement, "start" | "end">, most: number): DerElement[] {
  const few: DerElement[] = [];
  for (const element of elementsIn(der, whole)) {
    if (few.length === most) throw new DerError("too many elements");
    few.push(element);
  }
  return few;
}

/** An element that must be of this kind. */
export function expectTag(element: DerElement | undefined, ...tags: readonly number[]): DerElement {
  if (element === undefined || !tags.includes(element.tag)) throw new DerError("another element was expected");
  return element;
}

/** Lengths are definite, tags are of one byte: DER of X.509 has no others. */
function elementAt(der: Buffer, from: number, limit: number): DerElement {
  const [tag, first] = [der[from], der[from + 1]];
  if (tag === undefined || first === undefined || from + 2 > limit || (tag & 0x1f) === 0x1f) throw new DerError("no element");
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if ((octets === 0 && first >= 0x80) || octets > 4 || from + 2 + octets > limit) throw new DerError("no length");
  const start = from + 2 + octets;
  const end = start + (octets === 0 ? first : der.readUIntBE(from + 2, octets));
  if (end > limit) throw new DerError("too short");
  return { tag, from, start, end };
}
