import { hash } from "node:crypto";
import { v7 } from "uuid";

/** Where "now" comes from; below the edges it is an argument. */
export interface Clock {
  now(): Temporal.Instant;
}

/** The one place that reads the machine's time. */
export const systemClock: Clock = { now: () => Temporal.Now.instant() };

/** A new UUIDv7: unique, and later than every one this process made before, also within a millisecond and when the machine's clock is put back. */
export function newId(): string {
  return v7();
}

/**
 * The same id for the same name, for facts that may be read twice (DR-P2): an RFC 9562 version 8 UUID from SHA-256 over
 * namespace and name.
 */
export function deterministicId(namespace: string, ...name: readonly string[]): string {
  // The length in front keeps ('a', 'bc') and ('ab', 'c') apart.
  const text = [namespace, ...name].map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  const hex = hash("sha256", text, "hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
