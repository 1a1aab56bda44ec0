import { request } from "undici";

/** As much of a browser as a person needs here: cookies, redirects, forms by what they show. */

interface Form {
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string; readonly type: string; readonly checked: boolean }[];
  readonly buttons: readonly { readonly name: string | undefined; readonly value: string; readonly label: string }[];
}

export interface Page {
  readonly status: number;
  readonly url: string;
  readonly html: string;
  readonly text: string;
  readonly forms: readonly Form[];
  readonly headers: Record<string, string | string[] | undefined>;
}

export class Browser {
  readonly #origin: string;
  /** By name and path. */
  readonly #cookies = new Map<string, { readonly pair: string; readonly path: string }>();
  readonly language: string;

  /** Stops following redirects as soon as one leaves `origin`. */
  constructor(origin: string, language = "en") {
    this.#origin = origin;
    this.language = language;
  }

  async open(url: string): Promise<Page> {
    return this.#go(url, "GET", undefined);
  }

  /** Presses the button with this value (or label), with the fields of its form; `change` edits them first. */
  async press(
    page: Page,
    button: string,
    change: { fill?: Record<string, string>; only?: Record<string, readonly string[]>; headers?: Record<string, string> } = {},
  ): Promise<Page> {
    for (const form of page.forms) {
      const pressed = form.buttons.find((each) => each.value === button || each.label === button);
      if (pressed === undefined) continue;
      const body = new URLSearchParams();
      for (const field of form.fields) {
        if (field.type === "checkbox" || field.type === "radio") {
          const only = change.only?.[field.name];
          if (only === undefined ? field.checked : only.includes(field.value)) body.append(field.name, field.value);
        } else body.append(field.name, change.fill?.[field.name] ?? field.value);
      }
      if (pressed.name !== undefined) body.append(pressed.name, pressed.value);
      return this.#go(new URL(form.action, page.url).href, "POST", body.toString(), change.headers);
    }
    throw new Error(`no button ${button} on ${page.url}: ${page.text}`);
  }

  async #go(url: string, method: "GET" | "POST", body: string | undefined, extra: Record<string, string> = {}): Promise<Page> {
    if (new URL(url).origin !== this.#origin) return { status: 0, url, html: "", text: "", forms: [], headers: {} };
    const answer = await request(url, {
      method,
      headers: {
        "accept-language": this.language,
        cookie: this.#cookiesFor(new URL(url).pathname),
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded", origin: this.#origin }),
        ...extra,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const cookie of [answer.headers["set-cookie"] ?? []].flat()) {
      const [pair = ""] = cookie.split(";");
      const path = /; Path=([^;]+)/.exec(cookie)?.[1] ?? "/";
      this.#cookies.set(`${pair.slice(0, pair.indexOf("="))} ${path}`, { pair, path });
    }
    const location = answer.headers.location;
    const html = await answer.body.text();
    if (typeof location === "string") return this.#go(new URL(location, url).href, "GET", undefined);
    return { status: answer.statusCode, url, html, text: textOf(html), forms: formsOf(html), headers: answer.headers };
  }

  #cookiesFor(pathname: string): string {
    const sent = [...this.#cookies.values()].filter(({ path }) => path === "/" || pathname === path || pathname.startsWith(`${path}/`));
    return sent.map(({ pair }) => pair).join("; ");
  }
}

/** Drives the bank's pages to their end: logs in, ticks what `only` names (or everything), presses the button. */
export async function visit(
  url: string,
  { psuId, decision = "approve", only = {} }: { psuId: string; decision?: "approve" | "refuse"; only?: Record<string, readonly string[]> },
): Promise<{ redirectedTo: string; parameters: URLSearchParams; selection: Page }> {
  const browser = new Browser(new URL(url).origin);
  const login = await browser.open(url);
  const selection = await browser.press(login, "Log in", { fill: { psuId } });
  const end = await browser.press(selection, decision, { only });
  const { hash, search } = new URL(end.url);
  return { redirectedTo: end.url, parameters: new URLSearchParams(hash.slice(1) || search.slice(1)), selection };
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(([, action = "", inner = ""]) => ({
    action: unescape(action),
    fields: [...inner.matchAll(/<input\b([^>]*)>/g)].map(([, attributes = ""]) => ({
      name: attribute(attributes, "name") ?? "",
      value: attribute(attributes, "value") ?? "",
      type: attribute(attributes, "type") ?? "text",
      checked: /\bchecked\b/.test(attributes),
    })),
    buttons: [...inner.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/g)].map(([, attributes = "", label = ""]) => ({
      name: attribute(attributes, "name"),
      value: attribute(attributes, "value") ?? "",
      label: textOf(label),
    })),
  }));
}

function attribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
  return found === undefined ? undefined : unescape(found);
}

function textOf(html: string): string {
  return unescape(html.replaceAll(/<style[\s\S]*?<\/style>/g, "").replaceAll(/<[^>]+>/g, " "))
    .replaceAll(/\s+/g, " ")
    .trim();
}

function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
