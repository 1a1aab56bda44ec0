import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import type { FormEvent } from "react";
import { isApiError } from "../api/api-error.ts";
import { auth } from "../api/auth.ts";
import { securityQueries } from "../api/security.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { formText } from "../ui/form-text.ts";
import { Notice } from "../ui/notice.tsx";
import { answerByPasskey, knowsPasskeys } from "./passkey.ts";
import { useWayInProblem } from "./use-way-in-problem.ts";

/** "It is still me", before something that must not happen on a device somebody left open. */
export function ProofDialog({ onAnswer }: { onAnswer: (proved: boolean) => void }) {
  const { t } = useLingui();
  const problem = useWayInProblem();
  const security = useQuery(securityQueries.security()).data;
  const done = { onSuccess: () => onAnswer(true) };
  const byPassword = useMutation({ mutationFn: (proof: { password: string; code?: string }) => auth("confirmByPassword", proof), ...done });
  const byPasskey = useMutation({
    mutationFn: async () => {
      const { options } = await auth("beginConfirmByPasskey");
      return auth("confirmByPasskey", { answer: await answerByPasskey(options) });
    },
    ...done,
  });
  const failed = byPassword.error ?? byPasskey.error;
  const wrong = isApiError(failed) && failed.code === "ERR_PASSWORD_REFUSED";
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    byPasskey.reset();
    const data = new FormData(event.currentTarget);
    const [password, code] = [formText(data, "password"), formText(data, "code").trim()];
    if (password !== "") byPassword.mutate({ password, ...(code.length < 6 ? {} : { code }) });
  };
  return (
    <Dialog open onClose={() => onAnswer(false)} title={t`Is it still you?`} description={<Trans>Confirm that it is you, and we go on where you are.</Trans>}>
      <div className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {failed !== null && !wrong && (
          <Notice tone="danger" live title={problem(failed).title}>
            {problem(failed).detail}
          </Notice>
        )}
        {security !== undefined && security.passkeys.length > 0 && knowsPasskeys() && (
          <Button
            look="primary"
            size="wide"
            busy={byPasskey.isPending}
            onClick={() => {
              byPassword.reset();
              byPasskey.mutate();
            }}
          >
            <Fingerprint size={20} strokeWidth={1.75} aria-hidden="true" />
            <Trans>Use a passkey</Trans>
          </Button>
        )}
        {security?.password === true && (
          <form onSubmit={submit} noValidate className="space-y-5" aria-label={t`Your password`}>
            <Field
              label={t`Your password`}
              name="password"
              type="password"
              autoComplete="current-password"
              maxLength={200}
              required
              error={wrong ? t`The password is not right.` : undefined}
            />
            {security.secondFactor && (
              <Field
                label={t`Code`}
                name="code"
                autoComplete="one-time-code"
                maxLength={40}
                required
                hint={t`From your authenticator app, or a recovery code.`}
              />
            )}
            <Button type="submit" look={security.passkeys.length > 0 ? "secondary" : "primary"} size="wide" busy={byPassword.isPending}>
              <Trans>Go on</Trans>
            </Button>
          </form>
        )}
        <Button look="quiet" size="wide" onClick={() => onAnswer(false)}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </Dialog>
  );
}
