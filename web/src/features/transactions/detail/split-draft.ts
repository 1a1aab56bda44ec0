import type { BodyInputOf } from "@opl/contracts/http/route";
import type { bffRoutes } from "@opl/contracts/http/bff";
import type { TransactionRow } from "../../../api/queries.ts";
import { type Amount, fromWire, isZero, magnitude, subtract, toWire } from "../../../format/amounts.ts";
import type { WireAmount } from "../../../format/format.ts";
import { typedAmount } from "../../../format/typed-amount.ts";
import type { CategoryId } from "../../../ui/category-ids.ts";

/** One part as far as it is typed: an amount without a sign, as the person writes it. */
export interface DraftPart {
  /** Tells parts apart while some come and go. */
  readonly key: number;
  readonly category: CategoryId | undefined;
  readonly amount: string;
  readonly note: string;
}
export type PartMistake = "category" | "amount";
/** The parts as the bff takes them. */
export type SaidParts = BodyInputOf<(typeof bffRoutes)["splitTransaction"]>["parts"];

export const fewestParts = 2;
export const mostParts = 20;

/** An amount as it is typed: without sign, grouping or currency. `decimal` is the mark of the person's language. */
export function typedText(amount: Amount, decimal: string): string {
  return toWire(magnitude(amount)).amount.replace(".", decimal);
}

/** What a person begins with: their parts, or two empty ones, the first in the category of the whole. */
export function beginDraft({ category, split }: Pick<TransactionRow, "category" | "split">, decimal: string): readonly DraftPart[] {
  if (split === null) return [emptyPart(0, category?.category), emptyPart(1)];
  return split.parts.map((part, key) => ({ key, category: part.category, amount: typedText(fromWire(part.amount), decimal), note: part.note ?? "" }));
}

export function emptyPart(key: number, category?: CategoryId): DraftPart {
  return { key, category, amount: "", note: "" };
}

/** What is left of the whole to assign, without a sign; negative where the parts are too much. What is no amount counts as nothing. */
export function leftToAssign(whole: WireAmount, parts: readonly DraftPart[]): Amount {
  return parts.reduce(
    (left, part) => {
      const typed = typedAmount(part.amount, whole.currency);
      return typed === null ? left : subtract(left, fromWire({ amount: typed, currency: whole.currency }));
    },
    magnitude(fromWire(whole)),
  );
}

/** What a part would be if it took all that is left, itself included; undefined where that is what it is, or nothing. */
export function restFor(whole: WireAmount, parts: readonly DraftPart[], key: number): Amount | undefined {
  if (isZero(leftToAssign(whole, parts))) return undefined;
  const rest = leftToAssign(
    whole,
    parts.filter((part) => part.key !== key),
  );
  return rest.minor > 0n ? rest : undefined;
}

/** What is missing or wrong, part by part in the order of the page. */
export function mistakesIn(whole: WireAmount, parts: readonly DraftPart[]): readonly { readonly key: number; readonly mistake: PartMistake }[] {
  return parts.flatMap(({ key, category, amount }) => [
    ...(category === undefined ? [{ key, mistake: "category" as const }] : []),
    ...(typedAmount(amount, whole.currency) === null ? [{ key, mistake: "amount" as const }] : []),
  ]);
}

/** The parts to keep; undefined while something is missing or left. */
export function saidParts(whole: WireAmount, parts: readonly DraftPart[]): SaidParts | undefined {
  if (mistakesIn(whole, parts).length > 0 || !isZero(leftToAssign(whole, parts))) return undefined;
  const sign = whole.amount.startsWith("-") ? "-" : "";
  return parts.flatMap(({ category, amount, note }) => {
    const typed = typedAmount(amount, whole.currency);
    if (category === undefined || typed === null) return [];
    return [{ category, amount: { amount: `${sign}${typed}`, currency: whole.currency }, note: note.trim() === "" ? null : note.trim() }];
  });
}
