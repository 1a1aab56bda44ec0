/** Host-bound, so that no sibling domain can plant or overwrite it (US-26). Browsers accept it on http only for localhost. */
export const sessionCookieName = "__Host-opl-session";

/** Strict: no other site's page can make the browser send it. The bank's return needs none, its page asks from within. */
export const sessionCookieAttributes = { path: "/", secure: true, httpOnly: true, sameSite: "strict" } as const;

const longest = 1_000;

/**
 * The session cookie out of a Cookie header, as `name=value` for the login library.
 * Undefined when there is none, more than one, or one that is too long to be ours.
 */
export function sessionCookieOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const ours = header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${sessionCookieName}=`));
  const [only] = ours;
  return ours.length === 1 && only !== undefined && only.length <= longest ? only : undefined;
}
