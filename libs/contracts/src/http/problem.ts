import { z } from "zod";

/** RFC 9457 problem details with our stable code. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** Stable, upper case, prefixed by its owner: `ERR_CONSENT_NOT_FOUND`. */
  code: z.string(),
  detail: z.string().optional(),
  requestId: z.string(),
  /** One entry for each field that was refused. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** Public facts about the error, by name. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.infer<typeof problem>;
