import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { isApiError } from "../../api/api-error.ts";
import { queries } from "../../api/queries.ts";
import { askSecurity, securityQueries } from "../../api/security.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { Failure } from "./failure.tsx";
import { SaveOrCancel } from "./save-or-cancel.tsx";

/** Signing in with another address. */
export function EmailDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const elsewhere = useQuery(securityQueries.security()).data?.singleSignOn;
  const change = useMutation({
    // The answer is the same for an address that is taken: which one the person has then says what came of it.
    mutationFn: async (to: string): Promise<boolean> => {
      await askSecurity("changeEmail", { body: { email: to } });
      const me = await queryClient.fetchQuery({ ...queries.me(), staleTime: 0 }).catch(() => undefined);
      return me === undefined || me.email === to.toLowerCase();
    },
    onSuccess: async (changed) => {
      if (!changed) return;
      await queryClient.invalidateQueries({ queryKey: securityQueries.sessions().queryKey });
      onClose();
    },
  });
  const faulty = isApiError(change.error) && change.error.status === 400;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    change.mutate(formText(new FormData(event.currentTarget), "email").trim());
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Your email address`}
      description={<Trans>You sign in with the new one from now on. Every other device is signed out.</Trans>}
    >
      <form onSubmit={submit} noValidate className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {change.data === false && (
          <Notice tone="danger" live title={t`Your address stays as it is`}>
            <Trans>We could not set this one. Try another address.</Trans>
          </Notice>
        )}
        <Field
          label={t`Email`}
          name="email"
          type="email"
          defaultValue={email}
          autoComplete="email"
          inputMode="email"
          maxLength={254}
          required
          error={faulty ? t`This does not look like an email address.` : undefined}
        />
        {elsewhere?.linked === true && (
          <p className="text-12 text-muted text-pretty">
            <Trans>The address of your account at {elsewhere.name} belongs to that account and is changed there. You go on signing in here with it.</Trans>
          </p>
        )}
        <SaveOrCancel busy={change.isPending} onCancel={onClose} />
      </form>
      <Failure error={faulty ? null : change.error} />
    </Dialog>
  );
}
