import type { CategoryId, CategoryReason } from "@opl/contracts/model";
import { type CategoryRule, type Confidence, categoryRules, rulesVersion } from "./category-rules/index.ts";
import { isNoise } from "./counterparty.ts";
import type { Entry } from "./entry.ts";
import { type OwnAccounts, isOwnIban, isOwnName } from "./own-accounts.ts";
import { type PhraseMatch, indexPhrases } from "./phrase-index.ts";
import { type Word, wordsOf } from "./words.ts";

const indexOf = (source: CategoryRule["source"]) => indexPhrases(categoryRules.filter((rule) => rule.source === source));
const codes = indexOf("code");
const counterparties = indexOf("counterparty");
const words = indexOf("word");
/** Words of a bank's type text that mean a card was used: nobody pays a person by card. */
const cardWords = new Set("pkorttimaksu korttimaksu korttiosto kortti card kortkop kortbetalning kop visa mastercard debit purchase".split(" "));

interface Text {
  readonly raw: string;
  readonly words: readonly Word[];
}

/**
 * Names the category of one entry and says why. Pure and total: every entry gets exactly one category, and the same entry with the
 * same own accounts always the same. Asked in this order: own accounts, the bank's type text, the counterparty, telling words,
 * a counterparty named in the message, a payment service that hides the shop, the sign.
 *
 * Transfers that only show in a second account are decided later, by {@link findMirroredTransfers}.
 */
export function categorise(entry: Entry, own: OwnAccounts): CategoryReason {
  if (isOwnIban(own, entry.counterpartyIban)) return decided("transfers", "transfer.own-account", entry.counterpartyIban, "certain");
  if (isOwnName(own, entry.counterpartyName)) return decided("transfers", "transfer.own-name", entry.counterpartyName, "likely");

  const name = textOf(entry.counterpartyName);
  const message = textOf(entry.remittanceInformation);
  const code = textOf(entry.proprietaryCode);
  const fits = (text: Text, weak: boolean) => (match: PhraseMatch) =>
    match.rule.weak === weak && suits(match.rule, entry.amountMinor) && stands(match, text, isCard);
  const isCard = own.cards.has(entry.accountId) || [...code.words, ...message.words.slice(0, 1)].some((word) => cardWords.has(word.folded));
  const subject = name.words.length > 0 ? name : message;
  const sure: Confidence | undefined = subject === name ? undefined : "likely";

  return (
    byRule(code, codes.find(code.words, fits(code, false))) ??
    byRule(subject, counterparties.find(subject.words, fits(subject, false)), sure) ??
    byRule(name, words.find(name.words, fits(name, false))) ??
    byRule(message, words.find(message.words, fits(message, false))) ??
    byRule(code, words.find(code.words, fits(code, false))) ??
    byRule(message, counterparties.find(message.words, fits(message, false)), "likely") ??
    byRule(subject, counterparties.find(subject.words, fits(subject, true))) ??
    byRule(message, words.find(message.words, fits(message, true))) ??
    decided(entry.amountMinor > 0n ? "income" : "other", "fallback.sign", null, "guess")
  );
}

function decided(category: CategoryId, ruleId: string, matched: string | null, confidence: Confidence): CategoryReason {
  return { category, ruleId, matched, confidence, rulesVersion };
}

function byRule(text: Text, match: PhraseMatch | undefined, confidence?: Confidence): CategoryReason | undefined {
  if (match === undefined) return undefined;
  const { rule, from, to } = match;
  const matched = text.raw.slice(text.words[from]?.start, text.words[to - 1]?.end);
  return decided(rule.category, rule.id, matched, rule.weak ? rule.confidence : (confidence ?? rule.confidence));
}

function suits(rule: CategoryRule, amountMinor: bigint): boolean {
  return rule.direction === null || (rule.direction === "in" ? amountMinor > 0n : amountMinor < 0n);
}

/** A phrase that wants to stand alone (`=sale`) may have a place behind it when a card was used: shops, not people, take cards. */
function stands(match: PhraseMatch, text: Text, isCard: boolean): boolean {
  if (!match.exact) return true;
  const before = text.words.slice(0, match.from).every((word) => isNoise(word.folded));
  const behind = text.words.slice(match.to).every((word) => isNoise(word.folded));
  return before && (behind || isCard);
}

function textOf(raw: string | null): Text {
  return raw === null ? empty : { raw, words: wordsOf(raw) };
}
const empty: Text = { raw: "", words: [] };
