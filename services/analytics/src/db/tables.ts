import type { AccountKind, BalanceType, CategoryId, CategoryReason } from "@opl/contracts/model";
import { type MessagingTables, messagingColumns } from "@opl/messaging";
import type { Int8, IsoDate, TableColumns, Timestamp } from "@opl/postgres";
import type { ColumnType, Generated } from "kysely";
import type { Question } from "../domain/questions/ask.ts";
import type { Usual } from "../domain/questions/unusual-charge.ts";
import type { Cadence } from "../domain/recurrence/schedule.ts";

/** A `numeric` column: whole numbers of any size, as text. */
type Numeric = ColumnType<string, bigint | string, bigint | string>;

interface PeopleTable {
  psuId: string;
  rulesVersion: Generated<number>;
  hasSplit: Generated<boolean>;
  erasedAt: Timestamp | null;
  purgedAt: Timestamp | null;
}

interface UnsettledPeopleTable {
  psuId: string;
  firstChangeAt: Timestamp;
  dueAt: Timestamp;
}

interface RebuildsTable {
  generation: Generated<number>;
  startedAt: Timestamp;
  finishedAt: Timestamp | null;
}

export interface AccountsTable {
  psuId: string;
  accountId: string;
  consentId: string;
  aspspId: string;
  kind: AccountKind;
  currency: string;
  name: string;
  iban: string | null;
  ownerName: string | null;
  version: Int8;
  generation: number;
}

interface ErasedAccountsTable {
  psuId: string;
  accountId: string;
}

export interface TransactionsTable {
  psuId: string;
  transactionId: string;
  accountId: string;
  revision: number;
  pending: boolean;
  bookingDate: IsoDate;
  valueDate: IsoDate | null;
  amountMinor: Int8;
  currency: string;
  originalAmountMinor: Int8 | null;
  originalCurrency: string | null;
  counterpartyName: string | null;
  counterpartyIban: string | null;
  counterpartyBic: string | null;
  remittanceInformation: string | null;
  reference: string | null;
  proprietaryCode: string | null;
  entryReference: string | null;
  rawHash: string;
  rawPointer: string;
  searchText: string;
  category: CategoryId;
  ruleId: string;
  matched: string | null;
  confidence: CategoryReason["confidence"];
  rulesVersion: number;
  recurringId: string | null;
  version: Int8;
  generation: number;
}

interface AnnotationsTable {
  psuId: string;
  transactionId: string;
  accountId: string;
  category: CategoryId | null;
  note: string | null;
  changedAt: Timestamp;
}

interface SplitPartsTable {
  psuId: string;
  transactionId: string;
  position: number;
  accountId: string;
  wholeMinor: Int8;
  currency: string;
  category: CategoryId;
  amountMinor: Int8;
  note: string | null;
  changedAt: Timestamp;
}

interface CounterpartyRulesTable {
  psuId: string;
  counterpartyRuleId: string;
  counterpartyText: string;
  counterpartyName: string;
  category: CategoryId;
  createdAt: Timestamp;
}

export interface BudgetsTable {
  psuId: string;
  currency: string;
  category: CategoryId;
  limitMinor: Int8;
  changedAt: Timestamp;
}

export interface ConfirmedChargesTable {
  psuId: string;
  transactionId: string;
  accountId: string;
  confirmedAt: Timestamp;
}

interface RemovedTransactionsTable {
  psuId: string;
  transactionId: string;
  version: Int8;
  removedAt: Timestamp;
}

interface CashFlowMonthsTable {
  psuId: string;
  currency: string;
  month: string;
  category: CategoryId;
  incomeMinor: Numeric;
  expensesMinor: Numeric;
  entries: Int8;
}

export interface BalancesTable {
  psuId: string;
  accountId: string;
  currency: string;
  balanceType: BalanceType;
  day: IsoDate;
  asOf: Timestamp;
  toldAt: Timestamp;
  amountMinor: Int8;
  generation: number;
}

export interface RecurringSeriesTable {
  psuId: string;
  recurringId: string;
  accountId: string;
  counterpartyName: string;
  category: CategoryId;
  cadence: Cadence;
  amountMinor: Int8;
  currency: string;
  previousAmountMinor: Int8 | null;
  changedOn: IsoDate | null;
  firstDate: IsoDate;
  lastDate: IsoDate;
  dueDate: IsoDate;
  occurrences: number;
  regularity: number;
}

export interface ChargeQuestionsTable {
  psuId: string;
  questionId: string;
  transactionId: string;
  accountId: string;
  kind: Question["kind"];
  usualMinor: Int8 | null;
  usualOf: Usual["of"] | null;
}

export interface Tables extends MessagingTables {
  people: PeopleTable;
  unsettledPeople: UnsettledPeopleTable;
  rebuilds: RebuildsTable;
  accounts: AccountsTable;
  erasedAccounts: ErasedAccountsTable;
  transactions: TransactionsTable;
  annotations: AnnotationsTable;
  splitParts: SplitPartsTable;
  counterpartyRules: CounterpartyRulesTable;
  budgets: BudgetsTable;
  confirmedCharges: ConfirmedChargesTable;
  removedTransactions: RemovedTransactionsTable;
  cashFlowMonths: CashFlowMonthsTable;
  balances: BalancesTable;
  recurringSeries: RecurringSeriesTable;
  chargeQuestions: ChargeQuestionsTable;
}

/** The same as values: for the comparison with the live schema, and for writing many rows at once. */
export const columns = {
  ...messagingColumns,
  people: { psuId: "uuid", rulesVersion: "int4", hasSplit: "bool", erasedAt: "timestamptz?", purgedAt: "timestamptz?" },
  unsettledPeople: { psuId: "uuid", firstChangeAt: "timestamptz", dueAt: "timestamptz" },
  rebuilds: { generation: "int4", startedAt: "timestamptz", finishedAt: "timestamptz?" },
  accounts: {
    psuId: "uuid",
    accountId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    kind: "text",
    currency: "bpchar",
    name: "text",
    iban: "text?",
    ownerName: "text?",
    version: "int8",
    generation: "int4",
  },
  erasedAccounts: { psuId: "uuid", accountId: "uuid" },
  transactions: {
    psuId: "uuid",
    transactionId: "uuid",
    accountId: "uuid",
    revision: "int4",
    pending: "bool",
    bookingDate: "date",
    valueDate: "date?",
    amountMinor: "int8",
    currency: "bpchar",
    originalAmountMinor: "int8?",
    originalCurrency: "bpchar?",
    counterpartyName: "text?",
    counterpartyIban: "text?",
    counterpartyBic: "text?",
    remittanceInformation: "text?",
    reference: "text?",
    proprietaryCode: "text?",
    entryReference: "text?",
    rawHash: "text",
    rawPointer: "text",
    searchText: "text",
    category: "text",
    ruleId: "text",
    matched: "text?",
    confidence: "text",
    rulesVersion: "int4",
    recurringId: "uuid?",
    version: "int8",
    generation: "int4",
  },
  annotations: { psuId: "uuid", transactionId: "uuid", accountId: "uuid", category: "text?", note: "text?", changedAt: "timestamptz" },
  splitParts: {
    psuId: "uuid",
    transactionId: "uuid",
    position: "int4",
    accountId: "uuid",
    wholeMinor: "int8",
    currency: "bpchar",
    category: "text",
    amountMinor: "int8",
    note: "text?",
    changedAt: "timestamptz",
  },
  counterpartyRules: {
    psuId: "uuid",
    counterpartyRuleId: "uuid",
    counterpartyText: "text",
    counterpartyName: "text",
    category: "text",
    createdAt: "timestamptz",
  },
  budgets: { psuId: "uuid", currency: "bpchar", category: "text", limitMinor: "int8", changedAt: "timestamptz" },
  confirmedCharges: { psuId: "uuid", transactionId: "uuid", accountId: "uuid", confirmedAt: "timestamptz" },
  removedTransactions: { psuId: "uuid", transactionId: "uuid", version: "int8", removedAt: "timestamptz" },
  cashFlowMonths: { psuId: "uuid", currency: "bpchar", month: "bpchar", category: "text", incomeMinor: "numeric", expensesMinor: "numeric", entries: "int8" },
  balances: {
    psuId: "uuid",
    accountId: "uuid",
    currency: "bpchar",
    balanceType: "text",
    day: "date",
    asOf: "timestamptz",
    toldAt: "timestamptz",
    amountMinor: "int8",
    generation: "int4",
  },
  recurringSeries: {
    psuId: "uuid",
    recurringId: "uuid",
    accountId: "uuid",
    counterpartyName: "text",
    category: "text",
    cadence: "text",
    amountMinor: "int8",
    currency: "bpchar",
    previousAmountMinor: "int8?",
    changedOn: "date?",
    firstDate: "date",
    lastDate: "date",
    dueDate: "date",
    occurrences: "int4",
    regularity: "int4",
  },
  chargeQuestions: { psuId: "uuid", questionId: "uuid", transactionId: "uuid", accountId: "uuid", kind: "text", usualMinor: "int8?", usualOf: "text?" },
} as const satisfies TableColumns<Tables>;
