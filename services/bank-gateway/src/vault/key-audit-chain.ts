import { createHash } from "node:crypto";
import type { KeyAuditStep } from "../domain/key-export.ts";

/** One row of the audit of key exports, before it has its place. */
export interface KeyAuditEntry {
  readonly at: Temporal.Instant;
  readonly exportId: string;
  readonly registrationId: string | null;
  readonly kid: string | null;
  readonly step: KeyAuditStep;
  /** Null where time alone did it. */
  readonly operator: string | null;
  /** The reason given when asking, or why an attempt was refused. */
  readonly detail: string;
}

export interface KeyAuditRow extends KeyAuditEntry {
  readonly position: bigint;
  readonly hash: Buffer;
}

export interface BrokenRow {
  readonly position: bigint;
  readonly why: "missing" | "changed" | "not-as-anchored";
}

export type KeyAuditHead = Pick<KeyAuditRow, "position" | "hash">;

const origin: KeyAuditHead = { position: 0n, hash: Buffer.alloc(32) };

/** Gives an entry its place behind the last row, and the hash over the row and everything before it. */
export function chainKeyAudit(entry: KeyAuditEntry, last: KeyAuditHead = origin): KeyAuditRow {
  // As exact as the database keeps it.
  const at = Temporal.Instant.fromEpochMilliseconds(entry.at.epochMilliseconds);
  const position = last.position + 1n;
  const row = { ...entry, at, position };
  return { ...row, hash: hashOf(row, last.hash) };
}

/**
 * Follows rows in the order of their positions. @returns the first that is not what was written, and the last row read, for the rows after it.
 * Cutting rows off the end leaves a whole chain: only an anchor, a position and hash known from outside, tells that.
 */
export function followKeyAudit(
  rows: readonly KeyAuditRow[],
  head: KeyAuditHead = origin,
  anchor?: KeyAuditHead,
): { readonly head: KeyAuditHead; readonly broken: BrokenRow | undefined } {
  for (const row of rows) {
    const expected = head.position + 1n;
    if (row.position !== expected) return { head, broken: { position: expected, why: "missing" } };
    if (!row.hash.equals(hashOf(row, head.hash))) return { head, broken: { position: row.position, why: "changed" } };
    if (anchor?.position === row.position && !anchor.hash.equals(row.hash)) return { head, broken: { position: row.position, why: "not-as-anchored" } };
    head = { position: row.position, hash: row.hash };
  }
  return { head, broken: undefined };
}

function hashOf({ position, at, exportId, registrationId, kid, step, operator, detail }: Omit<KeyAuditRow, "hash">, previous: Buffer): Buffer {
  const told = JSON.stringify([String(position), at.toString(), exportId, registrationId, kid, step, operator, detail]);
  return createHash("sha256").update("opl key audit").update(previous).update(told).digest();
}
