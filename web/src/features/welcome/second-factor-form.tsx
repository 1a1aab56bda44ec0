import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { auth } from "../../api/auth.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { useArrive, useSignInProblem } from "./use-sign-in.ts";

/** The second half of a sign-in by password. */
export function SecondFactorForm({ onDone, onBack }: { onDone: () => void; onBack: () => void }) {
  const { t } = useLingui();
  const problem = useSignInProblem();
  const arrive = useArrive();
  const send = useMutation({
    mutationFn: async (code: string) => {
      await auth("finishSignIn", { code });
      await arrive();
    },
    onSuccess: onDone,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = formText(new FormData(event.currentTarget), "code").trim();
    if (code.length >= 6) send.mutate(code);
  };
  return (
    <>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight">
        <Trans>One more step</Trans>
      </h1>
      <form onSubmit={submit} noValidate className="mt-6 space-y-5 rounded-12 border bg-surface p-5 sm:p-6" aria-label={t`Code`}>
        {send.isError && (
          <Notice tone="danger" live title={problem(send.error).title}>
            {problem(send.error).detail}
          </Notice>
        )}
        <Field
          label={t`Code`}
          name="code"
          autoComplete="one-time-code"
          autoFocus
          maxLength={40}
          required
          hint={t`From your authenticator app, or a recovery code.`}
        />
        <Button type="submit" look="primary" size="wide" busy={send.isPending}>
          <Trans>Go on</Trans>
        </Button>
        <Button look="quiet" size="wide" onClick={onBack}>
          <Trans>Back</Trans>
        </Button>
      </form>
    </>
  );
}
