/** Rows as Postgres has them; a test compares them with the live schema. */
import type { RegistrationScheme, RegistrationStep, RegistrationTerms } from "@opl/contracts/model";
import type { MessagingTables } from "@opl/messaging";
import type { Json, Timestamp } from "@opl/postgres";
import type { Generated } from "kysely";

export interface TppProfileTable {
  singleton: Generated<boolean>;
  softwareClientId: string;
  createdAt: Timestamp;
}

export interface RegistrationsTable {
  registrationId: string;
  aspspId: string;
  replaces: string | null;
  scheme: RegistrationScheme;
  /** Null for those that began before terms were kept. */
  terms: Json<RegistrationTerms> | null;
  status: "running" | "completed" | "failed" | "ended";
  startedAt: Timestamp;
  completedAt: Timestamp | null;
  endedAt: Timestamp | null;
  tries: Generated<number>;
  nextTryAt: Timestamp | null;
  errorCode: string | null;
  errorMessage: string | null;
  errorAt: Timestamp | null;
}

export interface RegistrationStepsTable {
  registrationId: string;
  step: RegistrationStep;
  finishedAt: Timestamp;
  durationMs: number;
  artefact: Json<Readonly<Record<string, unknown>>>;
  expiresAt: Timestamp | null;
}

export interface CertificatesTable {
  certificateId: string;
  registrationId: string;
  aspspId: string;
  purpose: "qwac" | "qsealc";
  kid: string;
  algorithm: string;
  subject: string;
  organizationIdentifier: string | null;
  roles: string[];
  notBefore: Timestamp;
  notAfter: Timestamp;
  thumbprint: string;
  chainPem: string[];
  inUse: boolean;
  warnedAtDays: number | null;
}

export interface TppRegistryTables extends MessagingTables {
  tppProfile: TppProfileTable;
  registrations: RegistrationsTable;
  registrationSteps: RegistrationStepsTable;
  certificates: CertificatesTable;
}
