/** As much of DER as the statements of qualified certificates and the numbers of revocation lists need. */
export type Der = Uint8Array;

export function sequence(...items: readonly Der[]): Der {
  return tagged(0x30, Buffer.concat(items));
}

export function utf8String(text: string): Der {
  return tagged(0x0c, Buffer.from(text, "utf8"));
}

/** A number of up to 127 bytes, written without needless zeros. */
export function unsignedInteger(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Buffer.of(0) : bytes.subarray(first);
  return tagged(0x02, (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits]));
}

export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map((part) => Number.parseInt(part, 10));
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const groups = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}

function tagged(tag: number, content: Uint8Array): Der {
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >>> 8, length & 0xff];
}

/** One element as it was read. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that lie side by side in `bytes`. Throws where they are cut off. */
export function readElements(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const { length, begin } = readLength(bytes, at + 1);
    if (begin + length > bytes.length) throw new RangeError("DER is cut off");
    elements.push({ tag: bytes[at] ?? 0, content: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return elements;
}

/** Dotted form of the content of an object identifier. */
export function readObjectIdentifier(content: Uint8Array): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    numbers.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join(".");
}

function readLength(bytes: Uint8Array, at: number): { length: number; begin: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { length: first, begin: at + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 3) throw new RangeError("DER of this length form is not read");
  const length = bytes.subarray(at + 1, at + 1 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  return { length, begin: at + 1 + count };
}
