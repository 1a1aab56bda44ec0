import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { encode } from "uqr";
import { askSecurity } from "../../api/security.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Failure } from "./failure.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";

/** Gives an authenticator app its secret, and sees by a code that it has it. */
export function SecondFactorDialog({ secret, uri, onClose }: { secret: string; uri: string; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const confirm = useMutation({
    mutationFn: (code: string) => askSecurity("confirmSecondFactor", { body: { code } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["security"] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = formText(new FormData(event.currentTarget), "code").replaceAll(/\s/g, "");
    if (/^\d{6}$/.test(code)) confirm.mutate(code);
  };
  if (confirm.data !== undefined) {
    return (
      <Dialog open onClose={onClose} title={t`Your recovery codes`}>
        <RecoveryCodes codes={confirm.data.recoveryCodes} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`A code besides the password`}
      description={<Trans>Scan this with an authenticator app, then type the six digits it shows.</Trans>}
    >
      <div className="pt-5">
        <form onSubmit={submit} noValidate className="space-y-5 px-4 pb-5 sm:px-6">
          <QrCode text={uri} />
          <p className="text-12 text-muted">
            <Trans>No camera? Type this into the app:</Trans> <span className="font-mono break-all text-ink select-all">{secret}</span>
          </p>
          <Field label={t`Code`} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={7} required />
          <div className="flex flex-wrap justify-end gap-3">
            <Button look="quiet" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" look="primary" busy={confirm.isPending}>
              <Trans>Switch on</Trans>
            </Button>
          </div>
        </form>
        <Failure error={confirm.error} />
      </div>
    </Dialog>
  );
}

/** Black on white in both themes: that is what cameras read. */
function QrCode({ text }: { text: string }) {
  const { t } = useLingui();
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg
      role="img"
      aria-label={t`QR code for your authenticator app`}
      viewBox={`0 0 ${size} ${size}`}
      className="mx-auto size-44 rounded-8"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
