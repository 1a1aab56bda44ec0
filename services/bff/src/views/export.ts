import type { CategorisedTransaction, CounterpartyRule, listBudgets, listConfirmedCharges } from "@opl/contracts/http/analytics";
import type { ResponseOf } from "@opl/contracts/http/route";
import type { PaymentOrderView } from "@opl/contracts/http/bff-payments";
import type { FundsConsent } from "@opl/contracts/http/consent-payments";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { Consent, ListedReceipt, PaymentOrder } from "@opl/contracts/model";
import { csvLine } from "../domain/csv.ts";

type Budget = ResponseOf<typeof listBudgets>["budgets"][number];
type WithReceipts<Permission> = Permission & { readonly receipts: readonly ListedReceipt[] };

/** Their own account number is whole here, and what was paid only in part says so. */
export type ExportedOrder = PaymentOrder & Pick<PaymentOrderView, "partlyPaid">;

/** Everything there is of a person; transactions and payments page by page, because there may be many. */
export interface Everything {
  readonly exportedAt: string;
  readonly person: Readonly<Record<string, unknown>>;
  readonly permissions: readonly WithReceipts<Consent>[];
  /** To ask whether an account holds an amount. */
  readonly fundsPermissions: readonly WithReceipts<FundsConsent>[];
  readonly accounts: readonly LedgerAccount[];
  /** What the person said about everything with a counterparty. */
  readonly rules: readonly CounterpartyRule[];
  /** What the person means to spend at most by category and month. */
  readonly budgets: readonly Pick<Budget, "category" | "limit">[];
  /** Charges of which the person said that they are right. */
  readonly confirmedCharges: ResponseOf<typeof listConfirmedCharges>["confirmed"];
  readonly paymentOrders: AsyncIterable<readonly ExportedOrder[]>;
  readonly transactions: AsyncIterable<readonly CategorisedTransaction[]>;
}

/** One JSON document, in pieces. Their own account numbers are in full here: it is their data. */
export async function* jsonExport({ rules, paymentOrders, transactions, ...head }: Everything): AsyncGenerator<string> {
  yield JSON.stringify({ ...head, categoryRules: rules }).slice(0, -1);
  yield* jsonList("paymentOrders", paymentOrders);
  yield* jsonList("transactions", transactions);
  yield "}\n";
}

/** One more member of the document: a list, an element a line. */
async function* jsonList(name: string, pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<string> {
  yield `,"${name}":[`;
  let first = true;
  for await (const page of pages) {
    if (page.length > 0) yield `${first ? "" : ","}\n${page.map((element) => JSON.stringify(element)).join(",\n")}`;
    first &&= page.length === 0;
  }
  yield "]";
}

const columns = [
  "booking date",
  "value date",
  "status",
  "amount",
  "currency",
  "counterparty",
  "counterparty account",
  "message",
  "reference",
  "category",
  "note",
  "split",
  "bank",
  "account",
  "account number",
] as const;

/** The transactions as a table. Texts come from banks and other people: none of them is a formula. */
export async function* csvExport({ accounts, transactions }: Pick<Everything, "accounts" | "transactions">): AsyncGenerator<string> {
  const byId = new Map(accounts.map((account) => [account.accountId, account]));
  // The mark by which spreadsheets know UTF-8.
  yield `\u{feff}${csvLine(columns)}`;
  for await (const page of transactions) {
    yield page.map((transaction) => csvLine(cellsOf(transaction, byId.get(transaction.accountId)))).join("");
  }
}

function cellsOf(transaction: CategorisedTransaction, account: LedgerAccount | undefined): readonly (string | null)[] {
  const { amount, counterparty } = transaction;
  return [
    transaction.bookingDate,
    transaction.valueDate,
    transaction.bookingStatus,
    amount.amount,
    amount.currency,
    counterparty.name,
    counterparty.iban,
    transaction.remittanceInformation,
    transaction.reference,
    transaction.category.category,
    transaction.note,
    splitCell(transaction.split),
    account?.aspspId ?? null,
    account?.name ?? null,
    account?.iban ?? account?.maskedPan ?? null,
  ];
}

/** The parts in one cell, `groceries -40.00; other -10.00 (Candles)`; with `set aside: ` before them where the bank changed the amount since. */
function splitCell(split: CategorisedTransaction["split"]): string | null {
  if (split === null) return null;
  const parts = split.parts.map(({ category, amount, note }) => `${category} ${amount.amount}${note === null ? "" : ` (${note})`}`).join("; ");
  return split.stands ? parts : `set aside: ${parts}`;
}
