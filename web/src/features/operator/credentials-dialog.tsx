import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { DialogForm } from "./dialog-form.tsx";
import { askAsOperator, type Bank } from "./operator-api.ts";

/** Credentials that a bank gave out by hand. They go to the vault and never come back. */
export function CredentialsDialog({ bank, registrationId, onClose }: { bank: Bank; registrationId: string; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const enter = useMutation({
    mutationFn: (body: { aspspId: string; clientId: string; clientSecret: string | null; apiKey: string | null }) =>
      askAsOperator("enterOperatorCredentials", { params: { registrationId }, body }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["operator"] });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const orNull = (name: string): string | null => formText(data, name).trim() || null;
    const clientId = formText(data, "clientId").trim();
    if (clientId !== "") enter.mutate({ aspspId: bank.aspspId, clientId, clientSecret: orNull("clientSecret"), apiKey: orNull("apiKey") });
  };
  const name = bank.name;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Credentials from ${name}`}
      description={<Trans>They are sealed at once and never shown again. The registration then goes on by itself.</Trans>}
    >
      <DialogForm onSubmit={submit} onClose={onClose} sending={enter} yes={<Trans>Seal and go on</Trans>}>
        <Field label={t`Client id`} name="clientId" maxLength={500} required autoComplete="off" spellCheck={false} />
        <Field
          label={t`Client secret`}
          hint={t`Leave empty when the bank gave none.`}
          name="clientSecret"
          type="password"
          maxLength={2000}
          autoComplete="new-password"
        />
        <Field label={t`API key`} hint={t`Leave empty when the bank gave none.`} name="apiKey" type="password" maxLength={2000} autoComplete="new-password" />
      </DialogForm>
    </Dialog>
  );
}
