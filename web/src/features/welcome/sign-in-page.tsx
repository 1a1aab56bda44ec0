import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { Fingerprint } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { auth } from "../../api/auth.ts";
import { knowsPasskeys } from "../../session/passkey.ts";
import { safeReturnPath } from "../../session/return-path.ts";
import { Button } from "../../ui/button.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { checkCredentials } from "./credentials.ts";
import { EmailField, Or, PasswordField, useFaultWords } from "./credential-fields.tsx";
import { SecondFactorForm } from "./second-factor-form.tsx";
import { usePasskeySignIn, useSignIn, useSignInProblem } from "./use-sign-in.ts";

export function SignInPage() {
  const { t } = useLingui();
  usePageTitle(t`Sign in`);
  const { from } = useSearch({ from: "/open/sign-in" });
  const router = useRouter();
  const words = useFaultWords();
  const problem = useSignInProblem();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<ReturnType<typeof checkCredentials>>({});
  const goOn = (): void => router.history.replace(safeReturnPath(from, window.location.origin));
  const signIn = useMutation({ mutationFn: useSignIn(), onSuccess: (step) => (step === "in" ? goOn() : undefined) });
  const byPasskey = useMutation({ mutationFn: usePasskeySignIn(), onSuccess: goOn });
  const elsewhere = useMutation({ mutationFn: () => auth("beginSingleSignOn"), onSuccess: ({ redirectUrl }) => window.location.assign(redirectUrl) });
  const provider = useQuery({ queryKey: ["provider"], queryFn: () => auth("getProvider"), staleTime: Infinity }).data?.singleSignOn;
  const failed = signIn.error ?? byPasskey.error ?? elsewhere.error;

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    byPasskey.reset();
    elsewhere.reset();
    const data = new FormData(event.currentTarget);
    const input = { email: formText(data, "email").trim(), password: formText(data, "password") };
    const found = checkCredentials(input, false);
    setFaults(found);
    const first = (["email", "password"] as const).find((field) => found[field] !== undefined);
    if (first !== undefined) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    else signIn.mutate(input);
  };

  if (signIn.data === "code-needed") return <SecondFactorForm onDone={goOn} onBack={() => signIn.reset()} />;
  return (
    <>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight">
        <Trans>Sign in</Trans>
      </h1>
      <div className="mt-6 space-y-5 rounded-12 border bg-surface p-5 sm:p-6">
        {failed !== null && (
          <Notice tone="danger" live title={problem(failed).title}>
            {problem(failed).detail}
          </Notice>
        )}
        {knowsPasskeys() && (
          <Button
            look="primary"
            size="wide"
            busy={byPasskey.isPending}
            onClick={() => {
              signIn.reset();
              byPasskey.mutate();
            }}
          >
            <Fingerprint size={20} strokeWidth={1.75} aria-hidden="true" />
            <Trans>Use a passkey</Trans>
          </Button>
        )}
        {provider !== undefined && provider !== null && (
          <Button size="wide" busy={elsewhere.isPending} onClick={() => elsewhere.mutate()}>
            <Trans>Continue with {provider.name}</Trans>
          </Button>
        )}
        {(knowsPasskeys() || (provider !== undefined && provider !== null)) && <Or />}
        <form ref={form} onSubmit={submit} noValidate className="space-y-5" aria-label={t`Sign in`}>
          <EmailField error={words(faults.email)} />
          <PasswordField isNew={false} error={words(faults.password)} />
          <Button type="submit" look={knowsPasskeys() ? "secondary" : "primary"} size="wide" busy={signIn.isPending}>
            <Trans>Sign in</Trans>
          </Button>
        </form>
      </div>
      <p className="mt-6 text-center text-14 text-muted">
        <Link to="/recover" className="font-500 text-accent underline underline-offset-4">
          <Trans>I cannot sign in</Trans>
        </Link>
      </p>
      <p className="mt-3 text-center text-14 text-muted">
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
