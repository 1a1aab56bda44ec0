import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { gunzipSync } from "node:zlib";

/** One question and its answer, as they were on the wire; headers in small letters. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string; readonly body: unknown };
}

interface Sent {
  readonly request: { readonly origin: string | URL; readonly method: string; readonly path: string };
}
interface Kept {
  readonly request: Sent["request"];
  head: string;
  readonly body: Buffer[];
  status: number;
  headers: readonly (Buffer | string)[];
  readonly answer: Buffer[];
}

/** What this process asks of one origin from now on, overheard below everything of ours: where undici writes to the socket. */
export function overhear(origin: string): { exchanges(): readonly Exchange[] } & Disposable {
  const kept = new Map<Sent["request"], Kept>();
  const of = ({ request }: Sent): Kept | undefined => {
    if (String(request.origin) !== origin) return undefined;
    const known = kept.get(request) ?? { request, head: "", body: [], status: 0, headers: [], answer: [] };
    kept.set(request, known);
    return known;
  };
  const listeners = {
    "undici:client:sendHeaders": (message) => {
      const one = of(message as Sent);
      if (one !== undefined) one.head = (message as { headers: string }).headers;
    },
    "undici:request:bodyChunkSent": (message) => void of(message as Sent)?.body.push(Buffer.from((message as { chunk: Uint8Array }).chunk)),
    "undici:request:headers": (message) => {
      const one = of(message as Sent);
      if (one !== undefined) ({ statusCode: one.status, headers: one.headers } = (message as { response: { statusCode: number; headers: Buffer[] } }).response);
    },
    "undici:request:bodyChunkReceived": (message) => void of(message as Sent)?.answer.push(Buffer.from((message as { chunk: Uint8Array }).chunk)),
  } satisfies Record<string, (message: unknown) => void>;
  for (const [channel, listener] of Object.entries(listeners)) subscribe(channel, listener);
  return {
    exchanges: () => [...kept.values()].map(read),
    [Symbol.dispose]() {
      for (const [channel, listener] of Object.entries(listeners)) unsubscribe(channel, listener);
    },
  };
}

function read({ request, head, body, status, headers, answer }: Kept): Exchange {
  const answered = Object.fromEntries(
    Array.from({ length: headers.length / 2 }, (_, at) => [String(headers[at * 2]).toLowerCase(), String(headers[at * 2 + 1])]),
  );
  const bytes = Buffer.concat(answer);
  const text = (answered["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString();
  return {
    method: request.method,
    path: request.path,
    headers: Object.fromEntries(
      head
        .split("\r\n")
        .slice(1)
        .filter((line) => line.includes(":"))
        .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    ),
    body: Buffer.concat(body).toString(),
    answer: { status, headers: answered, text, body: /json/.test(answered["content-type"] ?? "") && text !== "" ? JSON.parse(text) : undefined },
  };
}
