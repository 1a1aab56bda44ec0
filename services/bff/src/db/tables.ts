import type { ColumnType } from "kysely";
import type { LiveEvent } from "@opl/contracts/http/bff";
import type { MessagingTables } from "@opl/messaging";
import type { Bytes, Int8, Json, Timestamp } from "@opl/postgres";

interface PeopleTable {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  image: string | null;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

interface CredentialTable {
  id: string;
  userId: string;
  providerId: string;
  accountId: string;
  /** PHC string. */
  password: string | null;
  accessToken: string | null;
  refreshToken: string | null;
  idToken: string | null;
  accessTokenExpiresAt: Timestamp | null;
  refreshTokenExpiresAt: Timestamp | null;
  scope: string | null;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

interface SessionTable {
  id: string;
  userId: string;
  /** Hash of the cookie's token. */
  token: string;
  ipAddress: string | null;
  userAgent: string | null;
  provedAt: Timestamp | null;
  expiresAt: Timestamp;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

interface VerificationTable {
  id: string;
  identifier: string;
  value: string;
  expiresAt: Timestamp;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

interface PreferenceTable {
  psuId: string;
  locale: "en" | "fi" | "sv";
  theme: "system" | "light" | "dark";
  privacyMode: boolean;
  updatedAt: Timestamp;
}

interface AttemptTable {
  key: Bytes;
  count: number;
  windowEndsAt: Timestamp;
}

interface ErasureTable {
  psuId: string;
  erasedAt: Timestamp;
}

interface LiveEventTable {
  id: ColumnType<bigint, never, never>;
  psuId: string | null;
  event: Json<LiveEvent>;
  createdAt: Timestamp;
}

interface OperatorTable {
  psuId: string;
  grantedAt: Timestamp;
}

interface PasskeyTable {
  passkeyId: string;
  psuId: string;
  name: string;
  credentialId: string;
  publicKey: Bytes;
  counter: Int8;
  transports: Json<readonly string[]>;
  createdAt: Timestamp;
  lastUsedAt: Timestamp | null;
}

interface SecondFactorTable {
  psuId: string;
  secret: Bytes;
  confirmedAt: Timestamp | null;
  lastStep: Int8;
}

interface RecoveryCodeTable {
  codeHash: Bytes;
  psuId: string;
  createdAt: Timestamp;
}

interface CeremonyTable {
  tokenHash: Bytes;
  kind: string;
  psuId: string | null;
  data: Json<Readonly<Record<string, string>>>;
  expiresAt: Timestamp;
}

interface ExportTable {
  exportId: string;
  psuId: string;
  format: "json" | "csv";
  expiresAt: Timestamp;
}

interface OwnTables {
  passkeys: PasskeyTable;
  secondFactors: SecondFactorTable;
  recoveryCodes: RecoveryCodeTable;
  ceremonies: CeremonyTable;
  exports: ExportTable;
  people: PeopleTable;
  operators: OperatorTable;
  credentials: CredentialTable;
  sessions: SessionTable;
  verifications: VerificationTable;
  preferences: PreferenceTable;
  attempts: AttemptTable;
  erasures: ErasureTable;
  liveEvents: LiveEventTable;
}

export interface Tables extends OwnTables, MessagingTables {}
