import { AmountError, parseAmount, toWire } from "@opl/money";
import type { AmountWire } from "@opl/money";
import type { z } from "zod";
import type { BankReply } from "../adapters/bank-adapter.ts";
import { errors } from "../errors.ts";

/**
 * Reads an answer by the schema of its resource. An answer that does not fit is refused whole; the error names the
 * archived message and the place in it, never its content.
 */
export function readWire<Schema extends z.ZodType>(schema: Schema, reply: Pick<BankReply, "json" | "rawHash">): z.output<Schema> {
  const parsed = schema.safeParse(reply.json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusePage(reply.rawHash, "schema", pointerOf(issue?.path ?? []));
}

/** An exact amount of a bank, or the refusal of the whole answer. */
export function readAmount(text: string, currency: string, rawHash: string, pointer: string): AmountWire {
  try {
    return toWire(parseAmount(text, currency));
  } catch (error) {
    if (error instanceof AmountError) throw refusePage(rawHash, `amount-${error.reason}`, pointer);
    throw error;
  }
}

export function refusePage(rawHash: string, reason: string, pointer: string) {
  return errors.ERR_ASPSP_PROTOCOL({ details: { reason, pointer, rawHash } });
}

/** Free text of a bank for our records: absent when empty, cut to what a field holds, never in the middle of a character. */
export function cappedText(text: string | null | undefined, maxLength: number): string | null {
  if (text === null || text === undefined || text.trim() === "") return null;
  return text.length <= maxLength ? text : text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, "");
}

/** An id of a bank as one segment of a path; ids that would climb out of it are refused. */
export function pathSegment(id: string): string {
  if (id === "." || id === "..") throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "id" } });
  return encodeURIComponent(id);
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
