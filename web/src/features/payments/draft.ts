import { fromWire, isCurrency } from "@opl/money";
import { electronicIban, type IbanMistake, ibanMistake, ibanMistakeSoFar, isBic } from "@opl/payment-rules/account-number";
import { isCreditorReference, isFinnishReference } from "@opl/payment-rules/reference";
import { typedAmount } from "../../format/typed-amount.ts";
import type { NewOrder } from "./payments-api.ts";

/** What a person has typed so far. Text stays as typed until it is asked for. */
export interface Draft {
  /** An account of theirs, or a bank where they choose the account on its own page. */
  readonly from: { readonly aspspId: string; readonly accountId: string | null } | null;
  readonly scheme: "sepa" | "foreign";
  readonly items: readonly DraftItem[];
  readonly when: "now" | "later" | "repeat";
  readonly firstDate: string;
  readonly every: "week" | "month";
  readonly count: string;
  /** Of a payment abroad. */
  readonly chargeBearer: "shared" | "debtor";
  readonly speed: "normal" | "urgent";
}

export interface DraftItem {
  /** Made with the row, so that sending twice is one payment. */
  readonly paymentId: string;
  readonly name: string;
  /** IBAN, or for payments abroad also another account number. */
  readonly account: string;
  readonly address: string;
  readonly city: string;
  readonly country: string;
  readonly bic: string;
  readonly amount: string;
  readonly currency: string;
  readonly note: string;
}

export type DraftField = "from" | "name" | "account" | "address" | "city" | "country" | "bic" | "amount" | "currency" | "note" | "firstDate" | "count";
export type DraftMistake =
  | "missing"
  | "too-long"
  | `iban-${IbanMistake}`
  | "account"
  | "bic"
  | "country"
  | "amount"
  | "amount-too-large"
  | "currency"
  | "reference"
  | "past"
  | "too-far"
  | "count";

/** One thing to mend; `item` is the row it is in. */
export interface DraftFinding {
  readonly item: number | null;
  readonly field: DraftField;
  readonly mistake: DraftMistake;
}

export function emptyItem(paymentId: string): DraftItem {
  return { paymentId, name: "", account: "", address: "", city: "", country: "", bic: "", amount: "", currency: "EUR", note: "" };
}

const furthestDays = 366;
/** The most one SEPA credit transfer carries, in cents. */
const sepaMost = 99_999_999_999n;
const single = (text: string): string => text.trim().replace(/\s+/g, " ");
const compact = (text: string): string => text.replace(/\s/g, "").toUpperCase();

/** What the note is: a reference where it is one, else a message for the payee. */
export function readNote(note: string): { kind: "reference"; reference: string } | { kind: "message"; text: string } | "reference-mistyped" | null {
  const text = single(note);
  if (text === "") return null;
  const bare = compact(note);
  if (isFinnishReference(bare) || isCreditorReference(bare)) return { kind: "reference", reference: bare };
  // Only digits, or RF in front: meant as a reference, and one with a slip would go astray.
  if (/^RF\d{2}[A-Z0-9]+$/.test(bare) || /^[\d\s]{4,26}$/.test(text)) return "reference-mistyped";
  return { kind: "message", text };
}

/** An IBAN of another country than Finland wants the payee's address. */
export function wantsAddress(draft: Pick<Draft, "scheme">, item: Pick<DraftItem, "account">): boolean {
  const iban = electronicIban(item.account);
  return draft.scheme === "foreign" || (iban !== null && !iban.startsWith("FI"));
}

/** Everything that is missing or wrong, in the order of the page. `today` is the banks' day. */
export function findMistakes(draft: Draft, today: string): readonly DraftFinding[] {
  const findings: DraftFinding[] = draft.from === null ? [{ item: null, field: "from", mistake: "missing" }] : [];
  draft.items.forEach((item, index) => {
    for (const [field, mistake] of itemMistakes(draft, item)) findings.push({ item: index, field, mistake });
  });
  if (draft.scheme === "foreign") return findings;
  if (draft.when !== "now") {
    if (draft.firstDate === "") findings.push({ item: null, field: "firstDate", mistake: "missing" });
    else if (draft.firstDate < today) findings.push({ item: null, field: "firstDate", mistake: "past" });
    else if (daysBetween(today, draft.firstDate) > furthestDays) findings.push({ item: null, field: "firstDate", mistake: "too-far" });
  }
  if (draft.when === "repeat" && !/^([2-9]|[1-5]\d|60)$/.test(draft.count.trim())) findings.push({ item: null, field: "count", mistake: "count" });
  return findings;
}

/** What is missing or wrong with the payee's account when the person is done with it. */
export function accountMistake(scheme: Draft["scheme"], typed: string): DraftMistake | null {
  const account = compact(typed);
  if (account === "") return "missing";
  if (!isMeantAsIban(scheme, account)) return /^\d{1,35}$/.test(account) ? null : "account";
  const mistake = ibanMistake(account);
  return mistake === null ? null : `iban-${mistake}`;
}

/** What is surely wrong with it already, while more may be typed. */
export function accountMistakeSoFar(scheme: Draft["scheme"], typed: string): DraftMistake | null {
  const mistake = isMeantAsIban(scheme, compact(typed)) ? ibanMistakeSoFar(typed) : null;
  return mistake === null ? null : `iban-${mistake}`;
}

/** Abroad digits are an account number of another kind. */
function isMeantAsIban(scheme: Draft["scheme"], account: string): boolean {
  return scheme === "sepa" || /^[A-Z]{2}\d{2}/.test(account);
}

function itemMistakes({ scheme }: Draft, item: DraftItem): readonly (readonly [DraftField, DraftMistake])[] {
  const found: (readonly [DraftField, DraftMistake])[] = [];
  const name = single(item.name);
  if (name === "") found.push(["name", "missing"]);
  else if (name.length > 70) found.push(["name", "too-long"]);
  const account = accountMistake(scheme, item.account);
  if (account !== null) found.push(["account", account]);
  if (wantsAddress({ scheme }, item)) found.push(...addressMistakes(scheme, item));
  if (scheme === "foreign" && !isBic(compact(item.bic))) found.push(["bic", item.bic.trim() === "" ? "missing" : "bic"]);
  const currency = scheme === "sepa" ? "EUR" : compact(item.currency);
  if (!isCurrency(currency)) found.push(["currency", "currency"]);
  const amount = typedAmount(item.amount, isCurrency(currency) ? currency : "EUR");
  if (item.amount.trim() === "") found.push(["amount", "missing"]);
  else if (amount === null) found.push(["amount", "amount"]);
  else if (scheme === "sepa" && fromWire({ amount, currency: "EUR" }).minor > sepaMost) found.push(["amount", "amount-too-large"]);
  const note = readNote(item.note);
  if (note === null) found.push(["note", "missing"]);
  else if (note === "reference-mistyped" && scheme === "sepa") found.push(["note", "reference"]);
  else if (single(item.note).length > 140) found.push(["note", "too-long"]);
  return found;
}

function addressMistakes(scheme: Draft["scheme"], item: DraftItem): readonly (readonly [DraftField, DraftMistake])[] {
  const most = scheme === "sepa" ? 35 : 70;
  const line = (field: "address" | "city"): readonly (readonly [DraftField, DraftMistake])[] => {
    const text = single(item[field]);
    return text === "" ? [[field, "missing"]] : text.length > most ? [[field, "too-long"]] : [];
  };
  return [...line("address"), ...line("city"), ...(/^[A-Z]{2}$/.test(compact(item.country)) ? [] : [["country", "country"] as const])];
}

/** The order as it is sent. Only for a draft without mistakes. */
export function orderOf(draft: Draft): NewOrder {
  if (draft.from === null) throw new RangeError("A draft with mistakes cannot be sent.");
  return {
    aspspId: draft.from.aspspId,
    debtorAccountId: draft.from.accountId,
    payments: draft.items.map((item) => ({ paymentId: item.paymentId, instruction: instructionOf(draft, item), schedule: scheduleOf(draft) })),
  };
}

function scheduleOf({ scheme, when, firstDate, every, count }: Draft): NewOrder["payments"][number]["schedule"] {
  if (scheme === "foreign" || when === "now") return { firstDate: null, every: null, count: 1 };
  return when === "later" ? { firstDate, every: null, count: 1 } : { firstDate, every, count: Number.parseInt(count, 10) };
}

function instructionOf({ scheme, chargeBearer, speed }: Draft, item: DraftItem): NewOrder["payments"][number]["instruction"] {
  const name = single(item.name);
  const account = compact(item.account);
  const note = readNote(item.note);
  const message = { kind: "message", text: single(item.note) } as const;
  if (scheme === "sepa") {
    const abroad = wantsAddress({ scheme }, item);
    return {
      scheme,
      amount: { amount: typedAmount(item.amount, "EUR") ?? "", currency: "EUR" },
      creditor: {
        iban: account,
        name,
        address: abroad ? [single(item.address), single(item.city)] : null,
        country: abroad ? compact(item.country) : null,
      },
      remittance: note !== null && note !== "reference-mistyped" ? note : message,
    };
  }
  const currency = compact(item.currency);
  const iban = electronicIban(account);
  return {
    scheme,
    amount: { amount: typedAmount(item.amount, currency) ?? "", currency },
    creditor: {
      name,
      account: iban === null ? { scheme: "BBAN", id: account } : { scheme: "IBAN", id: iban },
      agent: { bic: compact(item.bic), clearingSystemId: null, name: null, address: null },
      address: { line1: single(item.address), line2: single(item.city), country: compact(item.country) },
    },
    remittance: message,
    chargeBearer,
    urgent: speed === "urgent",
  };
}

/** Whole days from one day to another, both as 2026-11-30. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
