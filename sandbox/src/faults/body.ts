import { z } from "zod";
import { defineFault, type Answer, type Fault } from "./fault.ts";

/** Bodies that are not the JSON they claim to be, or JSON that parsers read differently. */
export const bodyFaults: readonly Fault<unknown>[] = [
  textFault("body.truncated", "Cuts the body in half.", (text) => text.slice(0, Math.floor(text.length / 2))),
  textFault("body.trailing-garbage", "Appends text after the document.", (text) => `${text}\n{"more":true}`),
  textFault("body.number-amounts", "Writes amounts as JSON numbers.", (text) =>
    text.replaceAll(/("(?:amount|netBalance|grossBalance)"):"(-?[\d.]+)"/g, "$1:$2"),
  ),
  textFault("body.duplicate-keys", "Gives the first amount or balance a second, different value.", (text) =>
    text.replace(/("(?:amount|netBalance)"):("[^"]*")/, '$1:$2,$1:"0.01"'),
  ),
  textFault("body.prototype-keys", "Adds members named __proto__, constructor and prototype.", (text) =>
    text.replace("{", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"prototype":{},'),
  ),
  textFault("body.unsafe-integer", "Adds a whole number beyond 2^53.", (text) => text.replace("{", '{"sequenceNumber":9007199254740993,')),
  textFault("body.byte-order-mark", "Begins with a byte order mark.", (text) => `\uFEFF${text}`),
  defineFault({
    name: "body.deep-nesting",
    summary: "Answers with very many nested arrays.",
    options: z.strictObject({ depth: z.int().min(1).max(1_000_000).default(100_000) }),
    answer: (answer, { depth }) => ({ ...answer, body: `${"[".repeat(depth)}${"]".repeat(depth)}` }),
  }),
  defineFault({
    name: "body.invalid-utf8",
    summary: "Puts bytes into the body that are not UTF-8.",
    options: z.strictObject({}),
    answer: (answer) => ({
      ...answer,
      body: Buffer.concat([Buffer.from(String(answer.body).slice(0, 2)), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from(String(answer.body).slice(2))]),
    }),
  }),
  defineFault({
    name: "body.utf-16",
    summary: "Sends the body as UTF-16.",
    options: z.strictObject({}),
    answer: (answer) => ({ ...answer, body: Buffer.from(`\uFEFF${String(answer.body)}`, "utf16le") }),
  }),
  defineFault({
    name: "body.replace",
    summary: "Sends any body: text, or bytes in base64.",
    options: z.union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.string() })]),
    answer: (answer, options) => ({ ...answer, body: "text" in options ? options.text : Buffer.from(options.base64, "base64") }),
  }),
];

function textFault(name: string, summary: string, change: (text: string) => string): Fault<unknown> {
  return defineFault({ name, summary, options: z.strictObject({}), answer: (answer: Answer) => ({ ...answer, body: change(String(answer.body)) }) });
}
