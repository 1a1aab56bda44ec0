import type { CategoryId } from "@opl/contracts/model";

export type Confidence = "certain" | "likely" | "guess";

/**
 * Where a rule looks.
 * - `code`: the bank's own type text, whole words
 * - `counterparty`: who was paid or who paid, else the text where the bank names nobody
 * - `word`: a word of counterparty, type text or message
 */
export type RuleSource = "code" | "counterparty" | "word";

/** One rule. Each of its phrases alone names the category. A phrase is words; `*` ends a word that may go on; `=` in front means nothing else may stand there. */
export interface CategoryRule {
  /** Stable, `counterparty.s-market`. */
  readonly id: string;
  readonly source: RuleSource;
  readonly category: CategoryId;
  readonly phrases: readonly string[];
  readonly direction: "in" | "out" | null;
  readonly confidence: Confidence;
  /** Counts only where nothing else is known: a payment service that says nothing about what was paid. */
  readonly weak: boolean;
}

type Phrases = string | { readonly phrases: string; readonly direction?: "in" | "out"; readonly weak?: boolean; readonly confidence?: Confidence };
type Table = Readonly<Record<string, Phrases>>;

/** The rules of one category; phrases of one rule are parted by `|`. */
export function defineRules(category: CategoryId, tables: { readonly [Source in RuleSource]?: Table }): readonly CategoryRule[] {
  const usual: Readonly<Record<RuleSource, Confidence>> = { code: "certain", counterparty: "certain", word: "likely" };
  return (["code", "counterparty", "word"] as const).flatMap((source) =>
    Object.entries(tables[source] ?? {}).map(([name, given]): CategoryRule => {
      const { phrases, direction = null, weak = false, confidence } = typeof given === "string" ? { phrases: given } : given;
      return {
        id: `${source}.${name}`,
        source,
        category,
        phrases: phrases.split("|").map((phrase) => phrase.trim()),
        direction,
        confidence: confidence ?? (weak ? "guess" : usual[source]),
        weak,
      };
    }),
  );
}
