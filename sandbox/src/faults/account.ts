import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

type Json = z.infer<ReturnType<typeof z.json>>;

/** Lists of accounts and cards, and single accounts, that do not say what they should. Aim them at A4, A5 or A7. */
export const accountFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "account.empty-list",
    summary: "The list of accounts or cards is empty.",
    options: z.strictObject({}),
    json: (body) => (Array.isArray(body) ? [] : body),
  }),
  defineFault({
    name: "account.field",
    summary: "Sets one member of every account or card in the answer; null is sent as null.",
    options: z.strictObject({ name: z.string(), value: z.json() }),
    json: (body, { name, value }) => eachObject(body, (account) => ({ ...account, [name]: value })),
  }),
  defineFault({
    name: "account.drop-field",
    summary: "Leaves one member out of every account or card.",
    options: z.strictObject({ name: z.string() }),
    json: (body, { name }) => eachObject(body, (account) => ({ ...account, [name]: undefined })),
  }),
  defineFault({
    name: "account.repeated",
    summary: "Every account is listed twice.",
    options: z.strictObject({}),
    json: (body) => (Array.isArray(body) ? body.flatMap((account: unknown) => [account, account]) : body),
  }),
  defineFault({
    name: "answer.set",
    summary: "Sets one member of any JSON answer. The path is dotted, list positions are numbers.",
    options: z.strictObject({ path: z.string().min(1), value: z.json() }),
    json: (body, { path, value }) => setAt(structuredClone(body), path.split("."), value),
  }),
  defineFault({
    name: "answer.drop",
    summary: "Leaves one member out of any JSON object.",
    options: z.strictObject({ name: z.string().min(1) }),
    json: (body, { name }) => (typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body, [name]: undefined } : body),
  }),
];

function eachObject(body: unknown, change: (value: Record<string, unknown>) => Record<string, unknown>): unknown {
  if (Array.isArray(body)) return body.map((value: Record<string, unknown>) => change(value));
  return typeof body === "object" && body !== null ? change(body as Record<string, unknown>) : body;
}

function setAt(body: unknown, [first = "", ...rest]: readonly string[], value: Json): unknown {
  const holder = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  holder[first] = rest.length === 0 ? value : setAt(holder[first], rest, value);
  return holder;
}
