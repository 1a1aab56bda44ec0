import { randomUUID } from "node:crypto";
import type { bffRoutes } from "@opl/contracts/http/bff";
import type { ResponseOf } from "@opl/contracts/http";
import { Agent, request } from "undici";

type Routes = typeof bffRoutes;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: T;
}

/** The answer to a return; `consentId` is empty where it was about something else. */
type CameBack = ResponseOf<Routes["finishConnection"]> & { readonly consentId: string };

/**
 * A person without a browser: signs up, connects banks by pressing the buttons of the bank's own pages, asks the same routes as the
 * client. For what needs many people or many tries; the journeys themselves run in a real browser.
 */
export class Person {
  readonly origin: string;
  readonly email: string;
  readonly password = "a-long-enough-passphrase";
  #cookies = new Map<string, string>();

  constructor(origin: string, email = `${randomUUID()}@ledger.example`) {
    this.origin = origin;
    this.email = email;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async ask<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const answer = await request(`${this.origin}${path}`, {
      method: method as "GET",
      headers: {
        accept: "application/json",
        ...(this.#cookies.size === 0 ? {} : { cookie: this.cookie }),
        ...(method === "GET" ? {} : { origin: this.origin, "opl-csrf": "1", "content-type": "application/json" }),
      },
      ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: (text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text) as T };
  }

  /** The body of a good answer; anything else is thrown with what the product said. */
  async get<Name extends keyof Routes>(_route: Name, path: string): Promise<ResponseOf<Routes[Name]>> {
    const answer = await this.ask<ResponseOf<Routes[Name]>>("GET", path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async post<Name extends keyof Routes>(_route: Name, path: string, body: unknown): Promise<ResponseOf<Routes[Name]>> {
    const answer = await this.ask<ResponseOf<Routes[Name]>>("POST", path, body);
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async signUp(name = "Testi Henkilö"): Promise<this> {
    const made = await this.ask("POST", "/api/auth/sign-up/email", { name, email: this.email, password: this.password });
    if (made.status !== 200) throw new Error(`sign-up: ${made.status} ${JSON.stringify(made.body)}`);
    return this.signIn();
  }

  async signIn(password = this.password): Promise<this> {
    const answer = await this.ask("POST", "/api/auth/sign-in/email", { email: this.email, password });
    if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${JSON.stringify(answer.body)}`);
    return this;
  }

  /** From "connect" to the return, as this sandbox PSU. @returns the consent and how the bank's answer was taken */
  async connect(aspspId: string, bankPsu: string, decision: "approve" | "refuse" = "approve"): Promise<CameBack> {
    const { redirectUrl } = await this.post("startConnection", "/api/connections", { aspspId });
    return this.comeBack(await visitBank(redirectUrl, bankPsu, decision));
  }

  /** Hands over what the bank put into the address it sent the browser back to. */
  async comeBack(returnUrl: string): Promise<CameBack> {
    const url = new URL(returnUrl);
    const parameters = [...new URLSearchParams(url.hash.slice(1) || url.search)].map(([name, value]) => ({ name, value }));
    const answer = await this.post("finishConnection", "/api/connections/return", { redirectContext: url.pathname.split("/").at(-1), parameters });
    return { ...answer, consentId: answer.about.kind === "consent" ? answer.about.consentId : "" };
  }

  /** Waits until the reading of that consent has ended; every wait is an answer of the product, not a pause of a guessed length. */
  async untilRead(consentId: string, limitMs = 120_000): Promise<ResponseOf<Routes["getConnection"]>> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const told = await this.ask<ResponseOf<Routes["getConnection"]>>("GET", `/api/connections/${consentId}`).catch(() => null);
      const status = told?.status === 200 ? told.body.connection.sync?.status : undefined;
      if (told !== null && (status === "completed" || status === "failed")) return told.body;
      if (performance.now() > deadline) throw new Error(`not read within ${limitMs} ms: ${JSON.stringify(told?.body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface BankForm {
  readonly action: string;
  readonly fields: [string, string][];
}

const unescape = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const attribute = (tag: string, name: string): string | null => {
  const found = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return found === null ? null : unescape(found[1] ?? found[2] ?? "");
};

/** The first form of a page with what it would send: hidden fields, and whatever is ticked or chosen. */
function formOf(html: string): BankForm {
  const form = /<form\b[^>]*>([\s\S]*?)<\/form>/.exec(html);
  if (form === null) throw new Error(`no form on the bank's page: ${html.slice(0, 300)}`);
  const fields: [string, string][] = [];
  for (const [tag] of (form[1] ?? "").matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, "name");
    if (name === null) continue;
    if (/^(checkbox|radio)$/.test(attribute(tag, "type") ?? "") && !/\schecked\b/.test(tag)) continue;
    fields.push([name, attribute(tag, "value") ?? "on"]);
  }
  return { action: attribute(form[0], "action") ?? "", fields };
}

/** Browsers read headers far longer than this library of its own accord: a bank may send them to an address of any length. */
const likeABrowser = new Agent({ maxHeaderSize: 262_144 });

/** Logs in at the sandbox bank's page as that PSU and decides. @returns the address the bank sends the browser to */
export async function visitBank(redirectUrl: string | null, bankPsu: string, decision: "approve" | "refuse"): Promise<string> {
  if (redirectUrl === null) throw new Error("This bank asks the person in its app.");
  const bank = new URL(redirectUrl).origin;
  const cookies = new Map<string, string>();
  const go = async (url: string, body?: URLSearchParams): Promise<{ url: string; html: string }> => {
    if (new URL(url).origin !== bank) return { url, html: "" };
    const answer = await request(url, {
      dispatcher: likeABrowser,
      method: body === undefined ? "GET" : "POST",
      headers: {
        "accept-language": "en",
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded", origin: bank }),
      },
      ...(body === undefined ? {} : { body: body.toString() }),
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const html = await answer.body.text();
    const { location } = answer.headers;
    return typeof location === "string" ? go(new URL(location, url).href) : { url, html };
  };
  const submit = (page: { url: string; html: string }, change: Record<string, string>): Promise<{ url: string; html: string }> => {
    const form = formOf(page.html);
    const body = new URLSearchParams(form.fields.filter(([name]) => !(name in change)));
    for (const [name, value] of Object.entries(change)) body.append(name, value);
    return go(new URL(form.action, page.url).href, body);
  };
  let page = await go(redirectUrl);
  // Nothing to decide (any more): the bank says so at once.
  if (new URL(page.url).origin !== bank) return page.url;
  page = await submit(page, { psuId: bankPsu });
  page = await submit(page, { decision });
  if (new URL(page.url).origin === bank) throw new Error(`the bank did not send the person back: ${page.html.slice(0, 500)}`);
  return page.url;
}
