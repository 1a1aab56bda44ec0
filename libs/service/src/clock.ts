import { createHash, randomUUIDv7 } from 'node:crypto';

/** Where "now" comes from; below the edges it is an argument. */
export interface Clock {
  now(): Temporal.Instant;
}

/** The one place that reads the machine's time. */
export const systemClock: Clock = { now: () => Temporal.Now.instant() };

/** A new UUIDv7: unique, and in the order it was made. */
export function newId(): string {
  return randomUUIDv7();
}

/**
 * The same id for the same name, for facts that may be read twice (DR-P2): an RFC 9562 version 8 UUID from SHA-256 over
 * namespace and name.
 */
export function deterministicId(namespace: string, ...name: readonly string[]): string {
  const hash = createHash('sha256');
  // The length in front keeps ('a', 'bc') and ('ab', 'c') apart.
  for (const part of [namespace, ...name]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
