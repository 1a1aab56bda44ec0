import { z } from "zod";

const text = z.string().nullish();
const business = z.object({
  id: text,
  type: text,
  message: text,
  violations: z.array(z.object({ type: text, path: text, message: text })).nullish(),
});
const shapes = z.union([
  z.object({ fault: z.object({ faultstring: text, detail: z.object({ errorcode: text }).nullish() }) }),
  z.object({ errors: z.array(business).min(1) }),
  z.object({ ErrorCode: z.string(), Error: text }),
  z.object({ error: z.string(), error_description: text }),
  business.refine(({ type, message }) => type !== undefined || message !== undefined),
]);

/** What the bank said in a refusal, in whichever of its shapes. */
export interface RefusalWords {
  /** Its error code or kind. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** The member of the request it complains about. */
  readonly path: string | undefined;
  /** To quote to the bank's support. */
  readonly errorId: string | undefined;
}

/** Reads the bank's flat error, its wrapped errors, its gateway's fault, and both forms of token errors. */
export function readRefusalWords(body: Buffer): RefusalWords | undefined {
  const parsed = shapes.safeParse(asJson(body));
  if (!parsed.success) return undefined;
  const { data } = parsed;
  if ("fault" in data) return words({ code: data.fault.detail?.errorcode, message: data.fault.faultstring });
  if ("ErrorCode" in data) return words({ code: data.ErrorCode, message: data.Error });
  if ("error" in data) return words({ code: data.error, message: data.error_description });
  const one = "errors" in data ? data.errors[0] : data;
  const violation = one?.violations?.[0];
  return words({ code: one?.type, message: violation?.message ?? one?.message, path: violation?.path, errorId: one?.id });
}

function asJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function words(raw: { readonly [Member in keyof RefusalWords]?: string | null | undefined }): RefusalWords {
  return { code: plain(raw.code), message: plain(raw.message), path: plain(raw.path), errorId: plain(raw.errorId) };
}

/** One line without control characters: a bank does not write on our terminal. */
function plain(value: string | null | undefined): string | undefined {
  const line = value
    ?.replaceAll(/[\p{C}\s]+/gu, " ")
    .trim()
    .replace(/\.$/, "")
    .slice(0, 200);
  return line === "" ? undefined : line;
}
