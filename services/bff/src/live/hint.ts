import type { Envelope } from "@opl/contracts/events";
import type { LiveEvent } from "@opl/contracts/http/bff";
import { z } from "zod";

const id = z.string().nullable().default(null);

/** What a hint takes of the data of a fact, whichever it is; a page of transactions is counted and not read. */
export const hintData = z.object({
  consentId: id,
  accountId: id,
  syncId: id,
  paymentOrderId: id,
  aspspId: id,
  recorded: z.array(z.unknown()).nullable().default(null),
});
export type HintData = z.infer<typeof hintData>;

/** What an open page learns of a fact: which one and about what, never a figure, name or text. */
export function liveEventOf({ type, time, data }: Envelope<HintData>): LiveEvent {
  const { recorded, ...about } = data;
  return { type, at: time, ...about, count: recorded?.length ?? null };
}
