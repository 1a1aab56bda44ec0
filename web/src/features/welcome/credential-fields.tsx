import { Trans, useLingui } from "@lingui/react/macro";
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { type CredentialFault, MAX_PASSWORD, MIN_PASSWORD } from "./credentials.ts";

/** The words for a fault of a field. */
export function useFaultWords(): (fault: CredentialFault | undefined) => string | undefined {
  const { t } = useLingui();
  return (fault) => {
    if (fault === undefined) return undefined;
    const words: Record<CredentialFault, string> = {
      missing: t`Please fill this in.`,
      "no-email": t`This does not look like an email address.`,
      "too-short": t`Use at least ${MIN_PASSWORD} characters.`,
    };
    return words[fault];
  };
}

export function EmailField({ error }: { error?: string | undefined }) {
  const { t } = useLingui();
  return <Field label={t`Email`} name="email" type="email" autoComplete="username" inputMode="email" maxLength={254} required error={error} />;
}

/** A password that can be looked at; password managers and pasting work. */
export function PasswordField({ isNew, error }: { isNew: boolean; error?: string | undefined }) {
  const { t } = useLingui();
  const [visible, setVisible] = useState(false);
  const Icon = visible ? EyeOff : Eye;
  return (
    <Field
      label={t`Password`}
      name="password"
      type={visible ? "text" : "password"}
      autoComplete={isNew ? "new-password" : "current-password"}
      maxLength={MAX_PASSWORD}
      required
      error={error}
      {...(isNew ? { hint: t`At least ${MIN_PASSWORD} characters. A few words in a row are fine.` } : {})}
      trailing={
        <IconButton label={visible ? t`Hide password` : t`Show password`} onClick={() => setVisible(!visible)}>
          <Icon size={20} strokeWidth={1.75} />
        </IconButton>
      }
    />
  );
}

/** Between two ways in. */
export function Or() {
  return (
    <div className="flex items-center gap-3 text-12 text-muted">
      <span aria-hidden="true" className="h-px flex-1 bg-line" />
      <Trans>or</Trans>
      <span aria-hidden="true" className="h-px flex-1 bg-line" />
    </div>
  );
}
