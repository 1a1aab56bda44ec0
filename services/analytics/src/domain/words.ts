/** A word of a bank's text: folded for comparing, with its place in the text as the bank wrote it. */
export interface Word {
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

const wordPattern = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const plain = /^[\x20-\x7e]*$/;
const marks = /\p{M}+/gu;
/** Letters that do not fall apart into a base letter and a mark. */
const ligatures: Readonly<Record<string, string>> = { ø: "o", æ: "ae", œ: "oe", ß: "ss", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i" };
const ligaturePattern = /[øæœßđðłþı]/gu;

/** Lower case without marks, so that `PÄIVÄKOTI`, `Päiväkoti` and `PAIVAKOTI` are the same word whatever the locale of a machine. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (plain.test(lower)) return lower;
  return lower
    .normalize("NFKD")
    .replaceAll(marks, "")
    .replaceAll(ligaturePattern, (letter) => ligatures[letter] ?? letter);
}

/** The words of a text in their order; anything between letters and digits separates. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(wordPattern)) {
    words.push({ folded: fold(match[0]), start: match.index, end: match.index + match[0].length });
  }
  return words;
}

/** The same words in any order give the same key: `MEIKÄLÄINEN MATTI` and `Matti Meikäläinen`. */
export function nameKey(name: string): string {
  return wordsOf(name)
    .map((word) => word.folded)
    .toSorted()
    .join(" ");
}
