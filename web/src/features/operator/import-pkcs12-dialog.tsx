import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { DialogForm } from "./dialog-form.tsx";
import { base64Of, maxFileText } from "./file-text.ts";
import { askAsOperator } from "./operator-api.ts";
import { type Purpose, PurposeChoice } from "./purpose-choice.tsx";

/** A certificate that was brought along with its key. File and passphrase go to the gateway and are kept nowhere else. */
export function ImportPkcs12Dialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const id = useId();
  const [purpose, setPurpose] = useState<Purpose>("qwac");
  const [file, setFile] = useState<File>();
  // Base64 is a third longer than the file.
  const tooLong = file !== undefined && file.size > (maxFileText * 3) / 4;
  const bring = useMutation({
    mutationFn: async ({ chosen, passphrase }: { chosen: File; passphrase: string }) =>
      askAsOperator("importOwnPkcs12", { body: { purpose, pkcs12: await base64Of(chosen), passphrase } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["operator"] });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (file !== undefined && !tooLong) bring.mutate({ chosen: file, passphrase: formText(new FormData(event.currentTarget), "passphrase") });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Import PKCS#12`}
      description={<Trans>A certificate with its key. The key is sealed in the gateway at once and cannot be taken out again.</Trans>}
    >
      <DialogForm onSubmit={submit} onClose={onClose} sending={bring} yes={<Trans>Check and import</Trans>}>
        <PurposeChoice value={purpose} onChange={setPurpose} />
        <div>
          <label htmlFor={id} className="mb-1.5 block text-14 font-500">
            <Trans>File</Trans>
          </label>
          <input
            id={id}
            type="file"
            required
            accept=".p12,.pfx"
            className="block w-full text-14"
            aria-invalid={tooLong || undefined}
            aria-describedby={tooLong ? `${id}-about` : undefined}
            onChange={(event) => setFile(event.target.files?.[0])}
          />
          {tooLong && (
            <p id={`${id}-about`} className="mt-1.5 text-12 text-danger">
              <Trans>This file is larger than a certificate with its key.</Trans>
            </p>
          )}
        </div>
        <Field label={t`Passphrase of the file`} name="passphrase" type="password" maxLength={1000} autoComplete="new-password" />
      </DialogForm>
    </Dialog>
  );
}
