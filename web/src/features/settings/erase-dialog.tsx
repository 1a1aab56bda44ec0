import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { isApiError } from "../../api/api-error.ts";
import { ask } from "../../api/client.ts";
import { useProblem } from "../../api/use-problem.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";

/** Erasing oneself, confirmed by the password. */
export function EraseDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblem();
  const erase = useMutation({
    mutationFn: (password: string) => ask("eraseMe", { body: { password } }),
    onSuccess: async () => {
      queryClient.clear();
      await navigate({ to: "/welcome", replace: true });
    },
  });
  const wrong = isApiError(erase.error) && erase.error.code === "ERR_PASSWORD_REFUSED";
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = formText(new FormData(event.currentTarget), "password");
    if (password !== "") erase.mutate(password);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Erase everything?`}
      description={
        <Trans>Every permission ends at its bank, and every account, transaction and insight is deleted, with your sign-in. Your money is not affected.</Trans>
      }
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
        {erase.isError && !wrong && (
          <Notice tone="danger" live title={problem(erase.error).title}>
            {problem(erase.error).detail}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="danger" busy={erase.isPending}>
            <Trans>Erase everything for good</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
