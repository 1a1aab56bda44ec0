import type { z } from "zod";

export type ServiceName = "consent" | "bank-gateway" | "ingest" | "analytics" | "tpp-registry" | "bff";

export interface EventContract<Data extends z.ZodType = z.ZodType> {
  /** Owner first, past tense: `consent.authorised`. */
  readonly type: string;
  readonly version: number;
  readonly owner: ServiceName;
  readonly summary: string;
  /** What its gapless version counts: the kind of the aggregate. */
  readonly aggregate: string;
  /** True when the subject ends in a person's id, so that erasure finds it. */
  readonly psu: boolean;
  readonly consumers: readonly ServiceName[];
  readonly data: Data;
}

export function defineEvent<const Data extends z.ZodType>(contract: EventContract<Data>): EventContract<Data> {
  return contract;
}
