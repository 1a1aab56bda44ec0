import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { askSecurity, type Passkey } from "../../api/security.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Failure } from "./failure.tsx";

/** Renaming a passkey or removing it. */
export function PasskeyDialog({ passkey: { passkeyId, name }, onClose }: { passkey: Passkey; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const done = {
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["security"] });
      onClose();
    },
  };
  const rename = useMutation({ mutationFn: (to: string) => askSecurity("renamePasskey", { params: { passkeyId }, body: { name: to } }), ...done });
  const remove = useMutation({ mutationFn: () => askSecurity("removePasskey", { params: { passkeyId } }), ...done });
  const failed = rename.error ?? remove.error;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const to = formText(new FormData(event.currentTarget), "name").trim();
    if (to !== "") rename.mutate(to);
  };
  return (
    <Dialog open onClose={onClose} title={name} description={<Trans>Removing it here does not delete it on your device, but it opens nothing any more.</Trans>}>
      <form onSubmit={submit} noValidate className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        <Field label={t`Name`} name="name" defaultValue={name} maxLength={100} required autoComplete="off" />
        <div className="flex flex-wrap justify-between gap-3">
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            <Trans>Remove</Trans>
          </Button>
          <Button type="submit" look="primary" busy={rename.isPending}>
            <Trans>Save</Trans>
          </Button>
        </div>
      </form>
      <Failure error={failed} />
    </Dialog>
  );
}
