/** Attempts, found by the hash of their state and by their own person, taken exactly once. */
import type { ApprovalAbout } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import { isFinished } from "../domain/authorisation.ts";
import type { Authorisation, AuthorizationServer, Outcome, ReceivedAuthorisation } from "../domain/authorisation.ts";
import type { ConsentKey } from "./consent-store.ts";
import type { AuthorisationsTable, ConsentTables } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;
type AuthorisationRow = Selectable<AuthorisationsTable>;

export interface AuthorisationKey {
  readonly psuId: string;
  readonly authorisationId: string;
}

export interface PollTurn extends AuthorisationKey {
  readonly about: ApprovalAbout;
  readonly aspspId: string;
}

export async function insertAuthorisation(tx: Tx, attempt: ReceivedAuthorisation, stateHash: Buffer): Promise<void> {
  await tx
    .insertInto("authorisations")
    .values({ ...toRow(attempt), stateHash })
    .execute();
}

/** What the bank said about the attempt. @returns false when the attempt is no longer open */
export async function recordAspspAnswer(
  tx: Tx,
  { psuId, authorisationId }: AuthorisationKey,
  answer: { readonly expiresAt: Temporal.Instant; readonly authorizationServer: AuthorizationServer | null; readonly nextPollAt: Temporal.Instant | null },
): Promise<boolean> {
  const result = await tx
    .updateTable("authorisations")
    .set({ expiresAt: answer.expiresAt, nextPollAt: answer.nextPollAt, ...serverColumns(answer.authorizationServer) })
    .where("psuId", "=", psuId)
    .where("authorisationId", "=", authorisationId)
    .where("scaStatus", "=", "received")
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Locks the person's own attempt with one of these states; parallel returns of one state wait here for each other. */
export async function lockByState(tx: Tx, psuId: string, stateHashes: readonly Buffer[]): Promise<Authorisation | undefined> {
  const row = await tx
    .selectFrom("authorisations")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("stateHash", "in", [...stateHashes])
    .orderBy("authorisationId")
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

export async function lockAuthorisation(tx: Tx, { psuId, authorisationId }: AuthorisationKey): Promise<Authorisation | undefined> {
  const row = await tx
    .selectFrom("authorisations")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("authorisationId", "=", authorisationId)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** Locks every attempt of a person: what they are about is locked after them. */
export async function lockAttemptsOf(tx: Tx, psuId: string): Promise<void> {
  await tx.selectFrom("authorisations").select("authorisationId").where("psuId", "=", psuId).orderBy("authorisationId").forUpdate().execute();
}

export async function saveAuthorisation(tx: Tx, attempt: Authorisation): Promise<void> {
  const { psuId, authorisationId, ...row } = toRow(attempt);
  await tx.updateTable("authorisations").set(row).where("psuId", "=", psuId).where("authorisationId", "=", authorisationId).execute();
}

/** Attempts that were not taken and belong to a consent that ended. */
export async function lockUntaken(tx: Tx, { psuId, consentId }: ConsentKey): Promise<Authorisation | undefined> {
  const row = await tx
    .selectFrom("authorisations")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .where("scaStatus", "=", "received")
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** For the clock: open attempts that nobody came back for, or whose exchange began before `takenBefore`. */
export async function listLapsed(
  db: Db,
  { now, takenBefore, limit }: { now: Temporal.Instant; takenBefore: Temporal.Instant; limit: number },
): Promise<readonly AuthorisationKey[]> {
  return db
    .selectFrom("authorisations")
    .select(["psuId", "authorisationId"])
    .where((eb) =>
      eb.or([
        eb.and([eb("scaStatus", "=", "received"), eb("expiresAt", "<=", eb.val(now))]),
        eb.and([eb("scaStatus", "=", "started"), eb("takenAt", "<=", eb.val(takenBefore))]),
      ]),
    )
    .orderBy("expiresAt")
    .limit(limit)
    .execute();
}

/** Takes the turn to ask for the outcome of attempts that nobody brings it for; who died with a turn loses it at `until`. */
export async function takePollTurns(
  db: Db,
  { now, until, limit }: { now: Temporal.Instant; until: Temporal.Instant; limit: number },
): Promise<readonly PollTurn[]> {
  const due = db
    .selectFrom("authorisations")
    .select("authorisationId")
    .where("scaStatus", "=", "received")
    .where("nextPollAt", "<=", now)
    .where("expiresAt", ">", now)
    .orderBy("nextPollAt")
    .limit(limit)
    .forUpdate()
    .skipLocked();
  const taken = await db
    .updateTable("authorisations")
    .set({ nextPollAt: until })
    .where("authorisationId", "in", due)
    .returning(["psuId", "authorisationId", "consentId", "paymentOrderId", "fundsConsentId", "aspspId"])
    .execute();
  return taken.map(({ psuId, authorisationId, aspspId, ...columns }) => ({ psuId, authorisationId, aspspId, about: aboutOf(columns) }));
}

export async function setNextPoll(db: Db, { psuId, authorisationId }: AuthorisationKey, nextPollAt: Temporal.Instant): Promise<void> {
  await db
    .updateTable("authorisations")
    .set({ nextPollAt })
    .where("psuId", "=", psuId)
    .where("authorisationId", "=", authorisationId)
    .where("scaStatus", "=", "received")
    .execute();
}

function toRow(attempt: Authorisation): Omit<AuthorisationRow, "stateHash" | "nextPollAt"> {
  const { authorisationId, psuId, about, aspspId, scaStatus, sessionBinding, redirectUri, createdAt, expiresAt, authorizationServer } = attempt;
  return {
    authorisationId,
    psuId,
    ...aboutColumns(about),
    aspspId,
    scaStatus,
    sessionBinding,
    redirectUri,
    createdAt,
    expiresAt,
    ...serverColumns(authorizationServer),
    nonce: "nonce" in attempt ? attempt.nonce : null,
    takenAt: "takenAt" in attempt ? attempt.takenAt : null,
    ...(isFinished(attempt)
      ? { finishedAt: attempt.finishedAt, ...outcomeColumns(attempt.outcome) }
      : { finishedAt: null, outcome: null, reason: null, validUntil: null }),
  };
}

function fromRow(row: AuthorisationRow): Authorisation {
  const { authorisationId, psuId, aspspId, sessionBinding, redirectUri, createdAt, expiresAt, issuer, issInResponse, responseType, responseMode } = row;
  const authorizationServer =
    issuer === null ? null : { issuer, issInResponse: present(issInResponse), responseType: present(responseType), responseMode: responseMode ?? "fragment" };
  const base = { authorisationId, psuId, about: aboutOf(row), aspspId, sessionBinding, redirectUri, createdAt, expiresAt, authorizationServer };
  switch (row.scaStatus) {
    case "received":
      return { ...base, scaStatus: row.scaStatus, nonce: present(row.nonce) };
    case "started":
      return { ...base, scaStatus: row.scaStatus, nonce: present(row.nonce), takenAt: present(row.takenAt) };
    case "finalised":
    case "failed":
      return { ...base, scaStatus: row.scaStatus, finishedAt: present(row.finishedAt), outcome: outcomeOf(row) };
  }
}

function aboutColumns(about: ApprovalAbout): Pick<AuthorisationRow, "consentId" | "paymentOrderId" | "fundsConsentId"> {
  return {
    consentId: about.kind === "consent" ? about.consentId : null,
    paymentOrderId: about.kind === "payment" ? about.paymentOrderId : null,
    fundsConsentId: about.kind === "funds" ? about.fundsConsentId : null,
  };
}

function aboutOf({ consentId, paymentOrderId, fundsConsentId }: Pick<AuthorisationRow, "consentId" | "paymentOrderId" | "fundsConsentId">): ApprovalAbout {
  if (consentId !== null) return { kind: "consent", consentId };
  if (paymentOrderId !== null) return { kind: "payment", paymentOrderId };
  return { kind: "funds", fundsConsentId: present(fundsConsentId) };
}

function serverColumns(server: AuthorizationServer | null): Pick<AuthorisationRow, "issuer" | "issInResponse" | "responseType" | "responseMode"> {
  const { issuer = null, issInResponse = null, responseType = null, responseMode = null } = server ?? {};
  return { issuer, issInResponse, responseType, responseMode };
}

function outcomeColumns(outcome: Outcome): Pick<AuthorisationRow, "outcome" | "reason" | "validUntil"> {
  return {
    outcome: outcome.outcome,
    reason: outcome.outcome === "failed" ? outcome.reason : null,
    validUntil: outcome.outcome === "authorised" ? outcome.validUntil : null,
  };
}

function outcomeOf(row: AuthorisationRow): Outcome {
  switch (present(row.outcome)) {
    case "authorised":
      return { outcome: "authorised", validUntil: row.validUntil };
    case "refused":
      return { outcome: "refused" };
    case "failed":
      return { outcome: "failed", reason: present(row.reason) };
  }
}

/** The table's constraints say that it is there. */
function present<T>(value: T | null): T {
  if (value === null) throw new TypeError("An authorisation in the database breaks its own constraints.");
  return value;
}
