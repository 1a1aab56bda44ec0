/** Host-bound, so that no sibling domain can plant or overwrite it (US-26). Browsers accept it on http only for localhost. */
export const sessionCookieName = "__Host-opl-session";

/** What has begun in this browser and is not finished: half a sign-in, a passkey's challenge. Opens nothing by itself. */
const ceremonyCookieName = "__Host-opl-ceremony";

/** Strict: no other site's page can make the browser send it. The bank's return needs none, its page asks from within. */
export const sessionCookieAttributes = { path: "/", secure: true, httpOnly: true, sameSite: "strict" } as const;

const longest = 1_000;

/**
 * The session cookie out of a Cookie header, as `name=value` for the login library.
 * Undefined when there is none, more than one, or one that is too long to be ours.
 */
export function sessionCookieOf(header: string | undefined): string | undefined {
  return onlyCookie(header, sessionCookieName);
}

/** The token of what this browser has begun; undefined like above. */
export function ceremonyTokenOf(header: string | undefined): string | undefined {
  return onlyCookie(header, ceremonyCookieName)?.slice(ceremonyCookieName.length + 1);
}

/** The Set-Cookie value for a ceremony; without a token the browser forgets it. */
export function ceremonyCookie(token: string | undefined, seconds = 0): string {
  return `${ceremonyCookieName}=${token ?? ""}; Max-Age=${token === undefined ? 0 : seconds}; Path=/; HttpOnly; Secure; SameSite=Strict`;
}

function onlyCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  const ours = header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  const [only] = ours;
  return ours.length === 1 && only !== undefined && only.length <= longest ? only : undefined;
}
