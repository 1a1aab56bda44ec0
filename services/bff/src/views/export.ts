import type { CategorisedTransaction, CounterpartyRule } from "@opl/contracts/http/analytics";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { Consent } from "@opl/contracts/model";
import { csvLine } from "../domain/csv.ts";

/** Everything there is of a person; the transactions page by page, because there may be many. */
export interface Everything {
  readonly exportedAt: string;
  readonly person: Readonly<Record<string, unknown>>;
  readonly consents: readonly Consent[];
  readonly accounts: readonly LedgerAccount[];
  /** What the person said about everything with a counterparty. */
  readonly rules: () => Promise<readonly CounterpartyRule[]>;
  readonly pages: AsyncIterable<readonly CategorisedTransaction[]>;
}

/** One JSON document, in pieces. Their own account numbers are in full here: it is their data. */
export async function* jsonExport({ exportedAt, person, consents, accounts, rules, pages }: Everything): AsyncGenerator<string> {
  const head = JSON.stringify({ exportedAt, person, permissions: consents, accounts });
  yield `${head.slice(0, -1)},"transactions":[`;
  let first = true;
  for await (const page of pages) {
    if (page.length > 0) yield `${first ? "" : ","}\n${page.map((transaction) => JSON.stringify(transaction)).join(",\n")}`;
    first &&= page.length === 0;
  }
  yield `],"categoryRules":${JSON.stringify(await rules())}}\n`;
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
  "bank",
  "account",
  "account number",
] as const;

/** The transactions as a table. Texts come from banks and other people: none of them is a formula. */
export async function* csvExport({ accounts, pages }: Pick<Everything, "accounts" | "pages">): AsyncGenerator<string> {
  const byId = new Map(accounts.map((account) => [account.accountId, account]));
  // The mark by which spreadsheets know UTF-8.
  yield `\u{feff}${csvLine(columns)}`;
  for await (const page of pages) {
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
    account?.aspspId ?? null,
    account?.name ?? null,
    account?.iban ?? account?.maskedPan ?? null,
  ];
}
