import { isApiError } from "../../api/api-error.ts";
import type { Answer } from "../../api/routes.ts";

/** Why an approval of something else than a connection came to nothing. A no is shown by what it was about. */
export type ApprovalEnd = "failed" | "superseded";

/** How the way back from a bank can end, each with a page of its own. */
export type ReturnOutcome =
  | { readonly kind: "connected"; readonly consentId: string; readonly bankName: string }
  /** It was not about a connection: the pages of payments say how it ended. */
  | { readonly kind: "elsewhere"; readonly about: Exclude<Answer<"finishConnection">["about"], { kind: "consent" }>; readonly ended: ApprovalEnd | undefined }
  /** The person said no at the bank. */
  | { readonly kind: "refused"; readonly aspspId: string; readonly bankName: string }
  /** It took too long, at the bank or on the way. */
  | { readonly kind: "timed-out"; readonly aspspId: string | undefined }
  | { readonly kind: "bank-down"; readonly aspspId: string | undefined; readonly bankName: string | undefined }
  /** The bank's answer failed a check of ours. */
  | { readonly kind: "not-verified"; readonly aspspId: string; readonly bankName: string; readonly reason: string }
  /** Somebody else, or another browser, began this; or nobody did. */
  | { readonly kind: "wrong-person" }
  /** This return was used before, or the page was opened by hand. */
  | { readonly kind: "nothing-to-finish" }
  | { readonly kind: "signed-out" }
  /** We could not be reached; the person's answer at the bank may still count. */
  | { readonly kind: "unreachable"; readonly error: unknown };

/** Tells the outcomes of an answered hand-over apart. */
export function outcomeOf(answer: Answer<"finishConnection">): ReturnOutcome {
  const { about, aspspId, aspspName: bankName } = answer;
  if (about.kind !== "consent") return { kind: "elsewhere", about, ended: endOf(answer) };
  if (answer.outcome === "authorised") return { kind: "connected", consentId: about.consentId, bankName };
  if (answer.outcome === "refused") return { kind: "refused", aspspId, bankName };
  const reason = answer.reason ?? "";
  if (/EXPIRED|TIMED?_?OUT/.test(reason)) return { kind: "timed-out", aspspId };
  if (/^ERR_ASPSP_(UNAVAILABLE|RATE_LIMITED)$|_ASPSP_(UNAVAILABLE|ERROR)$|_INTERRUPTED$/.test(reason)) return { kind: "bank-down", aspspId, bankName };
  return { kind: "not-verified", aspspId, bankName, reason };
}

function endOf({ outcome, reason }: Answer<"finishConnection">): ApprovalEnd | undefined {
  if (outcome !== "failed") return undefined;
  return reason === "ERR_AUTHORISATION_SUPERSEDED" ? "superseded" : "failed";
}

/** Tells the refusals of the hand-over apart; `context` is the bank the address named. */
export function outcomeOfError(error: unknown, context: string): ReturnOutcome {
  if (!isApiError(error)) return { kind: "unreachable", error };
  if (error.signedOut) return { kind: "signed-out" };
  if (/EXPIRED/.test(error.code)) return { kind: "timed-out", aspspId: context };
  // Whether the attempt is somebody else's or none at all is not told apart, on purpose.
  if (error.status === 403 || error.status === 404) return { kind: "wrong-person" };
  if (error.status === 409 || error.status === 400 || error.status === 422) return { kind: "nothing-to-finish" };
  if (error.code.startsWith("ERR_ASPSP_")) return { kind: "bank-down", aspspId: context, bankName: undefined };
  return { kind: "unreachable", error };
}
