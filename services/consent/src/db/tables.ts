/** Rows as Postgres has them; a test compares them with the live schema. */
import type { MessagingTables } from "@opl/messaging";
import type { Bytes, Json, Timestamp } from "@opl/postgres";
import type { Generated } from "kysely";
import type { Fact, Status } from "../domain/consent.ts";
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
  consentId: string;
  aspspId: string;
  scaStatus: "received" | "started" | "finalised" | "failed";
  stateHash: Bytes;
  nonce: string | null;
  sessionBinding: string;
  redirectUri: string;
  issuer: string | null;
  issInResponse: boolean | null;
  responseType: "code" | "code id_token" | null;
  createdAt: Timestamp;
  expiresAt: Timestamp;
  takenAt: Timestamp | null;
  finishedAt: Timestamp | null;
  outcome: "authorised" | "refused" | "failed" | null;
  reason: string | null;
  validUntil: Timestamp | null;
}

export interface ConsentReceiptsTable {
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
  maskedNumber: string;
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

interface ErasedPsusTable {
  psuId: string;
  erasedAt: Timestamp;
  purgedAt: Timestamp | null;
}

export interface ConsentTables extends MessagingTables {
  consents: ConsentsTable;
  consentHistory: ConsentHistoryTable;
  consentReceipts: ConsentReceiptsTable;
  consentAccounts: ConsentAccountsTable;
  authorisations: AuthorisationsTable;
  aspspRevocations: AspspRevocationsTable;
  erasedPsus: ErasedPsusTable;
}
