import type { AspspTransaction, BalanceType, Transaction } from "@opl/contracts/model";
import type { MessagingTables } from "@opl/messaging";
import type { Generated } from "kysely";
import type { Int8, IsoDate, Json, TableColumns, Timestamp } from "@opl/postgres";

export interface ConsentsTable {
  psuId: string;
  consentId: string;
  aspspId: string;
  status: "active" | "paused" | "ended";
  authorisedAt: Timestamp | null;
  validUntil: Timestamp | null;
  endedAt: Timestamp | null;
  replacedBy: string | null;
  nextSyncAt: Timestamp | null;
  standingSince: Timestamp | null;
}

interface ErasedPsusTable {
  psuId: string;
  erasedAt: Timestamp;
  purgedAt: Timestamp | null;
}

interface AspspHealthTable {
  aspspId: string;
  status: "up" | "degraded" | "down";
  since: Timestamp;
  learnedAt: Timestamp;
}

export interface AccountsTable {
  psuId: string;
  accountId: string;
  accountKey: string;
  aspspId: string;
  consentId: string;
  resourceId: string;
  kind: "current" | "savings" | "card" | "loan" | "unknown";
  iban: string | null;
  maskedPan: string | null;
  bic: string | null;
  currency: string;
  name: string;
  ownerName: string | null;
  rawHash: string;
  rawPointer: string;
  discoveredAt: Timestamp;
  connected: boolean;
  transactionCount: number;
  oldestBookingDate: IsoDate | null;
  readAt: Timestamp | null;
  incompleteSince: Timestamp | null;
  /** Names what others were last told of it; null where nobody remembers. */
  toldAs: string | null;
}

export interface BalancesTable {
  psuId: string;
  balanceId: string;
  accountId: string;
  syncId: string;
  type: BalanceType;
  amountMinor: Int8;
  currency: string;
  asOf: Timestamp;
  recordedAt: Timestamp;
  rawHash: string;
  rawPointer: string;
}

export interface TransactionsTable {
  psuId: string;
  transactionId: string;
  accountId: string;
  pending: boolean;
  identityKey: string;
  contentKey: string;
  byReference: boolean;
  occurrence: number;
  doubtful: Generated<boolean>;
  revision: number;
  syncId: string;
  recordedAt: Timestamp;
  revisedAt: Timestamp;
  missingSince: Timestamp | null;
  entryReference: string | null;
  amountMinor: Int8;
  currency: string;
  originalAmountMinor: Int8 | null;
  originalCurrency: string | null;
  bookingDate: IsoDate;
  valueDate: IsoDate | null;
  counterpartyName: string | null;
  counterpartyIban: string | null;
  counterpartyBic: string | null;
  remittanceInformation: string | null;
  reference: string | null;
  proprietaryCode: string | null;
  searchText: string;
  rawHash: string;
  rawPointer: string;
}

interface TransactionRevisionsTable {
  psuId: string;
  transactionId: string;
  revision: number;
  accountId: string;
  recordedAt: Timestamp;
  amountMinor: Int8;
  currency: string;
  bookingDate: IsoDate;
  content: Json<Transaction>;
}

export interface SyncsTable {
  psuId: string;
  syncId: string;
  consentId: string;
  aspspId: string;
  reason: "first" | "manual" | "scheduled";
  status: "queued" | "running" | "completed" | "failed";
  requestedAt: Timestamp;
  dueAt: Timestamp;
  startedAt: Timestamp | null;
  finishedAt: Timestamp | null;
  accountsAt: Timestamp | null;
  failures: number;
  resumes: number;
  errorCode: string | null;
  traceparent: string | null;
  runId: string | null;
  leasedUntil: Timestamp | null;
}

export interface SyncAccountsTable {
  psuId: string;
  syncId: string;
  accountId: string;
  resourceId: string;
  status: "reading" | "done" | "incomplete";
  nextCursor: string | null;
  pages: number;
  transactionsSeen: number;
  transactionsNew: number;
}

interface SyncPagesTable {
  psuId: string;
  syncId: string;
  accountId: string;
  page: number;
  cursorKey: string;
  entries: number;
  oldestBookingDate: IsoDate | null;
  seen: string[];
  copies: string[];
  entryReferencesStable: boolean;
  deferred: Json<AspspTransaction[]>;
  pending: Json<AspspTransaction[]>;
}

export interface QuarantineTable {
  psuId: string;
  quarantineId: string;
  consentId: string;
  syncId: string;
  accountId: string | null;
  page: number | null;
  code: string;
  rawHash: string | null;
  createdAt: Timestamp;
  healedAt: Timestamp | null;
}

export interface PaymentExecutionsTable {
  psuId: string;
  executionId: string;
  paymentOrderId: string;
  paymentId: string;
  aspspId: string;
  debtorIban: string | null;
  creditorIban: string | null;
  creditorName: string | null;
  amountMinor: Int8;
  currency: string;
  archiveId: string | null;
  executedAt: Timestamp;
  accountId: string | null;
  transactionId: string | null;
  settled: Generated<boolean>;
}

export interface LedgerTables {
  consents: ConsentsTable;
  erasedPsus: ErasedPsusTable;
  aspspHealth: AspspHealthTable;
  accounts: AccountsTable;
  balances: BalancesTable;
  transactions: TransactionsTable;
  transactionRevisions: TransactionRevisionsTable;
  syncs: SyncsTable;
  syncAccounts: SyncAccountsTable;
  syncPages: SyncPagesTable;
  quarantine: QuarantineTable;
  paymentExecutions: PaymentExecutionsTable;
}

export type IngestDatabase = LedgerTables & MessagingTables;

/** The same as values, for the test that compares them with the live schema. */
export const ledgerColumns: TableColumns<LedgerTables> = {
  consents: {
    psuId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    status: "text",
    authorisedAt: "timestamptz?",
    validUntil: "timestamptz?",
    endedAt: "timestamptz?",
    replacedBy: "uuid?",
    nextSyncAt: "timestamptz?",
    standingSince: "timestamptz?",
  },
  erasedPsus: { psuId: "uuid", erasedAt: "timestamptz", purgedAt: "timestamptz?" },
  aspspHealth: { aspspId: "text", status: "text", since: "timestamptz", learnedAt: "timestamptz" },
  accounts: {
    psuId: "uuid",
    accountId: "uuid",
    accountKey: "uuid",
    aspspId: "text",
    consentId: "uuid",
    resourceId: "text",
    kind: "text",
    iban: "text?",
    maskedPan: "text?",
    bic: "text?",
    currency: "bpchar",
    name: "text",
    ownerName: "text?",
    rawHash: "text",
    rawPointer: "text",
    discoveredAt: "timestamptz",
    connected: "bool",
    transactionCount: "int4",
    oldestBookingDate: "date?",
    readAt: "timestamptz?",
    incompleteSince: "timestamptz?",
    toldAs: "uuid?",
  },
  balances: {
    psuId: "uuid",
    balanceId: "uuid",
    accountId: "uuid",
    syncId: "uuid",
    type: "text",
    amountMinor: "int8",
    currency: "bpchar",
    asOf: "timestamptz",
    recordedAt: "timestamptz",
    rawHash: "text",
    rawPointer: "text",
  },
  transactions: {
    psuId: "uuid",
    transactionId: "uuid",
    accountId: "uuid",
    pending: "bool",
    identityKey: "uuid",
    contentKey: "uuid",
    byReference: "bool",
    occurrence: "int4",
    doubtful: "bool",
    revision: "int4",
    syncId: "uuid",
    recordedAt: "timestamptz",
    revisedAt: "timestamptz",
    missingSince: "timestamptz?",
    entryReference: "text?",
    amountMinor: "int8",
    currency: "bpchar",
    originalAmountMinor: "int8?",
    originalCurrency: "bpchar?",
    bookingDate: "date",
    valueDate: "date?",
    counterpartyName: "text?",
    counterpartyIban: "text?",
    counterpartyBic: "text?",
    remittanceInformation: "text?",
    reference: "text?",
    proprietaryCode: "text?",
    searchText: "text",
    rawHash: "text",
    rawPointer: "text",
  },
  transactionRevisions: {
    psuId: "uuid",
    transactionId: "uuid",
    revision: "int4",
    accountId: "uuid",
    recordedAt: "timestamptz",
    amountMinor: "int8",
    currency: "bpchar",
    bookingDate: "date",
    content: "jsonb",
  },
  syncs: {
    psuId: "uuid",
    syncId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    reason: "text",
    status: "text",
    requestedAt: "timestamptz",
    dueAt: "timestamptz",
    startedAt: "timestamptz?",
    finishedAt: "timestamptz?",
    accountsAt: "timestamptz?",
    failures: "int4",
    resumes: "int4",
    errorCode: "text?",
    traceparent: "text?",
    runId: "uuid?",
    leasedUntil: "timestamptz?",
  },
  syncAccounts: {
    psuId: "uuid",
    syncId: "uuid",
    accountId: "uuid",
    resourceId: "text",
    status: "text",
    nextCursor: "text?",
    pages: "int4",
    transactionsSeen: "int4",
    transactionsNew: "int4",
  },
  syncPages: {
    psuId: "uuid",
    syncId: "uuid",
    accountId: "uuid",
    page: "int4",
    cursorKey: "uuid",
    entries: "int4",
    oldestBookingDate: "date?",
    seen: "_uuid",
    copies: "_uuid",
    entryReferencesStable: "bool",
    deferred: "jsonb",
    pending: "jsonb",
  },
  quarantine: {
    psuId: "uuid",
    quarantineId: "uuid",
    consentId: "uuid",
    syncId: "uuid",
    accountId: "uuid?",
    page: "int4?",
    code: "text",
    rawHash: "text?",
    createdAt: "timestamptz",
    healedAt: "timestamptz?",
  },
  paymentExecutions: {
    psuId: "uuid",
    executionId: "uuid",
    paymentOrderId: "uuid",
    paymentId: "uuid",
    aspspId: "text",
    debtorIban: "text?",
    creditorIban: "text?",
    creditorName: "text?",
    amountMinor: "int8",
    currency: "bpchar",
    archiveId: "text?",
    executedAt: "timestamptz",
    accountId: "uuid?",
    transactionId: "uuid?",
    settled: "bool",
  },
};
