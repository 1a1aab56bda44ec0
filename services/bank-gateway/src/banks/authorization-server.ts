import { isOplError } from "@opl/errors";
import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { Kysely } from "kysely";
import type { BankAdapter, OAuthProfile, ServerEndpoints } from "../adapters/bank-adapter.ts";
import { getAuthorizationServer, insertAccepted, pkceNotEnforced, quarantine, saveApproved } from "../db/authorization-server-store.ts";
import type { AuthorizationServerRow } from "../db/authorization-server-store.ts";
import type { Tables } from "../db/tables.ts";
import type { Egress } from "../egress/egress.ts";
import { readJson } from "../egress/strict-json.ts";
import { errors } from "../errors.ts";
import { differences, endpointsOf, fingerprint, serverMetadata } from "../oauth/discovery/metadata.ts";
import type { ServerMetadata } from "../oauth/discovery/metadata.ts";
import { refusalOf } from "../oauth/discovery/rules/index.ts";

/** The authorization server of one bank that describes itself (RFC 8414), as far as it is believed. */
export interface AuthorizationServer {
  /** Where it is called, as it was accepted; read at the first use. @throws ERR_ASPSP_QUARANTINED where nothing ever was */
  endpoints(): Promise<ServerEndpoints>;
  /** Before somebody is sent there: reads anew what was read long ago. @throws ERR_ASPSP_QUARANTINED */
  requireTrusted(): Promise<void>;
  /** Reads it now. Whatever is not as it was puts the bank in quarantine. */
  read(): Promise<AuthorizationServerRow>;
  /**
   * Takes what stands there now, if it still is what the operator looked at. What a probe found out is set aside only by its name.
   * @throws ERR_AUTHORIZATION_SERVER_MOVED, ERR_ASPSP_QUARANTINED
   */
  approve(seen: { readonly fingerprint: string; readonly reason?: string | undefined }, operator: string): Promise<AuthorizationServerRow>;
  /** For a reason that another part found out. */
  quarantine(reason: string): Promise<void>;
}

export interface AuthorizationServerOptions {
  readonly adapter: Pick<BankAdapter, "profile">;
  readonly oauth: OAuthProfile;
  /** Without our certificate: what is read here is public. */
  readonly egress: Egress;
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly monotonicMs: () => number;
}

/** How long a reading counts before somebody is sent to the bank. */
const maxAgeMs = 600_000;

type Reading = { readonly metadata: ServerMetadata } | { readonly refusal: string; readonly metadata: ServerMetadata | undefined };

export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const { adapter, db, clock, logger, monotonicMs } = options;
  const { aspspId } = adapter.profile;
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function distrust(reason: string, offered?: ServerMetadata | null): Promise<void> {
    const isNew = await quarantine(db, aspspId, { reason, offered }, clock.now());
    if (isNew) logger.error({ securityEvent: "authorization-server-quarantined", reason, aspspId }, "a bank is in quarantine");
  }

  async function read(): Promise<AuthorizationServerRow> {
    const reading = await readMetadata(options);
    readAtMs = monotonicMs();
    const known = await getAuthorizationServer(db, aspspId);
    if ("refusal" in reading) await distrust(reading.refusal, reading.metadata ?? null);
    else if (known === undefined) await insertAccepted(db, aspspId, reading.metadata, clock.now());
    else if (known.accepted === null) await distrust(known.reason ?? "changed", reading.metadata);
    else if (differences(known.accepted, reading.metadata).length > 0) await distrust("changed", reading.metadata);
    // It says again what was accepted: that lifts nothing, but nothing else is offered any more.
    else if (known.reason !== null) await distrust(known.reason, null);
    const row = await getAuthorizationServer(db, aspspId);
    if (row === undefined) throw new TypeError("What was read of a bank is not there.");
    return row;
  }

  return {
    read,
    quarantine: (reason) => distrust(reason),
    async endpoints() {
      const { accepted, reason } = (await getAuthorizationServer(db, aspspId)) ?? (await read());
      if (accepted === null) throw refuse(reason);
      return endpointsOf(accepted);
    },
    async requireTrusted() {
      const isOld = monotonicMs() - readAtMs > maxAgeMs;
      const row = isOld ? await read() : ((await getAuthorizationServer(db, aspspId)) ?? (await read()));
      if (row.quarantinedAt !== null) throw refuse(row.reason);
    },
    async approve(seen, operator) {
      const reading = await readMetadata(options);
      if ("refusal" in reading) throw refuse(reading.refusal);
      const { reason = null } = (await getAuthorizationServer(db, aspspId)) ?? {};
      const isUnseen = reason === pkceNotEnforced && seen.reason !== reason;
      if (isUnseen || fingerprint(reading.metadata) !== seen.fingerprint) throw errors.ERR_AUTHORIZATION_SERVER_MOVED();
      const isSaved = await saveApproved(db, aspspId, { accepted: reading.metadata, reason }, operator, clock.now());
      if (!isSaved) throw errors.ERR_AUTHORIZATION_SERVER_MOVED();
      logger.warn({ securityEvent: "authorization-server-approved", aspspId }, "an operator approved what a bank says of itself");
      return read();
    },
  };
}

function refuse(reason: string | null) {
  return errors.ERR_ASPSP_QUARANTINED({ details: { reason: reason ?? "unknown" } });
}

/** One reading, judged. A bank that cannot be reached has said nothing. */
async function readMetadata({ adapter, oauth, egress }: AuthorizationServerOptions): Promise<Reading> {
  let metadata: ServerMetadata;
  try {
    const url = new URL(`${oauth.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    const answer = await egress({ operation: "metadata.read", method: "GET", url, headers: { accept: "application/json" }, identified: false });
    if (answer.status !== 200) throw errors.ERR_ASPSP_UNAVAILABLE({ details: { status: answer.status } });
    metadata = serverMetadata.parse(readJson({ contentType: answer.headers["content-type"], body: answer.body }));
  } catch (error) {
    if (isOplError(error) && error.code !== "ERR_ASPSP_PROTOCOL") throw error;
    // A redirect is not followed (OA-02), and what cannot be read is not guessed.
    return { refusal: isOplError(error) && error.details?.reason === "redirect" ? "redirect" : "unreadable", metadata: undefined };
  }
  const refusal = refusalOf({ metadata, oauth, profile: adapter.profile });
  return refusal === undefined ? { metadata } : { refusal: refusal.reason, metadata };
}
