import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { isApiError } from "../../api/api-error.ts";
import { ask } from "../../api/client.ts";
import { queries } from "../../api/queries.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Failure } from "./failure.tsx";
import { SaveOrCancel } from "./save-or-cancel.tsx";

/** Being called something else. */
export function NameDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: (to: string) => ask("changeName", { body: { name: to } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: queries.me().queryKey });
      onClose();
    },
  });
  const faulty = isApiError(change.error) && change.error.status === 400;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    change.mutate(formText(new FormData(event.currentTarget), "name"));
  };
  return (
    <Dialog open onClose={onClose} title={t`Your name`} description={<Trans>What we call you here. Your banks do not see it.</Trans>}>
      <form onSubmit={submit} noValidate className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        <Field
          label={t`Name`}
          name="name"
          defaultValue={name}
          autoComplete="name"
          maxLength={100}
          required
          error={faulty ? t`Please fill this in.` : undefined}
        />
        <SaveOrCancel busy={change.isPending} onCancel={onClose} />
      </form>
      <Failure error={faulty ? null : change.error} />
    </Dialog>
  );
}
