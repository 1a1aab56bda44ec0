import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Eye, Fingerprint, KeyRound, Undo2 } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { auth } from "../../api/auth.ts";
import { sendPreferences } from "../../preferences/change-preferences.ts";
import { knowsPasskeys, makePasskey } from "../../session/passkey.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { checkCredentials } from "./credentials.ts";
import { EmailField, Or, PasswordField, useFaultWords } from "./credential-fields.tsx";
import { useArrive, useSignIn, useSignInProblem } from "./use-sign-in.ts";

const icon = { size: 20, strokeWidth: 1.75, "aria-hidden": true, className: "mt-px shrink-0 text-accent" } as const;

/** The promise in one sentence, and the way in. */
export function WelcomePage() {
  const { t } = useLingui();
  usePageTitle(t`Welcome`);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const signIn = useSignIn();
  const arrive = useArrive();
  const words = useFaultWords();
  const problem = useSignInProblem();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<ReturnType<typeof checkCredentials>>({});
  const begin = async (): Promise<void> => {
    // What was chosen before signing up (language, theme) goes along.
    await sendPreferences(queryClient);
    await navigate({ to: "/connect" });
  };
  const signUp = useMutation({
    mutationFn: async (input: { name: string; email: string; password: string }) => {
      await auth("signUp", input);
      await signIn({ email: input.email, password: input.password });
    },
    onSuccess: begin,
  });
  const byPasskey = useMutation({
    mutationFn: async (input: { name: string; email: string }) => {
      const { options } = await auth("beginPasskeySignUp", input);
      await auth("signUpByPasskey", { answer: await makePasskey(options) });
      await auth("enterAfterSignUp");
      await arrive();
    },
    onSuccess: begin,
  });

  const fields = (): { name: string; email: string; password: string } => {
    const data = new FormData(form.current ?? undefined);
    return { name: formText(data, "name").trim(), email: formText(data, "email").trim(), password: formText(data, "password") };
  };
  const isComplete = (found: typeof faults): boolean => {
    setFaults(found);
    const first = (["name", "email", "password"] as const).find((field) => found[field] !== undefined);
    if (first !== undefined) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    return first === undefined;
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    byPasskey.reset();
    if (isComplete(checkCredentials(fields(), true))) signUp.mutate(fields());
  };
  const goOnByPasskey = (): void => {
    signUp.reset();
    const { name, email } = fields();
    const { password: _, ...found } = checkCredentials({ name, email, password: "" }, true);
    if (isComplete(found)) byPasskey.mutate({ name, email });
  };
  const failed = signUp.error ?? byPasskey.error;
  // The address may have an account with another password; saying which would tell strangers who is here.
  const refused = isApiError(failed) && failed.status === 401;

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
        {failed !== null && (
          <Notice tone="danger" live title={refused ? t`We could not sign you in with this` : problem(failed).title}>
            {refused ? <Trans>If you already have an account with this email, sign in instead.</Trans> : problem(failed).detail}
          </Notice>
        )}
        <Field label={t`Name`} name="name" autoComplete="name" maxLength={100} required error={words(faults.name)} />
        <EmailField error={words(faults.email)} />
        {knowsPasskeys() && (
          <>
            <div>
              <Button look="primary" size="wide" busy={byPasskey.isPending} onClick={goOnByPasskey}>
                <Fingerprint size={20} strokeWidth={1.75} aria-hidden="true" />
                <Trans>Continue with a passkey</Trans>
              </Button>
              <p className="mt-1.5 text-12 text-muted text-pretty">
                <Trans>Your fingerprint, face or screen lock instead of a password.</Trans>
              </p>
            </div>
            <Or />
          </>
        )}
        <PasswordField isNew error={words(faults.password)} />
        <Button type="submit" look={knowsPasskeys() ? "secondary" : "primary"} size="wide" busy={signUp.isPending}>
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
