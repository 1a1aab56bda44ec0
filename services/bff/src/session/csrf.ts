/** What the browser says about where a request comes from. A header sent twice arrives as an array or joined by a comma. */
export interface RequestOrigin {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type CsrfRefusal = "cross-site-read" | "header-missing" | "foreign-origin" | "origin-unknown";

/**
 * Decides whether a request may be one of our own page. A change needs the header `opl-csrf: 1`, which no other site can set
 * without our leave, and our own origin by `Origin` or, where the browser sends none, by `Sec-Fetch-Site`. Reading is refused
 * only when the browser itself says that another site asks. The Host header is never looked at (US-01, US-02, US-03, US-16).
 * @returns undefined when it may
 */
export function refuseForeign({ method, headers }: RequestOrigin, publicOrigin: string): CsrfRefusal | undefined {
  const site = headers["sec-fetch-site"];
  if (method === "GET") return site === "cross-site" || site === "same-site" ? "cross-site-read" : undefined;
  if (headers["opl-csrf"] !== "1") return "header-missing";
  if (site !== undefined && site !== "same-origin") return "foreign-origin";
  const { origin } = headers;
  if (origin !== undefined) return origin === publicOrigin ? undefined : "foreign-origin";
  return site === "same-origin" ? undefined : "origin-unknown";
}

/** JSON and nothing that only looks like it (US-14); a parameter other than utf-8 as charset is refused too. */
export function isPlainJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json(; ?charset=utf-8)?$/i.test(contentType);
}
