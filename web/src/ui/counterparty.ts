import type { TransactionRow } from "../api/queries.ts";

type Words = Pick<TransactionRow, "counterparty" | "remittanceInformation" | "proprietaryCode">;

/** Words that stay small inside a name, and forms of companies that are written with one capital. */
const SMALL = new Set(["ja", "och", "and", "of", "the"]);
const ACRONYMS = new Set([
  "OP",
  "HSL",
  "VR",
  "DNA",
  "HUS",
  "YLE",
  "IKEA",
  "H&M",
  "XXL",
  "ABC",
  "FPA",
  "HOK",
  "KOP",
  "SL",
  "SJ",
  "SAS",
  "OK",
  "IF",
  "R",
  "S",
  "K",
]);

/** Names that banks write in capitals, as people write them; anything else stays as it is. */
export function readableName(name: string): string {
  const trimmed = name.replace(/\s+/g, " ").trim();
  const letters = trimmed.replace(/[^\p{L}]/gu, "");
  if (letters.length < 4 || letters !== letters.toLocaleUpperCase("fi")) return trimmed;
  return trimmed
    .split(" ")
    .map((word, index) => {
      const lower = word.toLocaleLowerCase("fi");
      if (index > 0 && SMALL.has(lower)) return lower;
      return word
        .split(/([-/.()]+)/)
        .map((part, at, parts) => {
          if (ACRONYMS.has(part) || /\d/.test(part)) return part;
          // What follows a full stop within a word is the end of a web address.
          const first = parts[at - 1] === "." ? part.charAt(0).toLocaleLowerCase("fi") : part.charAt(0);
          return first + part.slice(1).toLocaleLowerCase("fi");
        })
        .join("");
    })
    .join(" ");
}

/** What to call a row: the counterparty, else the text, else the bank's type of entry. Undefined when the bank said nothing. */
export function readableTitle(row: Words): string | undefined {
  const words = [row.counterparty.name, row.remittanceInformation?.split("\n")[0], row.proprietaryCode].find(
    (text) => text !== null && text !== undefined && text.trim() !== "",
  );
  return words === undefined || words === null ? undefined : readableName(words);
}
