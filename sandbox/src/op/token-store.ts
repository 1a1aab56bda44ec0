import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { openJournal } from "../state/journal.ts";
import { digest, randomText } from "../identifiers.ts";

const accessSchema = z.object({
  kind: z.enum(["client", "psu"]),
  clientId: z.string(),
  scope: z.string(),
  authorizationId: z.string().optional(),
  expiresAtMs: z.number(),
  /** Digest of the refresh token that goes when this one is used. */
  replaces: z.string().optional(),
});
export type AccessToken = z.infer<typeof accessSchema>;

const refreshSchema = z.object({
  clientId: z.string(),
  scope: z.string(),
  authorizationId: z.string(),
  acr: z.string().default(""),
  expiresAtMs: z.number(),
  used: z.boolean().default(false),
  /** As of an access token. */
  replaces: z.string().optional(),
});
type RefreshToken = z.output<typeof refreshSchema>;

const codeSchema = z.object({
  clientId: z.string(),
  redirectUri: z.string(),
  authorizationId: z.string(),
  scope: z.string(),
  psuId: z.string(),
  nonce: z.string(),
  acr: z.string(),
  expiresAtMs: z.number(),
  used: z.boolean().default(false),
});
type AuthorizationCode = z.output<typeof codeSchema>;

/** Access tokens, refresh tokens and codes. Only digests are stored; lookups take the plain text. */
export interface TokenStore {
  issueAccess(token: AccessToken): string;
  findAccess(token: string): AccessToken | undefined;
  issueRefresh(token: Omit<RefreshToken, "used">): string;
  findRefresh(token: string): RefreshToken | undefined;
  markRefreshUsed(token: string): void;
  /** A token that came in place of another is used: the other goes. */
  retireReplaced(token: { readonly replaces?: string | undefined }): void;
  issueCode(code: Omit<AuthorizationCode, "used">): string;
  findCode(code: string): AuthorizationCode | undefined;
  markCodeUsed(code: string): void;
  /** Ends matching access tokens now; answers how many. */
  expireAccess(matches: (token: AccessToken) => boolean): number;
  dropRefresh(matches: (token: RefreshToken) => boolean): number;
  close(): void;
}

/** Ended tokens are remembered this long, so that their holders learn that they expired, not that they never were. */
const rememberMs = 7 * 24 * 3600 * 1000;

export function openTokens({ folder, clock }: { folder: string; clock: Clock }): TokenStore {
  const now = clock.now().epochMilliseconds;
  const keep = (record: { expiresAtMs: number }): boolean => record.expiresAtMs > now - rememberMs;
  const access = openJournal<AccessToken>(join(folder, "access-tokens.jsonl"), accessSchema, keep);
  const refresh = openJournal<RefreshToken>(join(folder, "refresh-tokens.jsonl"), refreshSchema, keep);
  const codes = openJournal<AuthorizationCode>(join(folder, "codes.jsonl"), codeSchema, keep);

  return {
    issueAccess(token) {
      const text = randomText(28);
      access.put(digest(text), token);
      return text;
    },
    findAccess: (token) => access.get(digest(token)),
    issueRefresh(token) {
      const text = randomText(32);
      refresh.put(digest(text), { ...token, used: false });
      return text;
    },
    findRefresh: (token) => refresh.get(digest(token)),
    markRefreshUsed(token) {
      const found = refresh.get(digest(token));
      if (found !== undefined) refresh.put(digest(token), { ...found, used: true });
    },
    retireReplaced({ replaces }) {
      if (replaces !== undefined && refresh.get(replaces) !== undefined) refresh.remove(replaces);
    },
    issueCode(code) {
      const text = randomText(24);
      codes.put(digest(text), { ...code, used: false });
      return text;
    },
    findCode: (code) => codes.get(digest(code)),
    markCodeUsed(code) {
      const found = codes.get(digest(code));
      if (found !== undefined) codes.put(digest(code), { ...found, used: true });
    },
    expireAccess(matches) {
      const hit = [...access.entries()].filter(([, token]) => token.expiresAtMs > clock.now().epochMilliseconds && matches(token));
      for (const [id, token] of hit) access.put(id, { ...token, expiresAtMs: clock.now().epochMilliseconds });
      return hit.length;
    },
    dropRefresh(matches) {
      const hit = [...refresh.entries()].filter(([, token]) => matches(token));
      for (const [id] of hit) refresh.remove(id);
      return hit.length;
    },
    close() {
      for (const journal of [access, refresh, codes]) journal.close();
    },
  };
}
