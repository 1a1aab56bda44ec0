import { createHash } from "node:crypto";

/** Reproducible chance: the same label gives the same numbers on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** An amount in minor units, both ends included. */
  minor(min: number, max: number): bigint;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
}

/** A generator seeded by text (sfc32 over the SHA-256 of the label). */
export function seededRandom(label: string): Random {
  const seed = createHash("sha256").update(label).digest();
  let a = seed.readUInt32LE(0);
  let b = seed.readUInt32LE(4);
  let c = seed.readUInt32LE(8);
  let counter = 1;

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    minor: (min, max) => BigInt(int(min, max)),
    chance: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
  };
}

/** A stable identifier: `length` characters of [0-9a-z] drawn from the label. */
export function stableId(label: string, length: number): string {
  const digest = createHash("sha256").update(label).digest("hex");
  return BigInt(`0x${digest}`).toString(36).padStart(50, "0").slice(-length);
}
