import type { EventData, EventType } from "@opl/contracts/events";
import { publish } from "@opl/messaging";
import type { Transaction } from "kysely";
import { appendHistory, lockConsent, saveConsent } from "../db/consent-store.ts";
import type { ConsentKey, HistoryEntry } from "../db/consent-store.ts";
import { insertReceipt, listMaskedNumbers } from "../db/receipt-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { decide } from "../domain/consent.ts";
import type { Command, Consent, Fact, Refusal } from "../domain/consent.ts";
import { receiptFacts, signedFrom } from "../domain/receipt.ts";

export type Applied =
  | { readonly kind: "changed"; readonly consent: Consent; readonly before: Consent }
  | { readonly kind: "unchanged"; readonly consent: Consent }
  | { readonly kind: "refused"; readonly consent: Consent; readonly refusal: Refusal }
  | { readonly kind: "not-found" };

/**
 * The only way to change a consent: lock it, decide, save it with its history and its receipt, and record the fact to be published, all
 * in the caller's transaction. Whoever also changes the attempt, or another consent, has locked both before (`lockConsents` says in which order).
 */
export async function applyCommand(tx: Transaction<ConsentTables>, key: ConsentKey, command: Command): Promise<Applied> {
  const before = await lockConsent(tx, key);
  if (before === undefined) return { kind: "not-found" };
  const decision = decide(before, command);
  if (decision.kind !== "changed") return { ...decision, consent: before };
  const { consent, fact } = decision;
  await saveConsent(tx, consent);
  await appendHistory(tx, key, { at: command.at, ...historyOf(fact) });
  const receipt = receiptFacts(consent, fact, command.at);
  if (receipt !== null) {
    const { at, namesLater } = signedFrom(receipt, command.at);
    await insertReceipt(tx, { about: "consent", ...key }, { ...receipt, accounts: namesLater ? null : await listMaskedNumbers(tx, key) }, at);
  }
  await publish(tx, { ...eventOf(consent, fact, command.at), subject: key.consentId, psuId: key.psuId, time: command.at, correlationId: key.consentId });
  return { kind: "changed", consent, before };
}

function historyOf(fact: Fact): Omit<HistoryEntry, "at"> {
  switch (fact.fact) {
    case "authorised":
      return { what: "authorised", by: "psu", reason: null };
    case "rejected":
      return { what: "rejected", by: fact.by, reason: fact.reason };
    case "revoked":
      return { what: "revoked", by: fact.by, reason: null };
    case "lost":
      return { what: "lost", by: fact.by, reason: fact.code };
    case "expiring":
      return { what: "expiring", by: "tpp", reason: null };
    case "expired":
      return { what: "expired", by: "tpp", reason: null };
    case "replaced":
      return { what: "replaced", by: "psu", reason: null };
    case "reconfirmation-due":
      return { what: "reconfirmation-due", by: "tpp", reason: null };
    case "reconfirmed":
      return { what: "reconfirmed", by: "psu", reason: null };
    case "paused":
      return { what: "paused", by: fact.reason === "sca-required" ? "aspsp" : "tpp", reason: fact.reason };
  }
}

type ConsentEvent = {
  [T in Exclude<Extract<EventType, `consent.${string}`>, "consent.created">]: {
    readonly type: T;
    readonly data: EventData<T>;
  };
};

function eventOf(consent: Consent, fact: Fact, at: Temporal.Instant): ConsentEvent[keyof ConsentEvent] {
  const { consentId, psuId, aspspId, replaces } = consent;
  const about = { consentId, psuId, aspspId };
  switch (fact.fact) {
    case "authorised":
      return {
        type: "consent.authorised",
        data: { ...about, scope: [...fact.scope], authorisedAt: fact.authorisedAt.toString(), validUntil: fact.validUntil.toString(), replaces },
      };
    case "rejected":
      return { type: "consent.rejected", data: { ...about, reason: fact.reason } };
    case "revoked":
      return { type: "consent.revoked", data: { ...about, by: fact.by, keepData: fact.keepData, revokedAt: at.toString() } };
    case "lost":
      return { type: "consent.revoked", data: { ...about, by: fact.by, keepData: true, revokedAt: at.toString(), reason: fact.code } };
    case "expiring":
      return { type: "consent.expiring", data: { ...about, validUntil: fact.validUntil.toString(), daysLeft: fact.daysLeft } };
    case "expired":
      return { type: "consent.expired", data: { ...about, validUntil: fact.validUntil.toString() } };
    case "replaced":
      return { type: "consent.replaced", data: { ...about, successor: fact.successor } };
    case "reconfirmation-due":
      return { type: "consent.reconfirmation-due", data: { ...about, reconfirmBy: fact.reconfirmBy.toString(), daysLeft: fact.daysLeft } };
    case "reconfirmed":
      return { type: "consent.reconfirmed", data: { ...about, reconfirmedAt: at.toString(), reconfirmBy: fact.reconfirmBy?.toString() ?? null } };
    case "paused":
      return { type: "consent.paused", data: { ...about, reason: fact.reason, pausedAt: at.toString() } };
  }
}
