import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { isApiError } from "../../api/api-error.ts";
import { auth } from "../../api/auth.ts";
import { queries } from "../../api/queries.ts";
import { useProblem } from "../../api/use-problem.ts";

/** Signs in and makes sure that nothing of an earlier session is left in this tab. */
export function useSignIn(): (input: { email: string; password: string }) => Promise<void> {
  const queryClient = useQueryClient();
  return async (input) => {
    await auth("signIn", input);
    queryClient.clear();
    await queryClient.fetchQuery(queries.me());
  };
}

/** Why signing in or up did not work, in words that tell nobody which addresses have an account. */
export function useSignInProblem(): (error: unknown) => { title: string; detail: string } {
  const { t } = useLingui();
  const problem = useProblem();
  return (error) => {
    if (isApiError(error) && error.status === 401) {
      return { title: t`Email and password do not match`, detail: t`Check both and try again.` };
    }
    if (isApiError(error) && error.code === "ERR_PASSWORD_TOO_WEAK") {
      return { title: t`This password is too easy to guess`, detail: t`Use a few words that have nothing to do with you or with each other.` };
    }
    if (isApiError(error) && error.status === 429) {
      const minutes = Math.max(1, Math.ceil((error.retryAfterSeconds ?? 60) / 60));
      return { title: t`Too many tries`, detail: t`To protect your account, wait ${minutes} min and try again.` };
    }
    return problem(error);
  };
}
