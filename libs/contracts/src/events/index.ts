import type { z } from "zod";
import { budgetExceeded, insightRaised, insightsChanged, recurringDetected } from "./analytics.ts";
import { aspspConsentLost, aspspDegraded, aspspRecovered, aspspScaRequired, keyExportRecorded } from "./bank-gateway.ts";
import { userErased } from "./bff.ts";
import {
  consentAuthorised,
  consentCreated,
  consentExpired,
  consentExpiring,
  consentPaused,
  consentReconfirmationDue,
  consentReconfirmed,
  consentRejected,
  consentReplaced,
  consentRevoked,
  fundsStatusChanged,
  paymentExecuted,
  paymentOrdered,
  paymentStatusChanged,
} from "./consent.ts";
import { accountDiscovered, accountsErased, balanceRecorded, pageRejected, paymentBooked, syncCompleted, syncFailed, transactionsRecorded } from "./ingest.ts";
import {
  aspspChanged,
  certificateExpiring,
  certificateIssued,
  certificateRotated,
  desiredStateApplied,
  registrationCompleted,
  registrationDrifted,
  registrationEnded,
  registrationFailed,
} from "./tpp-registry.ts";

export * from "./define.ts";
export * from "./envelope.ts";
export { transactionsPerEvent } from "./ingest.ts";

/** Every fact that crosses a process boundary: its shape, its producer, who listens. */
export const catalogue = {
  "consent.created": consentCreated,
  "consent.authorised": consentAuthorised,
  "consent.rejected": consentRejected,
  "consent.expiring": consentExpiring,
  "consent.expired": consentExpired,
  "consent.revoked": consentRevoked,
  "consent.replaced": consentReplaced,
  "consent.reconfirmation-due": consentReconfirmationDue,
  "consent.reconfirmed": consentReconfirmed,
  "consent.paused": consentPaused,
  "consent.payment-ordered": paymentOrdered,
  "consent.payment-status-changed": paymentStatusChanged,
  "consent.payment-executed": paymentExecuted,
  "consent.funds-status-changed": fundsStatusChanged,
  "bank-gateway.aspsp-consent-lost": aspspConsentLost,
  "bank-gateway.aspsp-sca-required": aspspScaRequired,
  "bank-gateway.aspsp-degraded": aspspDegraded,
  "bank-gateway.aspsp-recovered": aspspRecovered,
  "bank-gateway.key-export-recorded": keyExportRecorded,
  "ingest.account-discovered": accountDiscovered,
  "ingest.balance-recorded": balanceRecorded,
  "ingest.transactions-recorded": transactionsRecorded,
  "ingest.page-rejected": pageRejected,
  "ingest.sync-completed": syncCompleted,
  "ingest.sync-failed": syncFailed,
  "ingest.accounts-erased": accountsErased,
  "ingest.payment-booked": paymentBooked,
  "analytics.insights-changed": insightsChanged,
  "analytics.recurring-detected": recurringDetected,
  "analytics.insight-raised": insightRaised,
  "analytics.budget-exceeded": budgetExceeded,
  "tpp-registry.certificate-issued": certificateIssued,
  "tpp-registry.certificate-expiring": certificateExpiring,
  "tpp-registry.certificate-rotated": certificateRotated,
  "tpp-registry.registration-completed": registrationCompleted,
  "tpp-registry.registration-failed": registrationFailed,
  "tpp-registry.registration-ended": registrationEnded,
  "tpp-registry.registration-drifted": registrationDrifted,
  "tpp-registry.desired-state-applied": desiredStateApplied,
  "tpp-registry.aspsp-changed": aspspChanged,
  "bff.user-erased": userErased,
} as const;

export type EventType = keyof typeof catalogue;
export type EventData<Type extends EventType> = z.output<(typeof catalogue)[Type]["data"]>;
