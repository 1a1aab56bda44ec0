import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { CheckLine } from "../../ui/chip.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { DialogForm } from "./dialog-form.tsx";
import { askAsOperator, operatorQueries } from "./operator-api.ts";
import { RequestFile } from "./own-certificate-card.tsx";
import { type Purpose, PurposeChoice } from "./purpose-choice.tsx";

type Role = "AIS" | "PIS" | "CBPII";
const roles: readonly Role[] = ["AIS", "PIS", "CBPII"];

/** A key and a request for it; afterwards the request to take to the provider. */
export function RequestDialog({ enrolment, onClose }: { enrolment: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const profile = useQuery(operatorQueries.plan()).data?.document.tpp;
  const issued = useQuery(operatorQueries.certificates()).data?.own.find((one) => one.issued !== null && one.status === "ready")?.issued;
  const [purpose, setPurpose] = useState<Purpose>("qwac");
  const [keyType, setKeyType] = useState<"rsa" | "ec">("rsa");
  const [chosen, setChosen] = useState<readonly Role[]>();
  const wanted = chosen ?? profile?.roles ?? ["AIS"];
  const request = useMutation({
    mutationFn: (data: FormData) => {
      const text = (name: string): string => formText(data, name).trim();
      return askAsOperator("requestOwnCertificate", {
        body: {
          purpose,
          keyType,
          subject: {
            commonName: text("commonName"),
            organisationName: text("organisationName"),
            country: text("country").toUpperCase(),
            organizationIdentifier: text("organizationIdentifier"),
            authority: { id: text("authorityId"), name: text("authorityName") },
            roles: roles.filter((role) => wanted.includes(role)),
          },
        },
      });
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["operator"] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (wanted.length > 0) request.mutate(new FormData(event.currentTarget));
  };
  if (request.data !== undefined) {
    const { csrPem, certificateId } = request.data;
    return (
      <Dialog open onClose={onClose} title={t`The request is made`} focusAfter="own-certificates">
        <div className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
          <Notice tone="positive" live title={enrolment ? <Trans>It was sent to the provider</Trans> : <Trans>Give it to your trust service provider</Trans>}>
            {enrolment ? (
              <Trans>The certificate appears here by itself when it is issued.</Trans>
            ) : (
              <Trans>When the certificate is issued, import it here. The key never leaves the gateway.</Trans>
            )}
          </Notice>
          {csrPem !== null && (
            <>
              <pre className="max-h-48 overflow-auto rounded-8 bg-sunken p-3 font-mono text-12" tabIndex={0} aria-label={t`Certificate request`}>
                {csrPem}
              </pre>
              <div className="flex flex-wrap gap-2">
                <RequestFile pem={csrPem} name={`${purpose}-${certificateId}.csr`} />
              </div>
            </>
          )}
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              <Trans>Done</Trans>
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Request a certificate`}
      description={<Trans>A new key is made in the gateway, and a request for it with the PSD2 statements (ETSI TS 119 495).</Trans>}
    >
      <DialogForm
        key={`${profile === undefined} ${issued === undefined}`}
        onSubmit={submit}
        onClose={onClose}
        sending={request}
        yes={<Trans>Make key and request</Trans>}
      >
        <PurposeChoice value={purpose} onChange={setPurpose} />
        <div>
          <p className="mb-1.5 text-14 font-500">
            <Trans>Key</Trans>
          </p>
          <Segmented
            label={t`Key`}
            value={keyType}
            onChange={setKeyType}
            options={[
              { value: "rsa", label: "RSA" },
              { value: "ec", label: "EC (P-256)" },
            ]}
          />
        </div>
        <Field label={t`Name of the certificate`} name="commonName" required maxLength={64} defaultValue={profile?.name} />
        <Field label={t`Organisation`} name="organisationName" required maxLength={64} defaultValue={profile?.organisationName} />
        <Field label={t`Country`} name="country" required pattern="[A-Za-z]{2}" maxLength={2} defaultValue={profile?.country} />
        <Field
          label={t`Organisation id`}
          hint={t`As PSDFI-FINFSA-1234567-8`}
          name="organizationIdentifier"
          required
          maxLength={128}
          defaultValue={profile?.organizationIdentifier ?? issued?.organizationIdentifier ?? undefined}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={t`Authority`}
            hint={t`As FI-FINFSA`}
            name="authorityId"
            required
            maxLength={20}
            defaultValue={profile?.authority?.id ?? issued?.authorityId ?? undefined}
          />
          <Field label={t`Name of the authority`} name="authorityName" required maxLength={256} defaultValue={profile?.authority?.name} />
        </div>
        <fieldset>
          <legend className="mb-1.5 text-14 font-500">
            <Trans>Roles</Trans>
          </legend>
          {roles.map((role) => (
            <CheckLine
              key={role}
              checked={wanted.includes(role)}
              onChange={(checked) => setChosen(checked ? [...wanted, role] : wanted.filter((one) => one !== role))}
            >
              {role}
            </CheckLine>
          ))}
          {wanted.length === 0 && (
            <p role="alert" className="mt-1.5 text-12 text-danger">
              <Trans>Choose at least one role.</Trans>
            </p>
          )}
        </fieldset>
      </DialogForm>
    </Dialog>
  );
}
