import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { isApiError } from "../../api/api-error.ts";
import { auth } from "../../api/auth.ts";
import { queries } from "../../api/queries.ts";
import type { ProblemWords } from "../../api/use-problem.ts";
import { answerByPasskey } from "../../session/passkey.ts";
import { useWayInProblem } from "../../session/use-way-in-problem.ts";

/** Makes sure that nothing of an earlier session is left in this tab. */
export function useArrive(): () => Promise<void> {
  const queryClient = useQueryClient();
  return async () => {
    queryClient.clear();
    await queryClient.fetchQuery(queries.me());
  };
}

/** Signs in by password; answers whether a code is needed before one is in. */
export function useSignIn(): (input: { email: string; password: string }) => Promise<"in" | "code-needed"> {
  const arrive = useArrive();
  return async (input) => {
    const answer = await auth("signIn", input);
    if ("next" in answer) return "code-needed";
    await arrive();
    return "in";
  };
}

/** Signs in by a passkey of this device. */
export function usePasskeySignIn(): () => Promise<void> {
  const arrive = useArrive();
  return async () => {
    const { options } = await auth("beginPasskeySignIn");
    await auth("signInByPasskey", { answer: await answerByPasskey(options) });
    await arrive();
  };
}

/** Why signing in or up did not work, in words that tell nobody which addresses have an account. */
export function useSignInProblem(): (error: unknown) => ProblemWords {
  const { t } = useLingui();
  const problem = useWayInProblem();
  return (error) => {
    if (isApiError(error) && error.status === 401) {
      return { title: t`Email and password do not match`, detail: t`Check both and try again.` };
    }
    if (isApiError(error) && error.status === 429) {
      const minutes = Math.max(1, Math.ceil((error.retryAfterSeconds ?? 60) / 60));
      return { title: t`Too many tries`, detail: t`To protect your account, wait ${minutes} min and try again.` };
    }
    return problem(error);
  };
}
