import type { CertificateSubject } from "@opl/contracts/model";
import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { Kysely } from "kysely";
import type { Banks } from "../banks/banks.ts";
import type { Tables } from "../db/tables.ts";
import type { Enrolment } from "../enrolment/est.ts";
import type { OutsideCall, OutsideParty } from "../egress/outside.ts";
import type { Vault } from "../vault/vault.ts";

/** What use cases can reach; each takes only what it uses. */
export interface GatewayContext {
  readonly db: Kysely<Tables>;
  readonly vault: Vault;
  readonly banks: Banks;
  readonly outside: { to(party: OutsideParty): OutsideCall };
  readonly own: OwnCertificateSettings;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** What certificates of our own need. */
export interface OwnCertificateSettings {
  /** Where banks read the public keys of our QSealCs; empty where nobody publishes them. */
  readonly publicJwksUrl: string;
  readonly enrolment: Enrolment | undefined;
  /** Roots of providers, to one of which a certificate must lead that a bank in production is shown; undefined: nobody is asked for trust. */
  readonly trustAnchors: readonly (string | Uint8Array)[] | undefined;
  /** Whom certificates name that are requested without an operator. */
  readonly subject: CertificateSubject | undefined;
}
