import type { CategoryRule } from "./category-rules/index.ts";
import { type Word, fold } from "./words.ts";

interface Phrase {
  readonly rule: CategoryRule;
  /** Folded words; the last letter of one may be `*`. */
  readonly words: readonly string[];
  readonly exact: boolean;
  /** Place of the rule among all rules. */
  readonly rank: number;
}

/** Where in a text a phrase of a rule stands. */
export interface PhraseMatch {
  readonly rule: CategoryRule;
  /** Index of the first word and of the one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly exact: boolean;
  readonly rank: number;
}

export interface PhraseIndex {
  /** The best phrase in a text: the longest, then the leftmost, then the earliest rule; undefined when none fits. */
  find(words: readonly Word[], fits: (match: PhraseMatch) => boolean): PhraseMatch | undefined;
}

/** Letters of a word with `*` by which it is found. */
const stemLength = 2;

/** Prepares rules for looking through many texts: phrases are found by their first word, so the number of rules costs nothing. */
export function indexPhrases(rules: readonly CategoryRule[]): PhraseIndex {
  const byWord = new Map<string, Phrase[]>();
  const byStem = new Map<string, Phrase[]>();
  rules.forEach((rule, rank) => {
    for (const text of rule.phrases) {
      const exact = text.startsWith("=");
      const words = fold(exact ? text.slice(1) : text).split(" ");
      const [first = ""] = words;
      const open = first.endsWith("*");
      const [map, key] = open ? [byStem, first.slice(0, stemLength)] : [byWord, first];
      map.set(key, [...(map.get(key) ?? []), { rule, words, exact, rank }]);
    }
  });
  return {
    find(words, fits) {
      let best: PhraseMatch | undefined;
      for (let from = 0; from < words.length; from += 1) {
        const first = words[from]?.folded ?? "";
        for (const phrases of [byWord.get(first), byStem.get(first.slice(0, stemLength))]) {
          for (const phrase of phrases ?? []) {
            if (!standsAt(phrase, words, from)) continue;
            const match: PhraseMatch = { rule: phrase.rule, from, to: from + phrase.words.length, exact: phrase.exact, rank: phrase.rank };
            if ((best === undefined || better(match, best)) && fits(match)) best = match;
          }
        }
      }
      return best;
    },
  };
}

function standsAt(phrase: Phrase, words: readonly Word[], from: number): boolean {
  return phrase.words.every((wanted, offset) => {
    const word = words[from + offset]?.folded;
    if (word === undefined) return false;
    return wanted.endsWith("*") ? word.startsWith(wanted.slice(0, -1)) : word === wanted;
  });
}

function better(a: PhraseMatch, b: PhraseMatch): boolean {
  const length = a.to - a.from - (b.to - b.from);
  if (length !== 0) return length > 0;
  if (a.from !== b.from) return a.from < b.from;
  return a.rank < b.rank;
}
