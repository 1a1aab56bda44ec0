import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { auth } from "../../api/auth.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { EmailField, PasswordField } from "./credential-fields.tsx";
import { useSignInProblem } from "./use-sign-in.ts";

/** The way back with a recovery code: nothing is mailed, and no address holds a secret. */
export function RecoverPage() {
  const { t } = useLingui();
  usePageTitle(t`Get back in`);
  const problem = useSignInProblem();
  const begin = useMutation({ mutationFn: (input: { email: string; code: string }) => auth("beginRecovery", input) });
  const finish = useMutation({ mutationFn: (password: string) => auth("finishRecovery", { password }) });
  const failed = finish.error ?? begin.error;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    if (begin.isSuccess) {
      const password = formText(data, "password");
      if (password !== "") finish.mutate(password);
      return;
    }
    const input = { email: formText(data, "email").trim(), code: formText(data, "code").trim() };
    if (input.email !== "" && input.code !== "") begin.mutate(input);
  };
  if (finish.isSuccess) {
    return (
      <>
        <h1 tabIndex={-1} className="text-28 font-600 tracking-tight">
          <Trans>You have a new password</Trans>
        </h1>
        <p className="mt-3 text-14 text-muted">
          <Trans>Every device is signed out.</Trans>
        </p>
        <LinkButton to="/sign-in" search={{}} look="primary" size="wide" className="mt-6">
          <Trans>Sign in</Trans>
        </LinkButton>
      </>
    );
  }
  return (
    <>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight">
        <Trans>Get back in</Trans>
      </h1>
      <p className="mt-3 text-14 text-muted text-pretty">
        {begin.isSuccess ? (
          <Trans>Choose a new password within 15 minutes.</Trans>
        ) : (
          <Trans>With one of your recovery codes you can set a new password. We never send mail about this.</Trans>
        )}
      </p>
      <form onSubmit={submit} noValidate className="mt-6 space-y-5 rounded-12 border bg-surface p-5 sm:p-6" aria-label={t`Get back in`}>
        {failed !== null && (
          <Notice tone="danger" live title={problem(failed).title}>
            {problem(failed).detail}
          </Notice>
        )}
        {begin.isSuccess ? (
          <PasswordField key="password" isNew />
        ) : (
          <>
            <EmailField />
            <Field key="code" label={t`Recovery code`} name="code" autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={40} required />
          </>
        )}
        <Button type="submit" look="primary" size="wide" busy={begin.isPending || finish.isPending}>
          <Trans>Go on</Trans>
        </Button>
      </form>
      <p className="mt-6 text-center text-14 text-muted">
        <Link to="/sign-in" search={{}} className="font-500 text-accent underline underline-offset-4">
          <Trans>Back to sign in</Trans>
        </Link>
      </p>
    </>
  );
}
