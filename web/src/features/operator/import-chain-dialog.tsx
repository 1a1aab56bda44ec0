import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { cx } from "../../ui/classes.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { inputClass } from "../../ui/field.tsx";
import { DialogForm } from "./dialog-form.tsx";
import { certificateText, maxFileText } from "./file-text.ts";
import { askAsOperator } from "./operator-api.ts";

/** What the provider issued for a request: pasted, or taken from a file. */
export function ImportChainDialog({ certificateId, onClose }: { certificateId: string; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const [chain, setChain] = useState("");
  const id = useId();
  const bring = useMutation({
    mutationFn: () => askAsOperator("importOwnChain", { params: { certificateId }, body: { chain } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["operator"] });
      onClose();
    },
  });
  const tooLong = chain.length > maxFileText;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (chain.trim() !== "" && !tooLong) bring.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Import the certificate`}
      description={<Trans>The certificate and its chain, as PEM, PKCS#7 or DER. It is checked against the request and its key before it may be used.</Trans>}
    >
      <DialogForm onSubmit={submit} onClose={onClose} sending={bring} yes={<Trans>Check and import</Trans>}>
        <div>
          <label htmlFor={`${id}-file`} className="mb-1.5 block text-14 font-500">
            <Trans>File</Trans>
          </label>
          <input
            id={`${id}-file`}
            type="file"
            accept=".pem,.crt,.cer,.p7b,.p7c,.der"
            className="block w-full text-14"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) void certificateText(file).then(setChain);
            }}
          />
        </div>
        <div>
          <label htmlFor={`${id}-text`} className="mb-1.5 block text-14 font-500">
            <Trans>Or its text</Trans>
          </label>
          <textarea
            id={`${id}-text`}
            rows={6}
            value={chain}
            spellCheck={false}
            aria-invalid={tooLong || undefined}
            aria-describedby={tooLong ? `${id}-about` : undefined}
            onChange={(event) => setChain(event.target.value)}
            className={cx(inputClass, "py-2 font-mono")}
          />
          {tooLong && (
            <p id={`${id}-about`} className="mt-1.5 text-12 text-danger">
              <Trans>This is longer than a certificate with its chain.</Trans>
            </p>
          )}
        </div>
      </DialogForm>
    </Dialog>
  );
}
