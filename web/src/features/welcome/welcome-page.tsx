import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Eye, KeyRound, Undo2 } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { auth } from "../../api/auth.ts";
import { sendPreferences } from "../../preferences/change-preferences.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { checkCredentials } from "./credentials.ts";
import { EmailField, PasswordField, useFaultWords } from "./credential-fields.tsx";
import { useSignIn, useSignInProblem } from "./use-sign-in.ts";

const icon = { size: 20, strokeWidth: 1.75, "aria-hidden": true, className: "mt-px shrink-0 text-accent" } as const;

/** The promise in one sentence, and the way in. */
export function WelcomePage() {
  const { t } = useLingui();
  usePageTitle(t`Welcome`);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const signIn = useSignIn();
  const words = useFaultWords();
  const problem = useSignInProblem();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<ReturnType<typeof checkCredentials>>({});
  const signUp = useMutation({
    mutationFn: async (input: { name: string; email: string; password: string }) => {
      await auth("signUp", input);
      await signIn({ email: input.email, password: input.password });
      // What was chosen before signing up (language, theme) goes along.
      await sendPreferences(queryClient);
    },
    onSuccess: () => navigate({ to: "/connect" }),
  });

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const input = { name: formText(data, "name"), email: formText(data, "email"), password: formText(data, "password") };
    const found = checkCredentials(input, true);
    setFaults(found);
    const first = (["name", "email", "password"] as const).find((field) => found[field] !== undefined);
    if (first !== undefined) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    else signUp.mutate({ ...input, name: input.name.trim(), email: input.email.trim() });
  };
  // The address may have an account with another password; saying which would tell strangers who is here.
  const refused = isApiError(signUp.error) && signUp.error.status === 401;

  return (
    <>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight text-balance sm:text-40">
        <Trans>All your banks in one ledger, and every figure explains itself.</Trans>
      </h1>
      <ul className="mt-6 space-y-3 text-14 text-muted">
        <li className="flex gap-3">
          <KeyRound {...icon} />
          <Trans>You log in at your own bank. We never see your codes.</Trans>
        </li>
        <li className="flex gap-3">
          <Eye {...icon} />
          <Trans>A permission to read lets us look at accounts, never move money.</Trans>
        </li>
        <li className="flex gap-3">
          <Undo2 {...icon} />
          <Trans>Withdraw any permission at any time, and keep or erase what was read.</Trans>
        </li>
      </ul>
      <form ref={form} onSubmit={submit} noValidate className="mt-8 space-y-5 rounded-12 border bg-surface p-5 sm:p-6" aria-label={t`Create your account`}>
        {signUp.isError && (
          <Notice tone="danger" live title={refused ? t`We could not sign you in with this` : problem(signUp.error).title}>
            {refused ? <Trans>If you already have an account with this email, sign in instead.</Trans> : problem(signUp.error).detail}
          </Notice>
        )}
        <Field label={t`Name`} name="name" autoComplete="name" maxLength={100} required error={words(faults.name)} />
        <EmailField error={words(faults.email)} />
        <PasswordField isNew error={words(faults.password)} />
        <Button type="submit" look="primary" size="wide" busy={signUp.isPending}>
          <Trans>Create account</Trans>
        </Button>
      </form>
      <p className="mt-6 text-center text-14 text-muted">
        <Trans>
          Already have an account?{" "}
          <Link to="/sign-in" search={{}} className="font-500 text-accent underline underline-offset-4">
            Sign in
          </Link>
        </Trans>
      </p>
    </>
  );
}
