import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { safeReturnPath } from "../../session/return-path.ts";
import { Button } from "../../ui/button.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { checkCredentials } from "./credentials.ts";
import { EmailField, PasswordField, useFaultWords } from "./credential-fields.tsx";
import { useSignIn, useSignInProblem } from "./use-sign-in.ts";

export function SignInPage() {
  const { t } = useLingui();
  usePageTitle(t`Sign in`);
  const { from } = useSearch({ from: "/open/sign-in" });
  const router = useRouter();
  const words = useFaultWords();
  const problem = useSignInProblem();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<ReturnType<typeof checkCredentials>>({});
  const signIn = useMutation({
    mutationFn: useSignIn(),
    onSuccess: () => router.history.replace(safeReturnPath(from, window.location.origin)),
  });

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const input = { email: formText(data, "email").trim(), password: formText(data, "password") };
    const found = checkCredentials(input, false);
    setFaults(found);
    const first = (["email", "password"] as const).find((field) => found[field] !== undefined);
    if (first !== undefined) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    else signIn.mutate(input);
  };

  return (
    <>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight">
        <Trans>Sign in</Trans>
      </h1>
      <form ref={form} onSubmit={submit} noValidate className="mt-6 space-y-5 rounded-12 border bg-surface p-5 sm:p-6" aria-label={t`Sign in`}>
        {signIn.isError && (
          <Notice tone="danger" live title={problem(signIn.error).title}>
            {problem(signIn.error).detail}
          </Notice>
        )}
        <EmailField error={words(faults.email)} />
        <PasswordField isNew={false} error={words(faults.password)} />
        <Button type="submit" look="primary" size="wide" busy={signIn.isPending}>
          <Trans>Sign in</Trans>
        </Button>
      </form>
      <p className="mt-6 text-center text-14 text-muted">
        <Trans>
          New here?{" "}
          <Link to="/welcome" className="font-500 text-accent underline underline-offset-4">
            Create an account
          </Link>
        </Trans>
      </p>
    </>
  );
}
