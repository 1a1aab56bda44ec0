import type { Executor } from "@opl/postgres";
import type { ConsentKind } from "../adapters/consent-kind.ts";
import type { BankConsentStatus, Tables } from "./tables.ts";
import type { StoredTokenSet } from "./token-store.ts";

/** A consent as the bank side knows it. */
export interface BankConsent {
  /** Of a payment order: its own id. */
  readonly consentId: string;
  readonly kind: ConsentKind;
  readonly psuId: string;
  readonly aspspId: string;
  readonly registrationId: string;
  readonly aspspConsentId: string;
  readonly status: BankConsentStatus;
  readonly redirectUri: string;
  readonly stateHash: Buffer;
  readonly nonceHash: Buffer;
  readonly validUntil: Temporal.Instant;
  /** Nothing is asked of the bank from then on, unless the person confirms before. */
  readonly reconfirmBy: Temporal.Instant | null;
  /** Since when the bank wants to see the person. */
  readonly scaRequiredAt: Temporal.Instant | null;
  /** Since when tokens that came of its exchange, and are not wanted, go back to the bank. */
  readonly tokensDiscardedAt: Temporal.Instant | null;
}
/** A consent before anybody has authorised it. */
export type NewBankConsent = Omit<BankConsent, "reconfirmBy" | "scaRequiredAt" | "tokensDiscardedAt">;

const columns = [
  "consentId",
  "kind",
  "psuId",
  "aspspId",
  "registrationId",
  "aspspConsentId",
  "status",
  "redirectUri",
  "stateHash",
  "nonceHash",
  "validUntil",
  "reconfirmBy",
  "scaRequiredAt",
  "tokensDiscardedAt",
] as const;

/** False when this consent was created before. */
export async function insertConsent(tx: Executor<Tables>, consent: NewBankConsent, now: Temporal.Instant): Promise<boolean> {
  const row = await tx
    .insertInto("bankConsents")
    .values({ ...consent, createdAt: now })
    .onConflict((conflict) => conflict.column("consentId").doNothing())
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

export async function consentExists(db: Executor<Tables>, consentId: string): Promise<boolean> {
  return (await db.selectFrom("bankConsents").select("consentId").where("consentId", "=", consentId).executeTakeFirst()) !== undefined;
}

/**
 * The consent, for its person only; without a person (ingest and jobs, trusted by their tokens) whoever owns it. The
 * caller must say which of the two it means.
 */
export async function getConsent(db: Executor<Tables>, consentId: string, owner: { psuId: string } | "unattended"): Promise<BankConsent | undefined> {
  const query = db.selectFrom("bankConsents").select(columns).where("consentId", "=", consentId);
  return (owner === "unattended" ? query : query.where("psuId", "=", owner.psuId)).executeTakeFirst();
}

export interface ReadableConsent {
  readonly consent: BankConsent;
  /** Absent once the consent has ended, or before it was exchanged. */
  readonly tokens: StoredTokenSet | undefined;
}

/** A consent of a kind with its tokens in one question: every call for a person begins with it. */
export async function getReadableConsent(
  db: Executor<Tables>,
  consentId: string,
  kind: ConsentKind,
  owner: { psuId: string } | "unattended",
): Promise<ReadableConsent | undefined> {
  const query = db
    .selectFrom("bankConsents")
    .leftJoin("tokenSets", "tokenSets.consentId", "bankConsents.consentId")
    .select(columns.map((column) => `bankConsents.${column}` as const))
    .select(["dataKeyId", "sealed", "version", "accessExpiresAt", "refreshAttempts"])
    .where("bankConsents.consentId", "=", consentId)
    .where("bankConsents.kind", "=", kind);
  const row = await (owner === "unattended" ? query : query.where("psuId", "=", owner.psuId)).executeTakeFirst();
  if (row === undefined) return undefined;
  const { dataKeyId, sealed, version, accessExpiresAt, refreshAttempts, ...consent } = row;
  if (dataKeyId === null || sealed === null || version === null || accessExpiresAt === null || refreshAttempts === null) return { consent, tokens: undefined };
  return { consent, tokens: { dataKeyId, sealed, version, accessExpiresAt, refreshAttempts } };
}

/** Takes the one exchange that a consent allows. Undefined when there is none to take. */
export async function takeExchange(tx: Executor<Tables>, consentId: string, psuId: string, now: Temporal.Instant): Promise<BankConsent | undefined> {
  return tx
    .updateTable("bankConsents")
    .set({ status: "exchanging", exchangeBeganAt: now })
    .where("consentId", "=", consentId)
    .where("psuId", "=", psuId)
    .where("status", "=", "created")
    .returning(columns)
    .executeTakeFirst();
}

/** The person is sent to the bank once more, under another state; before the exchange only. False when it is too late. */
export async function replaceAttempt(
  tx: Executor<Tables>,
  { consentId, redirectUri, stateHash, nonceHash }: Pick<BankConsent, "consentId" | "redirectUri" | "stateHash" | "nonceHash">,
): Promise<boolean> {
  const row = await tx
    .updateTable("bankConsents")
    .set({ redirectUri, stateHash, nonceHash })
    .where("consentId", "=", consentId)
    .where("status", "=", "created")
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * How the exchange of a consent stands that can no longer be begun. One that began at `deadSince` or before has nobody who sees to its end: it is
 * over from then on, also for a process that was merely slow. A replica that does not note when it begins one has until then from now on.
 */
export async function judgeExchange(
  tx: Executor<Tables>,
  consentId: string,
  deadSince: Temporal.Instant,
  now: Temporal.Instant,
): Promise<"under-way" | "authorised" | "over"> {
  await tx
    .updateTable("bankConsents")
    .set({ exchangeBeganAt: now })
    .where("consentId", "=", consentId)
    .where("status", "=", "exchanging")
    .where("exchangeBeganAt", "is", null)
    .execute();
  await tx
    .updateTable("bankConsents")
    .set({ status: "failed", endedAt: now, endReason: "exchange-interrupted" })
    .where("consentId", "=", consentId)
    .where("status", "=", "exchanging")
    .where("exchangeBeganAt", "<=", deadSince)
    .execute();
  const row = await tx.selectFrom("bankConsents").select("status").where("consentId", "=", consentId).executeTakeFirst();
  if (row?.status === "exchanging") return "under-way";
  return row?.status === "authorised" ? "authorised" : "over";
}

/** False when the consent was ended meanwhile. */
export async function markAuthorised(tx: Executor<Tables>, consentId: string, now: Temporal.Instant, reconfirmBy: Temporal.Instant | null): Promise<boolean> {
  const row = await tx
    .updateTable("bankConsents")
    .set({ status: "authorised", authorisedAt: now, reconfirmBy })
    .where("consentId", "=", consentId)
    .where("status", "=", "exchanging")
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

/** False when we knew it already, or when the consent has ended. */
export async function markScaRequired(tx: Executor<Tables>, consentId: string, now: Temporal.Instant): Promise<boolean> {
  const row = await tx
    .updateTable("bankConsents")
    .set({ scaRequiredAt: now })
    .where("consentId", "=", consentId)
    .where("status", "=", "authorised")
    .where("scaRequiredAt", "is", null)
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

/** Puts the next confirmation off, never nearer: confirmations may be heard of out of order. */
export async function moveReconfirmation(
  tx: Executor<Tables>,
  { psuId, consentId }: Pick<BankConsent, "psuId" | "consentId">,
  reconfirmBy: Temporal.Instant | null,
): Promise<void> {
  await tx
    .updateTable("bankConsents")
    .set({ reconfirmBy })
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .$if(reconfirmBy !== null, (query) => query.where("reconfirmBy", "<", reconfirmBy))
    .execute();
}

export interface ConsentEnd {
  readonly reason: string;
  /** Whose loss it was; null: it was ended as it should be. */
  readonly by: "aspsp" | "tpp" | null;
}

/** Ends a consent once. False when it had ended before. */
export async function markEnded(
  tx: Executor<Tables>,
  consentId: string,
  { status, reason, by = null }: { readonly status: "failed" | "ended"; readonly reason: string; readonly by?: ConsentEnd["by"] },
  now: Temporal.Instant,
): Promise<boolean> {
  const row = await tx
    .updateTable("bankConsents")
    .set({ status, endedAt: now, endReason: reason, endedBy: by })
    .where("consentId", "=", consentId)
    .where("endedAt", "is", null)
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

/** How a consent was ended; undefined while it stands, or where nobody noted why. */
export async function getConsentEnd(db: Executor<Tables>, consentId: string): Promise<ConsentEnd | undefined> {
  const row = await db.selectFrom("bankConsents").select(["endReason", "endedBy"]).where("consentId", "=", consentId).executeTakeFirst();
  return row === undefined || row.endReason === null ? undefined : { reason: row.endReason, by: row.endedBy };
}

/** Lets nobody else change a consent, or count a read with it, until the transaction ends. Its tokens are locked after it. */
export async function lockConsent(tx: Executor<Tables>, consentId: string): Promise<void> {
  await tx.selectFrom("bankConsents").select("consentId").where("consentId", "=", consentId).forUpdate().execute();
}

/** Lets nobody else change or read with the person's consents until the transaction ends; always taken in one order. */
export async function lockConsentsOfPsu(tx: Executor<Tables>, psuId: string): Promise<void> {
  await tx.selectFrom("bankConsents").select("consentId").where("psuId", "=", psuId).orderBy("consentId").forUpdate().execute();
}

export async function markReplaced(tx: Executor<Tables>, consentId: string, successor: string): Promise<void> {
  await tx.updateTable("bankConsents").set({ successor }).where("consentId", "=", consentId).execute();
}

export async function markTokensDiscarded(tx: Executor<Tables>, consentId: string, now: Temporal.Instant): Promise<void> {
  await tx.updateTable("bankConsents").set({ tokensDiscardedAt: now }).where("consentId", "=", consentId).execute();
}

export async function markDataErased(tx: Executor<Tables>, consentId: string, now: Temporal.Instant): Promise<void> {
  await tx.updateTable("bankConsents").set({ dataErasedAt: now }).where("consentId", "=", consentId).where("dataErasedAt", "is", null).execute();
}

export async function consentsOfPsu(db: Executor<Tables>, psuId: string): Promise<readonly BankConsent[]> {
  return db.selectFrom("bankConsents").select(columns).where("psuId", "=", psuId).execute();
}

export async function deleteConsentsOfPsu(tx: Executor<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("bankConsents").where("psuId", "=", psuId).execute();
}
