import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ApiError } from "../../api/api-error.ts";
import { auth } from "../../api/auth.ts";
import { LinkButton } from "../../ui/button.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { useArrive, useSignInProblem } from "./use-sign-in.ts";

let finishing: Promise<"signed-in" | "linked"> | undefined;

/** Takes what the provider delivered out of the address bar, before anything is rendered. The code in it works once and only in this browser. */
function takeReturn(): readonly { readonly name: string; readonly value: string }[] {
  const parameters = [...new URLSearchParams(window.location.search)].map(([name, value]) => ({ name, value }));
  if (parameters.length > 0) window.history.replaceState(window.history.state, "", window.location.pathname);
  return parameters;
}

/** Once per return, however often the page is rendered. */
function finish(): Promise<"signed-in" | "linked"> {
  const parameters = takeReturn();
  if (parameters.length > 0) finishing = auth("finishSingleSignOn", { parameters: [...parameters] }).then(({ outcome }) => outcome);
  return finishing ?? Promise.reject(new ApiError({ status: 422, code: "ERR_STEP_EXPIRED" }));
}

/** Where the provider of single sign-on sends the person back to. */
export function SignInReturnPage() {
  const { t } = useLingui();
  usePageTitle(t`Sign in`);
  const navigate = useNavigate();
  const arrive = useArrive();
  const problem = useSignInProblem();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let shown = true;
    const go = async (): Promise<void> => {
      const outcome = await finish();
      await arrive();
      if (shown) await navigate({ to: outcome === "linked" ? "/settings" : "/", replace: true });
    };
    go().catch((reason: unknown) => shown && setError(reason));
    return () => {
      shown = false;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once per visit
  }, []);
  if (error === undefined) {
    return (
      <Loading>
        <h1 tabIndex={-1} className="text-28 font-600 tracking-tight">
          <Trans>Sign in</Trans>
        </h1>
        <Bone className="mt-6 h-40 w-full" />
      </Loading>
    );
  }
  return (
    <div role="alert">
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight">
        {problem(error).title}
      </h1>
      <p className="mt-3 text-14 text-muted">{problem(error).detail}</p>
      <LinkButton to="/sign-in" search={{}} look="primary" size="wide" className="mt-6">
        <Trans>Back to sign in</Trans>
      </LinkButton>
    </div>
  );
}
