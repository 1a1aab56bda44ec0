/** What an answer is to a test: status, headers, and the body read once. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; its shape is what the test expects. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the shape
  json<T = Record<string, unknown>>(): T;
}

interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser at the product's own page: keeps the cookie, sends what a page of ours sends. */
export interface Browser {
  /** Of the session. */
  cookie: string | undefined;
  /** Of what was begun and is not finished. */
  ceremony: string | undefined;
  readonly origin: string;
  /** Of the process it talks to. */
  readonly address: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Opens the event stream; `events` grows, `ended` resolves at its end. */
  stream(lastEventId?: string): Promise<EventStream>;
}

interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

export interface EventStream {
  readonly status: number;
  readonly headers: Headers;
  readonly events: readonly StreamedEvent[];
  readonly ended: Promise<void>;
  close(): void;
}

export function browserAt(address: string, origin: string): Browser {
  const browser: Browser = {
    cookie: undefined,
    ceremony: undefined,
    origin,
    address,
    get: (path, headers = {}) => browser.send("GET", path, { headers }),
    async send(method, path, { body, headers = {} } = {}) {
      const response = await fetch(new URL(path, address), {
        method,
        redirect: "manual",
        headers: {
          ...(method === "GET" ? {} : { origin, "opl-csrf": "1" }),
          "sec-fetch-site": "same-origin",
          ...cookiesOf(browser),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      keepCookie(browser, response.headers);
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
    },
    async stream(lastEventId) {
      const stop = new AbortController();
      const response = await fetch(new URL("/api/live", address), {
        signal: stop.signal,
        headers: {
          accept: "text/event-stream",
          "sec-fetch-site": "same-origin",
          ...cookiesOf(browser),
          ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
        },
      });
      const events: StreamedEvent[] = [];
      const ended = readEvents(response, events).catch(() => undefined);
      return { status: response.status, headers: response.headers, events, ended, close: () => stop.abort() };
    },
  };
  return browser;
}

function cookiesOf({ cookie, ceremony }: Browser): { cookie?: string } {
  const cookies = [cookie, ceremony].filter((one) => one !== undefined);
  return cookies.length === 0 ? {} : { cookie: cookies.join("; ") };
}

function keepCookie(browser: Browser, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [pair = ""] = line.split(";");
    const kept = /;\s*max-age=0/i.test(line) ? undefined : pair;
    if (pair.startsWith("__Host-opl-ceremony=")) browser.ceremony = kept;
    else browser.cookie = kept;
  }
}

/** The event stream format as a browser reads it, so far as we use it. */
async function readEvents(response: Response, events: StreamedEvent[]): Promise<void> {
  if (response.status !== 200 || response.body === null) return;
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string): string | undefined =>
        block
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const event = field("event");
      if (event !== undefined) events.push({ id: field("id"), event, data: field("data") ?? "" });
    }
  }
}
