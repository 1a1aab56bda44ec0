import { request } from "undici";

/** What came back to the redirect address, from the fragment or the query. */
export type Returned = Readonly<Record<string, string>>;

interface Visitor {
  readonly psuId: string;
  readonly decision?: "approve" | "refuse";
  /** What happens while the person, logged in, thinks it over. */
  readonly beforeDeciding?: () => Promise<void>;
}

/** Goes through the bank's pages as a person does: logs in, ticks everything, approves or refuses. */
export async function visitBank(redirectUrl: string, person: Visitor): Promise<Returned> {
  const cookies = new Map<string, string>();
  let at = { url: redirectUrl, html: "" };
  const go = async (url: string, form?: URLSearchParams): Promise<void> => {
    at = { url, html: "" };
    if (new URL(url).origin !== new URL(redirectUrl).origin) return;
    const answer = await request(url, {
      method: form === undefined ? "GET" : "POST",
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded", origin: new URL(redirectUrl).origin }),
      },
      ...(form === undefined ? {} : { body: form.toString() }),
    });
    for (const cookie of [answer.headers["set-cookie"] ?? []].flat()) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      cookies.set(name, value);
    }
    const html = await answer.body.text();
    if (typeof answer.headers.location === "string") return go(new URL(answer.headers.location, url).href);
    at = { url, html };
  };
  await go(redirectUrl);
  await go(...submission(at, "psuId", { psuId: person.psuId }));
  await person.beforeDeciding?.();
  await go(...submission(at, "decision", { decision: person.decision ?? "approve" }));
  const { hash, search } = new URL(at.url);
  return Object.fromEntries(new URLSearchParams(hash.slice(1) || search.slice(1)));
}

/** The form that has a field or button of this name, filled with what it shows and what we say. */
function submission({ url, html }: { url: string; html: string }, wanted: string, fill: Record<string, string>): [string, URLSearchParams] {
  for (const [, attributes = "", inner = ""] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
    if (!inner.includes(`name="${wanted}"`)) continue;
    const form = new URLSearchParams();
    for (const [, input = ""] of inner.matchAll(/<input\b([^>]*)>/g)) {
      const name = attribute(input, "name");
      const unticked = ["checkbox", "radio"].includes(attribute(input, "type")) && !/\bchecked\b/.test(input);
      if (name !== "" && !(name in fill) && !unticked) form.append(name, attribute(input, "value"));
    }
    for (const [name, value] of Object.entries(fill)) form.append(name, value);
    return [new URL(attribute(attributes, "action"), url).href, form];
  }
  throw new Error(`no form with ${wanted} at ${url}: ${html.slice(0, 300)}`);
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
