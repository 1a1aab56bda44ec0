import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { askSecurity } from "../../api/security.ts";
import { useWayInProblem } from "../../session/use-way-in-problem.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { SaveOrCancel } from "./save-or-cancel.tsx";

/** As the server wants it; it decides in the end. */
const MIN_PASSWORD = 12;

/** A new password, or a first one. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const problem = useWayInProblem();
  const change = useMutation({
    mutationFn: (password: string) => askSecurity("changePassword", { body: { password } }),
    onSuccess: async () => {
      await Promise.all([["security"], ["sessions"]].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = formText(new FormData(event.currentTarget), "password");
    if (password !== "") change.mutate(password);
  };
  return (
    <Dialog open onClose={onClose} title={t`A new password`} description={<Trans>Every other device is signed out.</Trans>}>
      <form onSubmit={submit} noValidate className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {change.isError && (
          <Notice tone="danger" live title={problem(change.error).title}>
            {problem(change.error).detail}
          </Notice>
        )}
        <Field
          label={t`New password`}
          name="password"
          type="password"
          autoComplete="new-password"
          maxLength={128}
          required
          hint={t`At least ${MIN_PASSWORD} characters. A few words in a row are fine.`}
        />
        <SaveOrCancel busy={change.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
