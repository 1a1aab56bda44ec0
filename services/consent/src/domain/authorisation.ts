/**
 * One SCA attempt: the person leaves for the bank and comes back once, in the browser session that began it, to the
 * redirect URI of that bank, within ten minutes. The state is known only by its hash.
 */
import type { ApprovalAbout, ScaStatus } from "@opl/contracts/model";

/** Longer than a person needs at the bank, shorter than a stolen link stays interesting (OA-11). */
export const authorisationLifetimeMinutes = 10;
/** After this an exchange that did not report back was cut off: its own time limit is well below (OA-60). */
export const exchangeLifetimeSeconds = 45;

/** What the bank's return must look like, as it was when the attempt began. */
export interface AuthorizationServer {
  readonly issuer: string;
  /** The bank sends `iss` with every return (RFC 9207). */
  readonly issInResponse: boolean;
  readonly responseType: "code" | "code id_token";
  /** `jwt`: the return is one signed `response` (JARM). */
  readonly responseMode: "fragment" | "query" | "jwt";
}

export type Outcome =
  /** Payments are approved once; everything else until then. */
  | { readonly outcome: "authorised"; readonly validUntil: Temporal.Instant | null }
  | { readonly outcome: "refused" }
  | { readonly outcome: "failed"; readonly reason: string };

/** What is recorded of an attempt, and of what it was about, where the person said no. */
export const refusedReason = "ERR_AUTHORISATION_REFUSED";

export type UnauthorisedOutcome = Exclude<Outcome, { outcome: "authorised" }>;

interface AuthorisationBase {
  readonly authorisationId: string;
  readonly psuId: string;
  /** What the person says yes or no to. */
  readonly about: ApprovalAbout;
  /** The redirect context: which bank's return address this attempt may come back to. */
  readonly aspspId: string;
  readonly sessionBinding: string;
  readonly redirectUri: string;
  readonly createdAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  /** Null until the bank has answered, and where the gateway leaves all of it to its own checks. */
  readonly authorizationServer: AuthorizationServer | null;
}

export type ReceivedAuthorisation = AuthorisationBase & { readonly scaStatus: "received"; readonly nonce: string };
export type StartedAuthorisation = AuthorisationBase & { readonly scaStatus: "started"; readonly nonce: string; readonly takenAt: Temporal.Instant };
export type FinishedAuthorisation = AuthorisationBase & {
  readonly scaStatus: "finalised" | "failed";
  readonly finishedAt: Temporal.Instant;
  readonly outcome: Outcome;
};
export type Authorisation = ReceivedAuthorisation | StartedAuthorisation | FinishedAuthorisation;

/** The exchange begins: from here on the return is used up, whatever happens. */
export function take(attempt: ReceivedAuthorisation, takenAt: Temporal.Instant): StartedAuthorisation {
  return { ...attempt, scaStatus: "started", takenAt };
}

/** Ends an open attempt; a finished one keeps its first outcome. */
export function finish(attempt: Authorisation, outcome: Outcome, finishedAt: Temporal.Instant): FinishedAuthorisation {
  if (isFinished(attempt)) return attempt;
  const { authorisationId, psuId, about, aspspId, sessionBinding, redirectUri, createdAt, expiresAt, authorizationServer } = attempt;
  const base = { authorisationId, psuId, about, aspspId, sessionBinding, redirectUri, createdAt, expiresAt, authorizationServer };
  return { ...base, scaStatus: outcome.outcome === "authorised" ? "finalised" : "failed", finishedAt, outcome };
}

export function isFinished(attempt: Authorisation): attempt is FinishedAuthorisation {
  return (["finalised", "failed"] satisfies ScaStatus[] as ScaStatus[]).includes(attempt.scaStatus);
}

export type Lapse = "timed-out" | "interrupted";

/** Why an attempt nobody came back for, or whose exchange was cut off, must end now; null when it may go on. */
export function lapsed(attempt: Authorisation, now: Temporal.Instant): Lapse | null {
  switch (attempt.scaStatus) {
    case "received":
      return Temporal.Instant.compare(attempt.expiresAt, now) <= 0 ? "timed-out" : null;
    case "started":
      return Temporal.Instant.compare(attempt.takenAt.add({ seconds: exchangeLifetimeSeconds }), now) <= 0 ? "interrupted" : null;
    case "finalised":
    case "failed":
      return null;
  }
}
