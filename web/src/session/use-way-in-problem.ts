import { useLingui } from "@lingui/react/macro";
import { isApiError } from "../api/api-error.ts";
import { type ProblemWords, useProblem } from "../api/use-problem.ts";
import { PasskeyNotUsed } from "./passkey.ts";

/** Why getting in or changing how one gets in did not work, in words that tell nobody who has an account. */
export function useWayInProblem(): (error: unknown) => ProblemWords {
  const { t } = useLingui();
  const problem = useProblem();
  return (error) => {
    if (error instanceof PasskeyNotUsed) return { title: t`No passkey was used`, detail: t`Try another passkey or another way.` };
    if (!isApiError(error)) return problem(error);
    const words: Readonly<Record<string, ProblemWords>> = {
      ERR_PASSKEY_REFUSED: { title: t`This passkey does not work here`, detail: t`Try another passkey or another way.` },
      ERR_STEP_EXPIRED: { title: t`This took too long`, detail: t`Begin again.` },
      ERR_CODE_REFUSED: { title: t`This code is not right`, detail: t`Each code works once. Wait for the next one.` },
      ERR_RECOVERY_REFUSED: { title: t`Email and recovery code do not match`, detail: t`Check both. Each recovery code works once.` },
      ERR_SINGLE_SIGN_ON_REFUSED: {
        title: t`That sign-in was not accepted`,
        detail: t`Begin again.`,
      },
      ERR_SINGLE_SIGN_ON_UNKNOWN: {
        title: t`This sign-in is not linked yet`,
        detail: t`Sign in otherwise and link it in your settings.`,
      },
      ERR_PASSWORD_TOO_WEAK: { title: t`This password is too easy to guess`, detail: t`Use a few words that have nothing to do with you or with each other.` },
    };
    return words[error.code] ?? problem(error);
  };
}
