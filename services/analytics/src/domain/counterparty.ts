import { type Word, wordsOf } from "./words.ts";

/** Who was paid or who paid, without the bank's and the card terminal's additions. */
export interface CleanCounterparty {
  /** For people: `K-Market Kamppi`. */
  readonly name: string;
  /** For comparing: the same counterparty gives the same key however a bank decorates it. Empty when nothing is left. */
  readonly key: string;
}

/** Legal forms: at the end of a name they say nothing about who it is. */
const legalForms = new Set(
  "oy oyj ab abp ky tmi ry rf ltd limited inc gmbh as asa aps ag bv nv sa sarl spa srl llc plc se co corp kg ug ou uab sia".split(" "),
);
/** Lands and parts of web addresses: the same. */
const places = new Set(
  "fi suomi finland fin sverige sweden swe norge norway nor danmark denmark dnk eesti estonia est deutschland deu international europe emea www http https com net org".split(
    " ",
  ),
);
/** What terminals and banks write in front of a name. */
const decorations = new Set(
  "korttiosto korttimaksu pkorttimaksu kortti card kortkop kop osto ostopvm pvm pos visa mastercard debit purchase kauppa payment maksu verkkomaksu payltr ecom contactless lahimaksu kuitti nro viite arkistointitunnus".split(
    " ",
  ),
);
/** Payment services that put the shop's name behind their own, parted by a star or underscore. */
const services =
  /^\s*(?:paypal|pp|sumup|zettle|izettle|klarna|iz|sq|sqr|mob\.?\s?pay|mobilepay|nyx|nayax|stripe|vfi|verifone|cko|tst|ls|payu|adyen|paytrail|nets|worldline|wl|dnh|sp)\s?[*_]+\s*(?=\S*\p{L})/iu;
const manyDigits = /\d.*\d.*\d/;
const onlyDigits = /^\d+$/;
/** So many words tell who it is; the rest is a street or a receipt. */
const keyWords = 4;

/** The bank's words that tell who it was; where the bank names nobody, the text of the entry. */
export function counterpartyTextOf(entry: { readonly counterpartyName: string | null; readonly remittanceInformation: string | null }): string {
  return entry.counterpartyName ?? entry.remittanceInformation ?? "";
}

/** Cleans the words that tell who it was; see {@link counterpartyTextOf}. */
export function cleanCounterparty(text: string): CleanCounterparty {
  const raw = text.replace(services, "");
  const words = wordsOf(raw);
  const telling = words.filter((word, index) => tells(word, index, words));
  return {
    name: displayName(raw, telling.length > 0 ? telling : words.slice(0, keyWords)),
    key: telling
      .slice(0, keyWords)
      .map((word) => word.folded)
      .join(" "),
  };
}

/** True when the word says nothing about who a counterparty is. */
export function isNoise(folded: string): boolean {
  return legalForms.has(folded) || places.has(folded) || decorations.has(folded) || onlyDigits.test(folded) || manyDigits.test(folded);
}

function tells(word: Word, index: number, words: readonly Word[]): boolean {
  if (!isNoise(word.folded)) return true;
  // A number or a decoration can be the name itself: "24 Pesula", "Osto & Myynti". Only a form stands alone and means nothing.
  return words.length === 1 && index === 0;
}

function displayName(raw: string, words: readonly Word[]): string {
  const first = words[0];
  const last = words.at(-1);
  if (first === undefined || last === undefined) return "";
  const kept = new Set(words.map((word) => word.start));
  const pieces: string[] = [];
  let end = first.start;
  for (const word of wordsOf(raw)) {
    if (word.start < first.start || word.end > last.end) continue;
    // A legal form between two words belongs to the name: Asunto Oy Kallio.
    if (!kept.has(word.start) && !legalForms.has(word.folded)) continue;
    const between = raw.slice(end, word.start);
    // What joins two kept words stays when it is one sign: the hyphen of K-Market, the ampersand of H&M.
    pieces.push(pieces.length === 0 ? "" : /^[-&'’./+]$/.test(between) ? between : " ", raw.slice(word.start, word.end));
    end = word.end;
  }
  const text = pieces.join("");
  return text === text.toUpperCase() ? capitalise(text) : text;
}

const small = /(?<=\s)(?:JA|OCH|OG|AND|OF|THE|RY|RF)(?=\s|$)/gu;
const companies = /(?<=\s)(?:OY|OYJ|AB|ABP|KY|TMI|LTD|INC)(?=\s|$)/gu;

/** `K-MARKET KAMPPI` becomes `K-Market Kamppi`; up to three letters stay as they are, they may be a name like HSL. */
function capitalise(text: string): string {
  const first = (word: string) => word.slice(0, 1) + word.slice(1).toLowerCase();
  return text
    .replaceAll(small, (word) => word.toLowerCase())
    .replaceAll(companies, first)
    .replaceAll(/\p{L}{4,}/gu, first)
    .replaceAll(/(?<=['’])S(?!\p{L})/gu, "s");
}
