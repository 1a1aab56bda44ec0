/** As much of DER as the PSD2 certificate statement needs. */
export type Der = Uint8Array;

export function sequence(...items: readonly Der[]): Der {
  return tagged(0x30, Buffer.concat(items));
}

export function utf8String(text: string): Der {
  return tagged(0x0c, Buffer.from(text, "utf8"));
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
