import type { AspspPaymentStatus } from "@opl/contracts/http/bank-gateway-payments";
import type { PublicJwk, RegistrationTerms } from "@opl/contracts/model";
import type { MessagingTables } from "@opl/messaging";
import type { Bytes, Int8, Json, TableColumns, Timestamp } from "@opl/postgres";
import type { ConsentKind } from "../adapters/consent-kind.ts";
import type { AspspHealthStatus } from "../domain/aspsp-health.ts";
import type { KeyAuditStep, KeyExportStatus } from "../domain/key-export.ts";
import type { ServerMetadata } from "../oauth/discovery/metadata.ts";
import type { RegistrationStepName } from "./registration-store.ts";

interface DataKeysTable {
  dataKeyId: string;
  /** `tpp`, or `psu:<id>`. */
  owner: string;
  purpose: string;
  kekId: string;
  wrapped: Bytes;
  createdAt: Timestamp;
}

/** What the registry asked for at the software statement. */
export interface AskedRegistration {
  readonly terms: RegistrationTerms;
  readonly softwareClientId: string;
}

interface RegistrationsTable {
  registrationId: string;
  aspspId: string;
  createdAt: Timestamp;
  activatedAt: Timestamp | null;
  retiredAt: Timestamp | null;
  clientId: string | null;
  endedAt: Timestamp | null;
  sentRequest: string | null;
  asked: Json<AskedRegistration> | null;
}

interface RegistrationStepsTable {
  registrationId: string;
  step: RegistrationStepName;
  outcome: Json<Record<string, unknown>>;
  finishedAt: Timestamp;
}

export interface TppSecretsTable {
  registrationId: string;
  name: "private-jwks" | "client-credentials";
  dataKeyId: string;
  sealed: Bytes;
  createdAt: Timestamp;
}

interface OwnCertificatesTable {
  certificateId: string;
  purpose: "qwac" | "qsealc";
  keyType: "rsa" | "ec";
  csrPem: string | null;
  chainPem: Json<string[]> | null;
  dataKeyId: string;
  sealed: Bytes;
  createdAt: Timestamp;
  retiredAt: Timestamp | null;
  attempts: number;
  retryAt: Timestamp | null;
  refusal: string | null;
}

export type BankConsentStatus = "created" | "exchanging" | "authorised" | "failed" | "ended";

interface BankConsentsTable {
  consentId: string;
  psuId: string;
  aspspId: string;
  registrationId: string;
  aspspConsentId: string;
  status: BankConsentStatus;
  redirectUri: string;
  stateHash: Bytes;
  nonceHash: Bytes;
  validUntil: Timestamp;
  createdAt: Timestamp;
  exchangeBeganAt: Timestamp | null;
  authorisedAt: Timestamp | null;
  endedAt: Timestamp | null;
  endReason: string | null;
  endedBy: "aspsp" | "tpp" | null;
  successor: string | null;
  dataErasedAt: Timestamp | null;
  reconfirmBy: Timestamp | null;
  scaRequiredAt: Timestamp | null;
  kind: ConsentKind;
  tokensDiscardedAt: Timestamp | null;
}

export interface PaymentOrdersTable {
  orderId: string;
  psuId: string;
  aspspId: string;
  registrationId: string;
  aspspAuthorisationId: string | null;
  createdAt: Timestamp;
  endedAt: Timestamp | null;
  leaseUntil: Timestamp | null;
}

export interface OrderPaymentsTable {
  paymentId: string;
  orderId: string;
  scheme: "sepa" | "foreign";
  wantedHash: Bytes;
  dataKeyId: string;
  sealed: Bytes;
  sentAt: Timestamp;
  outcome: "unknown" | "created" | "refused";
  aspspPaymentId: string | null;
  status: AspspPaymentStatus | null;
  instant: boolean | null;
}

interface PaymentExecutionsTable {
  executionId: string;
  paymentId: string;
  sentAt: Timestamp;
  leaseUntil: Timestamp | null;
}

interface TokenSetsTable {
  consentId: string;
  dataKeyId: string;
  sealed: Bytes;
  version: number;
  accessExpiresAt: Timestamp;
  refreshExpiresAt: Timestamp | null;
  refreshedAt: Timestamp;
  refreshLeaseUntil: Timestamp | null;
  refreshAttempts: number;
  refreshUnansweredVersion: number | null;
  refreshNotBefore: Timestamp | null;
}

interface RevocationsDueTable {
  aspspId: string;
  aspspConsentId: string;
  registrationId: string;
  dataKeyId: string;
  sealed: Bytes;
  attempts: number;
  dueAt: Timestamp;
  giveUpAt: Timestamp;
  lastError: string | null;
  kind: ConsentKind;
}

interface VerifierProbesTable {
  aspspId: string;
  lie: "absent" | "wrong";
  registrationId: string;
  aspspConsentId: string;
  redirectUri: string;
  begunAt: Timestamp;
  dataKeyId: string | null;
  sealed: Bytes | null;
  outcome: "taken" | "refused" | "unproven" | null;
  endedAt: Timestamp | null;
}

interface AuthorizationServersTable {
  aspspId: string;
  accepted: Json<ServerMetadata> | null;
  acceptedAt: Timestamp | null;
  acceptedBy: string | null;
  quarantinedAt: Timestamp | null;
  reason: string | null;
  offered: Json<ServerMetadata> | null;
  pkceEnforced: boolean | null;
  pkceProbedAt: Timestamp | null;
}

interface OpenAuthorizationsTable {
  consentId: string;
  dataKeyId: string;
  sealed: Bytes;
  requestUriHash: Bytes | null;
  pollIntervalSeconds: number | null;
  nextPollAt: Timestamp | null;
  endsAt: Timestamp;
}

interface BankReadsTable {
  readId: string;
  consentId: string;
  resource: string;
  resourceId: string;
  attended: boolean;
  startedAt: Timestamp;
}

interface ReadPagesTable {
  readId: string;
  page: number;
  continuation: string;
  continuationHash: Bytes;
}

interface RawMessagesTable {
  psuId: string;
  hash: string;
  aspspId: string;
  operation: string;
  url: string;
  statusCode: number;
  contentType: string | null;
  interactionId: string;
  certificateThumbprint: string | null;
  receivedAt: Timestamp;
  byteLength: number;
  dataKeyId: string;
  sealed: Bytes;
}

interface RawMessageConsentsTable {
  psuId: string;
  hash: string;
  consentId: string;
}

interface AspspHealthTable {
  aspspId: string;
  status: AspspHealthStatus;
  since: Timestamp;
}

interface ErasedPsusTable {
  psuId: string;
  erasedAt: Timestamp;
  purgedAt: Timestamp | null;
}

interface KeyExportsTable {
  exportId: string;
  registrationId: string;
  kid: string;
  reason: string;
  status: KeyExportStatus;
  requestedBy: string;
  approvedBy: string | null;
  requestedAt: Timestamp;
  endsAt: Timestamp;
}

interface KeyAuditTable {
  position: Int8;
  at: Timestamp;
  exportId: string;
  registrationId: string | null;
  kid: string | null;
  step: KeyAuditStep;
  operator: string | null;
  detail: string;
  hash: Bytes;
}

interface ReceiptKeysTable {
  kid: string;
  publicJwk: Json<PublicJwk>;
  dataKeyId: string;
  sealed: Bytes;
  createdAt: Timestamp;
  retiredAt: Timestamp | null;
}

/** The tables of this service, as the database must have them. */
export interface Tables extends MessagingTables {
  dataKeys: DataKeysTable;
  registrations: RegistrationsTable;
  registrationSteps: RegistrationStepsTable;
  tppSecrets: TppSecretsTable;
  ownCertificates: OwnCertificatesTable;
  bankConsents: BankConsentsTable;
  tokenSets: TokenSetsTable;
  revocationsDue: RevocationsDueTable;
  paymentOrders: PaymentOrdersTable;
  orderPayments: OrderPaymentsTable;
  paymentExecutions: PaymentExecutionsTable;
  authorizationServers: AuthorizationServersTable;
  verifierProbes: VerifierProbesTable;
  openAuthorizations: OpenAuthorizationsTable;
  bankReads: BankReadsTable;
  readPages: ReadPagesTable;
  rawMessages: RawMessagesTable;
  rawMessageConsents: RawMessageConsentsTable;
  aspspHealth: AspspHealthTable;
  erasedPsus: ErasedPsusTable;
  keyExports: KeyExportsTable;
  keyAudit: KeyAuditTable;
  receiptKeys: ReceiptKeysTable;
}

/** Column types for the comparison with the live schema; the messaging tables are compared by their owner. */
export const ownColumns = {
  dataKeys: { dataKeyId: "uuid", owner: "text", purpose: "text", kekId: "text", wrapped: "bytea", createdAt: "timestamptz" },
  registrations: {
    registrationId: "uuid",
    aspspId: "text",
    createdAt: "timestamptz",
    activatedAt: "timestamptz?",
    retiredAt: "timestamptz?",
    clientId: "text?",
    endedAt: "timestamptz?",
    sentRequest: "text?",
    asked: "jsonb?",
  },
  registrationSteps: { registrationId: "uuid", step: "text", outcome: "jsonb", finishedAt: "timestamptz" },
  ownCertificates: {
    certificateId: "uuid",
    purpose: "text",
    keyType: "text",
    csrPem: "text?",
    chainPem: "jsonb?",
    dataKeyId: "uuid",
    sealed: "bytea",
    createdAt: "timestamptz",
    retiredAt: "timestamptz?",
    attempts: "int4",
    retryAt: "timestamptz?",
    refusal: "text?",
  },
  tppSecrets: { registrationId: "uuid", name: "text", dataKeyId: "uuid", sealed: "bytea", createdAt: "timestamptz" },
  bankConsents: {
    consentId: "uuid",
    psuId: "uuid",
    aspspId: "text",
    registrationId: "uuid",
    aspspConsentId: "text",
    status: "text",
    redirectUri: "text",
    stateHash: "bytea",
    nonceHash: "bytea",
    validUntil: "timestamptz",
    createdAt: "timestamptz",
    exchangeBeganAt: "timestamptz?",
    authorisedAt: "timestamptz?",
    endedAt: "timestamptz?",
    endReason: "text?",
    endedBy: "text?",
    successor: "uuid?",
    dataErasedAt: "timestamptz?",
    kind: "text",
    reconfirmBy: "timestamptz?",
    scaRequiredAt: "timestamptz?",
    tokensDiscardedAt: "timestamptz?",
  },
  paymentOrders: {
    orderId: "uuid",
    psuId: "uuid",
    aspspId: "text",
    registrationId: "uuid",
    aspspAuthorisationId: "text?",
    createdAt: "timestamptz",
    endedAt: "timestamptz?",
    leaseUntil: "timestamptz?",
  },
  orderPayments: {
    paymentId: "uuid",
    orderId: "uuid",
    scheme: "text",
    wantedHash: "bytea",
    dataKeyId: "uuid",
    sealed: "bytea",
    sentAt: "timestamptz",
    outcome: "text",
    aspspPaymentId: "text?",
    status: "text?",
    instant: "bool?",
  },
  paymentExecutions: { executionId: "uuid", paymentId: "uuid", sentAt: "timestamptz", leaseUntil: "timestamptz?" },
  tokenSets: {
    consentId: "uuid",
    dataKeyId: "uuid",
    sealed: "bytea",
    version: "int4",
    accessExpiresAt: "timestamptz",
    refreshExpiresAt: "timestamptz?",
    refreshedAt: "timestamptz",
    refreshLeaseUntil: "timestamptz?",
    refreshAttempts: "int4",
    refreshUnansweredVersion: "int4?",
    refreshNotBefore: "timestamptz?",
  },
  revocationsDue: {
    aspspId: "text",
    aspspConsentId: "text",
    registrationId: "uuid",
    dataKeyId: "uuid",
    sealed: "bytea",
    attempts: "int4",
    dueAt: "timestamptz",
    giveUpAt: "timestamptz",
    lastError: "text?",
    kind: "text",
  },
  authorizationServers: {
    aspspId: "text",
    accepted: "jsonb?",
    acceptedAt: "timestamptz?",
    acceptedBy: "text?",
    quarantinedAt: "timestamptz?",
    reason: "text?",
    offered: "jsonb?",
    pkceEnforced: "bool?",
    pkceProbedAt: "timestamptz?",
  },
  verifierProbes: {
    aspspId: "text",
    lie: "text",
    registrationId: "uuid",
    aspspConsentId: "text",
    redirectUri: "text",
    begunAt: "timestamptz",
    dataKeyId: "uuid?",
    sealed: "bytea?",
    outcome: "text?",
    endedAt: "timestamptz?",
  },
  openAuthorizations: {
    consentId: "uuid",
    dataKeyId: "uuid",
    sealed: "bytea",
    requestUriHash: "bytea?",
    pollIntervalSeconds: "int4?",
    nextPollAt: "timestamptz?",
    endsAt: "timestamptz",
  },
  bankReads: { readId: "uuid", consentId: "uuid", resource: "text", resourceId: "text", attended: "bool", startedAt: "timestamptz" },
  readPages: { readId: "uuid", page: "int4", continuation: "text", continuationHash: "bytea" },
  rawMessages: {
    psuId: "uuid",
    hash: "text",
    aspspId: "text",
    operation: "text",
    url: "text",
    statusCode: "int4",
    contentType: "text?",
    interactionId: "text",
    certificateThumbprint: "text?",
    receivedAt: "timestamptz",
    byteLength: "int4",
    dataKeyId: "uuid",
    sealed: "bytea",
  },
  rawMessageConsents: { psuId: "uuid", hash: "text", consentId: "uuid" },
  aspspHealth: { aspspId: "text", status: "text", since: "timestamptz" },
  erasedPsus: { psuId: "uuid", erasedAt: "timestamptz", purgedAt: "timestamptz?" },
  keyExports: {
    exportId: "uuid",
    registrationId: "uuid",
    kid: "text",
    reason: "text",
    status: "text",
    requestedBy: "text",
    approvedBy: "text?",
    requestedAt: "timestamptz",
    endsAt: "timestamptz",
  },
  keyAudit: {
    position: "int8",
    at: "timestamptz",
    exportId: "uuid",
    registrationId: "uuid?",
    kid: "text?",
    step: "text",
    operator: "text?",
    detail: "text",
    hash: "bytea",
  },
  receiptKeys: { kid: "text", publicJwk: "jsonb", dataKeyId: "uuid", sealed: "bytea", createdAt: "timestamptz", retiredAt: "timestamptz?" },
} satisfies TableColumns<Omit<Tables, keyof MessagingTables>>;
