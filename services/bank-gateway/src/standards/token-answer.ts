import { z } from "zod";
import type { TokenAnswer } from "../adapters/bank-adapter.ts";

/** Numbers may come as text: the bank's gateway answers so. Other text is NaN: something was said. */
const seconds = z.union([z.number(), z.string().transform((text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN))]).nullish();
const success = z.object({
  access_token: z.string().min(1).max(8192),
  token_type: z.string().nullish(),
  expires_in: seconds,
  refresh_token: z.string().min(1).max(8192).nullish(),
  refresh_token_expires_in: seconds,
  /** However long: its reader refuses it by its size, and what came beside it can be given back. */
  id_token: z.string().min(1).nullish(),
  scope: z.string().nullish(),
});
/** RFC 6749 section 5.2, or the gateway's own form. */
const failure = z.object({ error: z.string().nullish(), ErrorCode: z.string().nullish() });

const tokenTypes: ReadonlyMap<string, "bearer" | "dpop"> = new Map([
  ["bearer", "bearer"],
  ["bearertoken", "bearer"],
  ["dpop", "dpop"],
]);

/** Reads an answer of the token endpoint in any of the bank's forms; a 200 may carry an error too, even beside tokens. */
export function readTokenAnswer(status: number, json: unknown): TokenAnswer {
  const told = failure.safeParse(json);
  const error = told.success ? (told.data.error ?? told.data.ErrorCode ?? undefined) : undefined;
  if (status !== 200) return { ok: false, error: error === undefined ? `http_${status}` : stable(error) };
  const parsed = success.safeParse(json);
  if (!parsed.success) return { ok: false, error: error === undefined ? "invalid_response" : stable(error) };
  const { data } = parsed;
  return {
    ok: true,
    accessToken: data.access_token,
    tokenType: tokenTypes.get(data.token_type?.toLowerCase() ?? "") ?? "unknown",
    refreshToken: data.refresh_token ?? undefined,
    idToken: data.id_token ?? undefined,
    expiresInSeconds: data.expires_in ?? undefined,
    refreshExpiresInSeconds: data.refresh_token_expires_in ?? undefined,
    scope: data.scope ?? undefined,
    ...(error === undefined ? {} : { besideError: true }),
  };
}

/** Error codes are words; anything else a bank writes there stays out of our logs. */
function stable(error: string): string {
  return /^[\w.-]{1,60}$/.test(error) ? error : "unreadable_error";
}
