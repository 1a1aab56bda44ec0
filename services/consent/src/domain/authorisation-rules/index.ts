/**
 * Every check of a return, in the order in which it runs; the first refusal decides. Who brought it (person and session)
 * is settled before: a stranger's return never reaches these rules and so cannot use up anybody's attempt (OA-09, OA-18).
 */
import { codeForm } from "./code-form.ts";
import { codePresent } from "./code-present.ts";
import { idTokenForm } from "./id-token-form.ts";
import { inTime } from "./in-time.ts";
import { issuer } from "./issuer.ts";
import { noRepeatedParameter } from "./no-repeated-parameter.ts";
import { noTokenInResponse } from "./no-token-in-response.ts";
import { notCodeAndError } from "./not-code-and-error.ts";
import { redirectContext } from "./redirect-context.ts";
import { responseMode } from "./response-mode.ts";
import type { ReturnRule, ReturnToCheck } from "./rule.ts";

export type { ReturnToCheck } from "./rule.ts";

export const returnRules: readonly ReturnRule[] = [
  inTime,
  redirectContext,
  noRepeatedParameter,
  responseMode,
  noTokenInResponse,
  notCodeAndError,
  codePresent,
  issuer,
  codeForm,
  idTokenForm,
];

export type CheckedReturn =
  | { readonly kind: "code"; readonly code: string | null; readonly idToken: string | null; readonly issuer: string | null; readonly response?: string }
  /** The bank answered with an OAuth error; its free text is dropped here and never shown or kept (OA-17). */
  | { readonly kind: "error"; readonly error: string }
  | { readonly kind: "refused"; readonly reason: string };

/** Runs the rules over one return of the attempt's own person and session. Pure. */
export function checkReturn(returned: ReturnToCheck): CheckedReturn {
  const refusal = returnRules.find((rule) => rule.refuses(returned));
  if (refusal !== undefined) return { kind: "refused", reason: refusal.reason };
  const { response } = returned;
  const signed = response.get("response");
  if (signed !== undefined) return { kind: "code", code: null, idToken: null, issuer: null, response: signed };
  const error = response.get("error");
  if (error !== undefined) return { kind: "error", error };
  return { kind: "code", code: response.get("code") ?? "", idToken: response.get("id_token") ?? null, issuer: response.get("iss") ?? null };
}
