/** Rows as Postgres has them; a test compares them with the live schema. */
import { messagingColumns } from "@opl/messaging";
import type { MessagingTables } from "@opl/messaging";
import type { AccountKind, ExecutionReason, PaymentInstruction, PaymentStatus } from "@opl/contracts/model";
import type { Bytes, Int8, IsoDate, Json, TableColumns, Timestamp } from "@opl/postgres";
import type { Generated } from "kysely";
import type { Fact, Status } from "../domain/consent.ts";
import type { FundsConsent } from "../domain/funds-consent.ts";
import type { Execution } from "../domain/payment-execution.ts";
import type { Ending, Payment } from "../domain/payment-order.ts";
import type { ReceiptFacts } from "../domain/receipt.ts";

export interface ConsentsTable {
  psuId: string;
  consentId: string;
  aspspId: string;
  status: Status;
  createdAt: Timestamp;
  requestedValidUntil: Timestamp;
  replaces: string | null;
  aspspConsentId: string | null;
  authorisedAt: Timestamp | null;
  validUntil: Timestamp | null;
  scope: string[] | null;
  nextWarningAt: Timestamp | null;
  endedAt: Timestamp | null;
  endReason: string | null;
  replacedBy: string | null;
  reconfirmDays: number | null;
  confirmedAt: Timestamp | null;
  reconfirmBy: Timestamp | null;
  nextReminderAt: Timestamp | null;
  lastUsedAt: Timestamp | null;
}

export interface ConsentHistoryTable {
  psuId: string;
  consentId: string;
  position: number;
  at: Timestamp;
  what: "created" | Fact["fact"];
  by: "psu" | "tpp" | "aspsp";
  reason: string | null;
}

export interface AuthorisationsTable {
  psuId: string;
  authorisationId: string;
  consentId: string | null;
  paymentOrderId: string | null;
  fundsConsentId: string | null;
  aspspId: string;
  scaStatus: "received" | "started" | "finalised" | "failed";
  stateHash: Bytes;
  nonce: string | null;
  sessionBinding: string;
  redirectUri: string;
  issuer: string | null;
  issInResponse: boolean | null;
  responseType: "code" | "code id_token" | null;
  responseMode: "fragment" | "query" | "jwt" | null;
  nextPollAt: Timestamp | null;
  createdAt: Timestamp;
  expiresAt: Timestamp;
  takenAt: Timestamp | null;
  finishedAt: Timestamp | null;
  outcome: "authorised" | "refused" | "failed" | null;
  reason: string | null;
  validUntil: Timestamp | null;
}

/** Of consents, and of permissions to ask for funds: each has a table, and `consentId` is the permission. */
export interface ReceiptsTable {
  psuId: string;
  consentId: string;
  position: number;
  receiptId: Generated<string>;
  /** Without accounts: those that are known when it is signed. */
  facts: Json<ReceiptFacts & { readonly accounts: readonly string[] | null }>;
  jws: string | null;
  signedAt: Timestamp | null;
  tries: Generated<number>;
  nextTryAt: Timestamp;
}

interface ConsentAccountsTable {
  psuId: string;
  consentId: string;
  accountId: string;
  kind: AccountKind;
  maskedNumber: string | null;
}

interface AspspRevocationsTable {
  psuId: string;
  consentId: string;
  aspspId: string;
  requestedAt: Timestamp;
  tries: Generated<number>;
  requests: Generated<number>;
  nextTryAt: Timestamp;
}

export interface PaymentOrdersTable {
  psuId: string;
  paymentOrderId: string;
  aspspId: string;
  debtorIban: string | null;
  contentHash: Bytes;
  createdAt: Timestamp;
  approveUntil: Timestamp;
  givenAt: Timestamp | null;
  approvedAt: Timestamp | null;
  heldUntil: Timestamp | null;
  nextLookAt: Timestamp | null;
  looks: Generated<number>;
}

export interface PaymentsTable {
  psuId: string;
  paymentId: string;
  paymentOrderId: string;
  position: number;
  instruction: Json<PaymentInstruction>;
  firstDate: IsoDate | null;
  every: "week" | "month" | null;
  count: number;
  status: Payment["status"];
  statusAt: Timestamp;
  reason: string | null;
  ending: Ending["as"] | null;
  endingBy: Ending["by"] | null;
  endingReason: string | null;
}

export interface PaymentExecutionsTable {
  psuId: string;
  executionId: string;
  paymentId: string;
  position: number;
  dueDate: IsoDate;
  status: Execution["status"];
  statusAt: Timestamp;
  submittedAt: Timestamp | null;
  again: "today" | "later" | null;
  executedAt: Timestamp | null;
  debtorIban: string | null;
  archiveId: string | null;
  reason: ExecutionReason | null;
  transactionId: string | null;
  nextAskAt: Timestamp | null;
  asks: Generated<number>;
}

export interface PaymentHistoryTable {
  psuId: string;
  paymentId: string;
  position: number;
  at: Timestamp;
  status: PaymentStatus;
  by: "psu" | "tpp" | "aspsp";
  reason: string | null;
}

export interface FundsConsentsTable {
  psuId: string;
  fundsConsentId: string;
  aspspId: string;
  iban: string | null;
  status: FundsConsent["status"];
  createdAt: Timestamp;
  authorisedAt: Timestamp | null;
  validUntil: Timestamp;
  endedAt: Timestamp | null;
  reason: string | null;
  confirmedMinor: Int8 | null;
  confirmedCurrency: string | null;
  fundsAvailable: boolean | null;
  confirmedAt: Timestamp | null;
  replaces: string | null;
  replacedBy: string | null;
  nextWarningAt: Timestamp | null;
  warnedAt: Temporal.Instant[];
}

interface GatewayFarewellsTable {
  psuId: string;
  about: "payment" | "funds";
  aboutId: string;
  takeBack: Generated<boolean>;
  requestedAt: Timestamp;
  tries: Generated<number>;
  nextTryAt: Timestamp;
}

interface ErasedPsusTable {
  psuId: string;
  erasedAt: Timestamp;
  purgedAt: Timestamp | null;
}

export interface ConsentTables extends MessagingTables {
  consents: ConsentsTable;
  consentHistory: ConsentHistoryTable;
  consentReceipts: ReceiptsTable;
  fundsReceipts: ReceiptsTable;
  consentAccounts: ConsentAccountsTable;
  authorisations: AuthorisationsTable;
  aspspRevocations: AspspRevocationsTable;
  erasedPsus: ErasedPsusTable;
  paymentOrders: PaymentOrdersTable;
  payments: PaymentsTable;
  paymentExecutions: PaymentExecutionsTable;
  paymentHistory: PaymentHistoryTable;
  fundsConsents: FundsConsentsTable;
  gatewayFarewells: GatewayFarewellsTable;
}

/** One shape for both tables of receipts. */
const receiptColumns = {
  psuId: "uuid",
  consentId: "uuid",
  position: "int4",
  receiptId: "uuid",
  facts: "jsonb",
  jws: "text?",
  signedAt: "timestamptz?",
  tries: "int4",
  nextTryAt: "timestamptz",
} as const;

/** The same as values, with the type each has in Postgres. */
export const consentColumns: TableColumns<ConsentTables> = {
  ...messagingColumns,
  consents: {
    psuId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    status: "text",
    createdAt: "timestamptz",
    requestedValidUntil: "timestamptz",
    replaces: "uuid?",
    aspspConsentId: "text?",
    authorisedAt: "timestamptz?",
    validUntil: "timestamptz?",
    scope: "_text?",
    nextWarningAt: "timestamptz?",
    endedAt: "timestamptz?",
    endReason: "text?",
    replacedBy: "uuid?",
    reconfirmDays: "int4?",
    confirmedAt: "timestamptz?",
    reconfirmBy: "timestamptz?",
    nextReminderAt: "timestamptz?",
    lastUsedAt: "timestamptz?",
  },
  consentHistory: { psuId: "uuid", consentId: "uuid", position: "int4", at: "timestamptz", what: "text", by: "text", reason: "text?" },
  consentReceipts: receiptColumns,
  consentAccounts: { psuId: "uuid", consentId: "uuid", accountId: "uuid", kind: "text", maskedNumber: "text?" },
  authorisations: {
    psuId: "uuid",
    authorisationId: "uuid",
    consentId: "uuid?",
    paymentOrderId: "uuid?",
    fundsConsentId: "uuid?",
    aspspId: "text",
    scaStatus: "text",
    stateHash: "bytea",
    nonce: "text?",
    sessionBinding: "text",
    redirectUri: "text",
    issuer: "text?",
    issInResponse: "bool?",
    responseType: "text?",
    responseMode: "text?",
    nextPollAt: "timestamptz?",
    createdAt: "timestamptz",
    expiresAt: "timestamptz",
    takenAt: "timestamptz?",
    finishedAt: "timestamptz?",
    outcome: "text?",
    reason: "text?",
    validUntil: "timestamptz?",
  },
  aspspRevocations: {
    psuId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    requestedAt: "timestamptz",
    tries: "int4",
    requests: "int4",
    nextTryAt: "timestamptz",
  },
  paymentOrders: {
    psuId: "uuid",
    paymentOrderId: "uuid",
    aspspId: "text",
    debtorIban: "text?",
    contentHash: "bytea",
    createdAt: "timestamptz",
    approveUntil: "timestamptz",
    givenAt: "timestamptz?",
    approvedAt: "timestamptz?",
    heldUntil: "timestamptz?",
    nextLookAt: "timestamptz?",
    looks: "int4",
  },
  payments: {
    psuId: "uuid",
    paymentId: "uuid",
    paymentOrderId: "uuid",
    position: "int4",
    instruction: "jsonb",
    firstDate: "date?",
    every: "text?",
    count: "int4",
    status: "text",
    statusAt: "timestamptz",
    reason: "text?",
    ending: "text?",
    endingBy: "text?",
    endingReason: "text?",
  },
  paymentExecutions: {
    psuId: "uuid",
    executionId: "uuid",
    paymentId: "uuid",
    position: "int4",
    dueDate: "date",
    status: "text",
    statusAt: "timestamptz",
    submittedAt: "timestamptz?",
    again: "text?",
    executedAt: "timestamptz?",
    debtorIban: "text?",
    archiveId: "text?",
    reason: "text?",
    transactionId: "uuid?",
    nextAskAt: "timestamptz?",
    asks: "int4",
  },
  paymentHistory: { psuId: "uuid", paymentId: "uuid", position: "int4", at: "timestamptz", status: "text", by: "text", reason: "text?" },
  fundsConsents: {
    psuId: "uuid",
    fundsConsentId: "uuid",
    aspspId: "text",
    iban: "text?",
    status: "text",
    createdAt: "timestamptz",
    authorisedAt: "timestamptz?",
    validUntil: "timestamptz",
    endedAt: "timestamptz?",
    reason: "text?",
    confirmedMinor: "int8?",
    confirmedCurrency: "bpchar?",
    fundsAvailable: "bool?",
    confirmedAt: "timestamptz?",
    replaces: "uuid?",
    replacedBy: "uuid?",
    nextWarningAt: "timestamptz?",
    warnedAt: "_timestamptz",
  },
  fundsReceipts: receiptColumns,
  gatewayFarewells: {
    psuId: "uuid",
    about: "text",
    aboutId: "uuid",
    takeBack: "bool",
    requestedAt: "timestamptz",
    tries: "int4",
    nextTryAt: "timestamptz",
  },
  erasedPsus: { psuId: "uuid", erasedAt: "timestamptz", purgedAt: "timestamptz?" },
};
