/** Rows as Postgres has them; a test compares them with the live schema. */
import type {
  Aspsp,
  CertificatePurpose,
  ClientInformation,
  KeyType,
  OwnCertificate,
  PlanDifference,
  PublicJwk,
  RegistrationScheme,
  RegistrationStep,
  RegistrationTerms,
  WrittenTppDocument,
} from "@opl/contracts/model";
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
  endedReason: "left" | "forgotten" | null;
  /** The drift it was begun to repair. */
  repairs: Json<readonly PlanDifference[]>;
  renews: Generated<boolean>;
  /** Renewals in a row, up to this one, that brought no certificate that ends later. */
  fruitlessRenewals: Generated<number>;
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

export interface DesiredStatesTable {
  revision: number;
  document: Json<WrittenTppDocument>;
  documentHash: string;
  appliedAt: Timestamp;
  appliedBy: string;
}

export interface DirectoryTable {
  aspspId: string;
  aspsp: Json<Aspsp>;
}

export interface BankViewsTable {
  registrationId: string;
  nextCheckAt: Timestamp;
  checkedAt: Timestamp | null;
  standing: "known" | "unreadable" | "unknown" | null;
  client: Json<ClientInformation> | null;
  differences: Json<readonly PlanDifference[]>;
  driftSince: Timestamp | null;
  unknownTimes: Generated<number>;
  unknownSince: Timestamp | null;
  agreedSince: Timestamp | null;
}

export interface OwnCertificatesTable {
  certificateId: string;
  purpose: CertificatePurpose;
  keyType: KeyType;
  status: OwnCertificate["status"];
  createdAt: Timestamp;
  retiredAt: Timestamp | null;
  csrPem: string | null;
  issued: Json<NonNullable<OwnCertificate["issued"]>> | null;
  readySince: Timestamp | null;
  nextAskedAt: Timestamp | null;
  warnedAtDays: number | null;
}

export interface PublicKeysTable {
  kid: string;
  jwk: Json<PublicJwk>;
  publishedAt: Timestamp;
  retiredAt: Timestamp | null;
  lasting: boolean;
}

export interface TppRegistryTables extends MessagingTables {
  tppProfile: TppProfileTable;
  registrations: RegistrationsTable;
  registrationSteps: RegistrationStepsTable;
  certificates: CertificatesTable;
  desiredStates: DesiredStatesTable;
  directory: DirectoryTable;
  bankViews: BankViewsTable;
  ownCertificates: OwnCertificatesTable;
  publicKeys: PublicKeysTable;
}
