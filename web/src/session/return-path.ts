/** The pages a person may be sent back to after signing in; nothing else is ever followed. */
const KNOWN = /^\/(?:transactions|insights|permissions|settings|operator|operator\/[a-z]{1,20}|connect|connect\/[a-z][a-z0-9-]{1,39})?$/;

/** A path of our own to go to, or the overview. `wanted` comes from the address bar and may be anything. */
export function safeReturnPath(wanted: unknown, origin: string): string {
  if (typeof wanted !== "string") return "/";
  try {
    const url = new URL(wanted, origin);
    if (url.origin === new URL(origin).origin && wanted.startsWith("/") && KNOWN.test(url.pathname)) return url.pathname + url.search;
  } catch {
    // Not an address at all.
  }
  return "/";
}
