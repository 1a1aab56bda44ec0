import { z } from "zod";
import { isoInstant, uuid } from "../model/ids.ts";
import type { EventContract } from "./define.ts";

/** CloudEvents 1.0 attributes and our extensions; on NATS they travel as `ce-` headers (binary mode), `data` is the body. */
export const envelope = z.object({
  specversion: z.literal("1.0"),
  id: uuid,
  type: z.string(),
  /** `/opl/<service>` */
  source: z.string(),
  time: isoInstant,
  /** Id of the aggregate the fact is about. */
  subject: z.string().min(1).max(200),
  /** Gapless per aggregate and event type. */
  aggregateversion: z.int().positive(),
  dataversion: z.int().positive(),
  psuid: uuid.nullable(),
  correlationid: z.string().max(100).nullable(),
  causationid: z.string().max(100).nullable(),
  traceparent: z.string().max(100).nullable(),
  data: z.unknown(),
});
export type Envelope<Data = unknown> = Omit<z.infer<typeof envelope>, "data"> & { readonly data: Data };

/** Partitions `00`-`63` by person, so that consumers and later streams can be split without a new contract. FNV-1a, 32 bits. */
export function partitionOf(psuId: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < psuId.length; i += 1) {
    hash ^= psuId.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return String(hash % 64).padStart(2, "0");
}

/** `opl.<owner>.<fact>.v<n>.<partition>.<psuId>`; `-` twice where no person is concerned. */
export function subjectOf(contract: EventContract, psuId: string | null): string {
  return `${subjectPrefixOf(contract)}.${psuId === null ? "-" : partitionOf(psuId)}.${psuId ?? "-"}`;
}

/** One filter for every person of one fact. */
export function subjectFilterOf(contract: EventContract): string {
  return `${subjectPrefixOf(contract)}.*.*`;
}

/** `opl.consent.authorised.v1` */
export function subjectPrefixOf(contract: EventContract): string {
  const fact = contract.type.slice(contract.owner.length + 1);
  return `opl.${contract.owner}.${fact}.v${contract.version}`;
}

/** Stream of one owner: `CONSENT`, `BANK_GATEWAY`. */
export function streamOf(owner: string): string {
  return owner.toUpperCase().replaceAll("-", "_");
}
