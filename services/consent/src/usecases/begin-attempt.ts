import { createHash } from "node:crypto";
import type { ApprovalAbout } from "@opl/contracts/model";
import { toOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import { insertAuthorisation, lockAuthorisation, recordAspspAnswer } from "../db/authorisation-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { authorisationLifetimeMinutes } from "../domain/authorisation.ts";
import type { AuthorizationServer, ReceivedAuthorisation } from "../domain/authorisation.ts";
import { errors } from "../errors.ts";
import { endAttempt } from "./end-attempt.ts";

export interface BegunAttempt {
  readonly attempt: ReceivedAuthorisation;
  /** Leaves us only inside the bank's address; the table holds its hash. */
  readonly state: string;
}

/** An attempt of this person in this browser session, in the caller's transaction. */
export async function beginAttempt(
  tx: Transaction<ConsentTables>,
  ctx: Pick<ConsentContext, "newId" | "newSecret" | "publicOrigin">,
  { psuId, about, aspspId, sessionBinding, now }: { psuId: string; about: ApprovalAbout; aspspId: string; sessionBinding: string; now: Temporal.Instant },
): Promise<BegunAttempt> {
  const state = ctx.newSecret();
  const attempt: ReceivedAuthorisation = {
    authorisationId: ctx.newId(),
    psuId,
    about,
    aspspId,
    scaStatus: "received",
    nonce: ctx.newSecret(),
    sessionBinding,
    // An address of its own for each bank, so that a bank's answer cannot pass for another's.
    redirectUri: `${ctx.publicOrigin}/connect/return/${aspspId}`,
    createdAt: now,
    expiresAt: now.add({ minutes: authorisationLifetimeMinutes }),
    authorizationServer: null,
  };
  await insertAuthorisation(tx, attempt, hashState(state));
  return { attempt, state };
}

/** How a state is found again without being kept: SHA-256; it has 256 random bits, so it needs no salt. */
export function hashState(state: string): Buffer {
  return createHash("sha256").update(state).digest();
}

interface AspspStart {
  /** Null where the bank asks the person in its app, which is then asked every so many seconds. */
  readonly redirectUrl: string | null;
  readonly pollIntervalSeconds?: number | null | undefined;
  readonly expiresAt: string;
  readonly authorizationServer?:
    | (Omit<AuthorizationServer, "responseMode"> & { readonly responseMode?: AuthorizationServer["responseMode"] | undefined })
    | undefined;
}

/**
 * Has the bank say where to send the person, outside of any transaction, and records it; `record` adds what else the bank said, and is
 * false when there is nothing any more to add it to. A bank that does not say where ends the attempt.
 * @throws what the gateway says, ERR_CONSENT_ENDED when the attempt ended meanwhile
 */
export async function askWhereTo<Start extends AspspStart>(
  ctx: Pick<ConsentContext, "db" | "clock">,
  attempt: ReceivedAuthorisation,
  ask: () => Promise<Start>,
  record: (tx: Transaction<ConsentTables>, start: Start) => Promise<boolean> = async () => true,
): Promise<{ readonly start: Start; readonly expiresAt: Temporal.Instant }> {
  let start: Start;
  try {
    start = await ask();
  } catch (cause) {
    const error = toOplError(cause);
    await inTransaction(ctx.db, async (tx) => {
      const open = await lockAuthorisation(tx, attempt);
      if (open === undefined) return;
      const by = error.code.startsWith("ERR_ASPSP_") ? "aspsp" : "tpp";
      await endAttempt(tx, open, { outcome: { outcome: "failed", reason: error.code }, by, at: ctx.clock.now() });
    });
    throw error;
  }
  const told = Temporal.Instant.from(start.expiresAt);
  const expiresAt = Temporal.Instant.compare(attempt.expiresAt, told) <= 0 ? attempt.expiresAt : told;
  const { authorizationServer: server } = start;
  const authorizationServer = server === undefined ? null : { ...server, responseMode: server.responseMode ?? "fragment" };
  const nextPollAt = start.redirectUrl === null ? ctx.clock.now().add({ seconds: start.pollIntervalSeconds ?? 5 }) : null;
  await inTransaction(ctx.db, async (tx) => {
    const open = await recordAspspAnswer(tx, attempt, { expiresAt, authorizationServer, nextPollAt });
    if (!open || !(await record(tx, start))) throw errors.ERR_CONSENT_ENDED();
  });
  return { start, expiresAt };
}
