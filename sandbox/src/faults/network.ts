import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { defineFault, type Answer, type Fault, type Interception } from "./fault.ts";

const html = '<!doctype html><html lang="fi"><title>Huoltokatko</title><h1>Palvelu on hetken poissa käytöstä</h1></html>';

/** Delays, broken connections and answers that are not what was asked for. */
export const networkFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "network.latency",
    summary: "Waits before answering; taken away, it lets go what it holds.",
    options: z.strictObject({ ms: z.int().min(0).max(600_000) }),
    async intercept({ ms }, _call, gone) {
      await sleep(ms, undefined, { signal: gone }).catch(() => undefined);
      return undefined;
    },
  }),
  defineFault({
    name: "network.status",
    summary: "Answers with a status and an error in the chosen shape.",
    options: z.strictObject({
      status: z.int().min(200).max(599).default(503),
      shape: z.enum(["business", "wrapped", "gateway", "tpp-messages", "oauth", "html", "empty"]).default("business"),
      type: z.string().default("TECHNICAL"),
      code: z.string().default("messaging.adaptors.http.flow.ServiceUnavailable"),
      message: z.string().default("The service is unavailable"),
      retryAfter: z.string().optional(),
    }),
    intercept(options): Interception {
      const headers = options.retryAfter === undefined ? {} : { "retry-after": options.retryAfter };
      const { shape } = options;
      if (shape === "html") return { kind: "answer", status: options.status, body: html, headers: { ...headers, "content-type": "text/html; charset=utf-8" } };
      if (shape === "empty") return { kind: "answer", status: options.status, body: "", headers };
      return {
        kind: "answer",
        status: options.status,
        body: JSON.stringify(errorBody({ ...options, shape })),
        headers: { ...headers, "content-type": "application/json; charset=utf-8" },
      };
    },
  }),
  defineFault({
    name: "network.quota",
    summary: "Refuses with 429 and the quota fault of the gateway. retryAfter is sent as given, sensible or not.",
    options: z.strictObject({ retryAfter: z.string().optional(), code: z.enum(["QuotaViolation", "SpikeArrestViolation"]).default("QuotaViolation") }),
    intercept({ retryAfter, code }): Interception {
      const fault = { faultstring: "Rate limit quota violation. Quota limit exceeded", detail: { errorcode: `policies.ratelimit.${code}` } };
      const headers = { "content-type": "application/json", ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }) };
      return { kind: "answer", status: 429, body: JSON.stringify({ fault }), headers };
    },
  }),
  defineFault({ name: "network.hang", summary: "Takes the request and never answers.", options: z.strictObject({}), intercept: () => ({ kind: "hang" }) }),
  defineFault({
    name: "network.reset",
    summary: "Closes the connection instead of answering.",
    options: z.strictObject({}),
    intercept: () => ({ kind: "reset" }),
  }),
  defineFault({
    name: "network.cut-body",
    summary: "Announces a long body, sends its beginning and closes the connection.",
    options: z.strictObject({}),
    intercept: () => ({
      kind: "raw",
      write(socket) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"transactions":[{"amount":"-1', () => socket.destroy());
      },
    }),
  }),
  defineFault({
    name: "network.drip",
    summary: "Sends one byte of an endless body at a time.",
    options: z.strictObject({ everyMs: z.int().min(1).default(1000) }),
    intercept: ({ everyMs }) => ({
      kind: "raw",
      write(socket) {
        socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n[");
        const timer = setInterval(() => socket.write(" "), everyMs);
        socket.once("close", () => clearInterval(timer));
      },
    }),
  }),
  defineFault({
    name: "network.redirect",
    summary: "Sends the caller elsewhere.",
    options: z.strictObject({ to: z.string(), status: z.int().min(301).max(308).default(302) }),
    intercept: ({ to, status }) => ({ kind: "answer", status, body: "", headers: { location: to } }),
  }),
  defineFault({
    name: "network.html-page",
    summary: "Answers 200 with a maintenance page.",
    options: z.strictObject({ keepContentType: z.boolean().default(false) }),
    answer: (answer, { keepContentType }) => ({
      status: 200,
      headers: { ...answer.headers, "content-type": keepContentType ? "application/json; charset=utf-8" : "text/html; charset=utf-8" },
      body: html,
    }),
  }),
  defineFault({
    name: "network.headers",
    summary: "Adds or replaces headers of the answer.",
    options: z.strictObject({ set: z.record(z.string(), z.string()) }),
    answer: (answer, { set }) => ({ ...answer, headers: { ...answer.headers, ...set } }),
  }),
  defineFault({
    name: "network.many-headers",
    summary: "Adds so many headers that no client should read on.",
    options: z.strictObject({ count: z.int().min(1).max(20_000).default(10_000) }),
    answer: (answer, { count }) => ({
      ...answer,
      headers: { ...answer.headers, ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-filler-${index}`, "padding"])) },
    }),
  }),
  defineFault({
    name: "network.gzip-bomb",
    summary: "A small compressed body that becomes very large.",
    options: z.strictObject({ megabytes: z.int().min(1).max(512).default(64) }),
    answer: (answer, { megabytes }) => compressed(answer, Buffer.concat([Buffer.from("["), Buffer.alloc(megabytes * 1024 * 1024, 0x20), Buffer.from("]")])),
  }),
  defineFault({
    name: "network.stacked-encodings",
    summary: "Compresses the body several times over.",
    options: z.strictObject({ times: z.int().min(2).max(20).default(5) }),
    answer(answer, { times }) {
      let body = Buffer.from(String(answer.body));
      for (let each = 0; each < times; each += 1) body = gzipSync(body);
      return { ...answer, body, headers: { ...answer.headers, "content-encoding": Array.from({ length: times }, () => "gzip").join(", ") } };
    },
  }),
];

function errorBody({
  shape,
  type,
  code,
  message,
}: {
  shape: "business" | "wrapped" | "gateway" | "tpp-messages" | "oauth";
  type: string;
  code: string;
  message: string;
}): object {
  const error = { id: "b2f0c6d4-0000-4000-8000-00000000f4a1", type, message };
  if (shape === "tpp-messages") return { tppMessages: [{ category: "ERROR", code, text: message }] };
  if (shape === "oauth") return { error: code, error_description: message };
  if (shape === "gateway") return { fault: { faultstring: message, detail: { errorcode: code } } };
  return shape === "wrapped" ? { errors: [error] } : error;
}

function compressed(answer: Answer, body: Buffer): Answer {
  return { ...answer, body: gzipSync(body), headers: { ...answer.headers, "content-encoding": "gzip" } };
}
