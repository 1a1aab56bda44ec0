import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { isApiError } from "../api/api-error.ts";
import { auth } from "../api/auth.ts";
import { useProblem } from "../api/use-problem.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { formText } from "../ui/form-text.ts";
import { Notice } from "../ui/notice.tsx";

/** "It is still me", before something that must not happen on a device somebody left open. */
export function ProofDialog({ onAnswer }: { onAnswer: (proved: boolean) => void }) {
  const { t } = useLingui();
  const problem = useProblem();
  const confirm = useMutation({ mutationFn: (password: string) => auth("confirmByPassword", { password }), onSuccess: () => onAnswer(true) });
  const wrong = isApiError(confirm.error) && confirm.error.code === "ERR_PASSWORD_REFUSED";
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = formText(new FormData(event.currentTarget), "password");
    if (password !== "") confirm.mutate(password);
  };
  return (
    <Dialog
      open
      onClose={() => onAnswer(false)}
      title={t`Is it still you?`}
      description={<Trans>You signed in a while ago. Confirm that it is you, and we go on where you are.</Trans>}
    >
      <form onSubmit={submit} noValidate className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        <Field
          label={t`Your password`}
          name="password"
          type="password"
          autoComplete="current-password"
          maxLength={200}
          required
          error={wrong ? t`The password is not right.` : undefined}
        />
        {confirm.isError && !wrong && (
          <Notice tone="danger" live title={problem(confirm.error).title}>
            {problem(confirm.error).detail}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={() => onAnswer(false)}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" busy={confirm.isPending}>
            <Trans>Go on</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
