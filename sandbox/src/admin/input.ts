import { z } from "zod";
import { errors } from "../errors.ts";

/** Reads what an operator sent, or says what is wrong with it. */
export function readInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw errors.ERR_SANDBOX_INPUT({ message: z.prettifyError(parsed.error) });
  return parsed.data;
}
