import type { TransactionFilterQuery } from "../../api/queries.ts";
import { addMonths, firstDayOf, isDay, lastDayOf, monthOf } from "../../format/dates.ts";
import { type CategoryId, categoryIds } from "../../ui/category-ids.ts";

/** What narrows the list of transactions, as the address bar holds it. Everything may be left out. */
export interface TransactionSearch {
  /** Words in counterparty or text. */
  readonly q?: string;
  readonly account?: readonly string[];
  readonly category?: readonly CategoryId[];
  readonly from?: string;
  readonly to?: string;
  /** Bounds of the amount without its sign, decimal text with a point. */
  readonly min?: string;
  readonly max?: string;
  readonly dir?: "in" | "out";
  readonly status?: "pending" | "booked";
  readonly recurring?: string;
  /** The transaction that is open beside the list; no part of the filter. */
  readonly tx?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DECIMAL = /^\d{1,12}(\.\d{1,4})?$/;

/** Reads what a person typed as an amount (`1 250,50`) into decimal text with a point; undefined when it is none. */
export function readAmountBound(text: string): string | undefined {
  const plain = text.replace(/[\s\u00a0\u202f€]/g, "").replace(",", ".");
  return DECIMAL.test(plain) ? plain : undefined;
}

function listOf(value: unknown): string[] {
  const texts = (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");
  return [...new Set(texts.flatMap((text) => text.split(",")).filter((text) => text !== ""))];
}

function optional<K extends string, const V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]?: V });
}

/** Reads a filter from the address; what is not understood is left out, never an error. */
export function decodeSearch(raw: Readonly<Record<string, unknown>>): TransactionSearch {
  const text = (name: string): string | undefined => {
    const value = raw[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const matching = (name: string, test: (value: string) => boolean): string | undefined => {
    const value = text(name);
    return value !== undefined && test(value) ? value : undefined;
  };
  const accounts = listOf(raw["account"])
    .filter((id) => UUID.test(id))
    .slice(0, 50);
  const wanted = listOf(raw["category"]);
  const chosen = categoryIds.filter((id) => wanted.includes(id));
  const dir = (["in", "out"] as const).find((one) => one === raw["dir"]);
  const status = (["pending", "booked"] as const).find((one) => one === raw["status"]);
  return {
    ...optional("q", text("q")?.slice(0, 100)),
    ...optional("account", accounts.length > 0 ? accounts : undefined),
    ...optional("category", chosen.length > 0 ? chosen : undefined),
    ...optional("from", matching("from", isDay)),
    ...optional("to", matching("to", isDay)),
    ...optional(
      "min",
      matching("min", (value) => DECIMAL.test(value)),
    ),
    ...optional(
      "max",
      matching("max", (value) => DECIMAL.test(value)),
    ),
    ...optional("dir", dir),
    ...optional("status", status),
    ...optional(
      "recurring",
      matching("recurring", (value) => UUID.test(value)),
    ),
    ...optional(
      "tx",
      matching("tx", (value) => UUID.test(value)),
    ),
  };
}

/** The question to the server that a filter stands for. */
export function toQuery(search: TransactionSearch): TransactionFilterQuery {
  const { account, category } = search;
  const words = search.q?.trim();
  return {
    ...optional("text", words === "" ? undefined : words),
    ...optional("accountId", account === undefined ? undefined : account.length === 1 ? account[0] : [...account]),
    ...optional("category", category === undefined ? undefined : category.length === 1 ? category[0] : [...category]),
    ...optional("from", search.from),
    ...optional("to", search.to),
    ...optional("minAmount", search.min),
    ...optional("maxAmount", search.max),
    ...optional("direction", search.dir),
    ...optional("status", search.status),
    ...optional("recurringId", search.recurring),
  };
}

/** True when anything narrows the list. */
export function isFiltered(search: TransactionSearch): boolean {
  return Object.keys(toQuery(search)).length > 0;
}

export type PeriodPreset = "this-month" | "last-month" | "last-3-months" | "this-year" | "last-year";
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** The spans offered by name, worked out from today. */
export function presetSpans(today: string): readonly (readonly [PeriodPreset, Span])[] {
  const month = monthOf(today);
  const year = today.slice(0, 4);
  const before = String(Number.parseInt(year, 10) - 1);
  return [
    ["this-month", { from: firstDayOf(month), to: lastDayOf(month) }],
    ["last-month", { from: firstDayOf(addMonths(month, -1)), to: lastDayOf(addMonths(month, -1)) }],
    ["last-3-months", { from: firstDayOf(addMonths(month, -2)), to: lastDayOf(month) }],
    ["this-year", { from: `${year}-01-01`, to: `${year}-12-31` }],
    ["last-year", { from: `${before}-01-01`, to: `${before}-12-31` }],
  ];
}

export type Period =
  | { readonly kind: "preset"; readonly preset: PeriodPreset }
  | { readonly kind: "month"; readonly month: string }
  | { readonly kind: "year"; readonly year: string }
  | { readonly kind: "span"; readonly from: string | undefined; readonly to: string | undefined };

/** How to call the span of a filter; undefined when it is open on both sides. */
export function periodOf({ from, to }: TransactionSearch, today: string): Period | undefined {
  if (from === undefined && to === undefined) return undefined;
  const preset = presetSpans(today).find(([, span]) => span.from === from && span.to === to);
  if (preset !== undefined) return { kind: "preset", preset: preset[0] };
  if (from !== undefined && to !== undefined) {
    if (from === firstDayOf(monthOf(from)) && to === lastDayOf(monthOf(from))) return { kind: "month", month: monthOf(from) };
    if (from === `${from.slice(0, 4)}-01-01` && to === `${from.slice(0, 4)}-12-31`) return { kind: "year", year: from.slice(0, 4) };
  }
  return { kind: "span", from, to };
}
