import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { KeyRound, RefreshCw, RotateCw } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useFormat } from "../../format/use-format.ts";
import { Age } from "../../ui/age.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { BankMark } from "../../ui/mark.tsx";
import { Notice } from "../../ui/notice.tsx";
import { adviceFor } from "./advice.ts";
import { ArtefactDialog } from "./artefact-dialog.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { CredentialsDialog } from "./credentials-dialog.tsx";
import { DaysLeft } from "./days-left.tsx";
import { Differences } from "./differences.tsx";
import { askAsOperator, awaitsCredentials, type Bank, isRunning, type Registration, type Step } from "./operator-api.ts";
import { RegistrationSteps } from "./registration-steps.tsx";
import { adviceWords, errorTitles, schemeNames } from "./registration-words.ts";

type Opened =
  | { readonly what: "renew" | "retry" | "credentials" }
  | { readonly what: "artefact"; readonly registration: Registration; readonly step: Step["step"] };

/** One bank: how we stand with it, each step of getting there, and what an operator can do. */
export function BankCard({ bank, alone }: { bank: Bank; alone: boolean }) {
  const { t, i18n } = useLingui();
  const [opened, setOpened] = useState<Opened>();
  const id = useId();
  const { aspspId, name, serving, latest, earlier } = bank;
  const shown = latest ?? serving;
  const awaiting = latest !== null && awaitsCredentials(latest);
  const close = (): void => setOpened(undefined);
  const open = (registration: Registration) => (step: Step["step"]) => setOpened({ what: "artefact", registration, step });
  return (
    <section aria-labelledby={id} className="rounded-12 border bg-surface" data-bank={aspspId}>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4 sm:p-6">
        <BankMark name={name} size="large" />
        <div className="min-w-0 flex-1 basis-40">
          <h2 id={id} tabIndex={-1} className="text-20 font-600 text-balance break-words">
            {name}
          </h2>
          <div role="status" className="mt-1 flex flex-wrap gap-2">
            <Standing bank={bank} />
            {shown !== null && <Badge>{i18n._(schemeNames[shown.scheme])}</Badge>}
            {bank.daysLeft !== null && bank.certificatesEnd !== null && <DaysLeft days={bank.daysLeft} end={bank.certificatesEnd} />}
            {bank.drift !== null && (
              <Badge tone="warning">
                <Trans>The bank’s record differs</Trans>
              </Badge>
            )}
            {bank.health?.status === "down" && (
              <Badge tone="warning">
                <Trans>Not answering</Trans>
              </Badge>
            )}
          </div>
        </div>
        <div className="flex flex-wrap gap-2">
          {awaiting && (
            <Button size="small" look="primary" onClick={() => setOpened({ what: "credentials" })}>
              <KeyRound aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Enter credentials</Trans>
            </Button>
          )}
          {latest !== null && !awaiting && (latest.status === "failed" || (latest.status === "running" && latest.lastError !== null)) && (
            <Button size="small" onClick={() => setOpened({ what: "retry" })}>
              <RotateCw aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Try now</Trans>
            </Button>
          )}
          {serving !== null && (
            <Button size="small" busy={isRunning(bank)} onClick={() => setOpened({ what: "renew" })}>
              <RefreshCw aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Renew</Trans>
            </Button>
          )}
        </div>
      </header>

      {latest !== null && (
        <Part
          title={
            latest.status === "running"
              ? serving === null
                ? t`Registration under way`
                : t`Renewal under way`
              : latest.status === "failed"
                ? t`The last attempt failed`
                : t`Ended`
          }
          registration={latest}
          open
          onOpen={open(latest)}
        >
          {latest.lastError !== null && <LastError registration={latest} error={latest.lastError} />}
        </Part>
      )}
      {bank.drift !== null && (
        <div className="border-t px-4 py-3 sm:px-6">
          <p className="text-14">
            <Trans>
              What the bank has on record is not what we registered, noticed <Age at={bank.drift.since} />.
            </Trans>{" "}
            <Link to="/operator/{-$page}" params={{ page: "plan" }} className="rounded-8 text-accent underline underline-offset-4 hover:text-accent-strong">
              <Trans>What is done about it</Trans>
            </Link>
          </p>
          <Differences differences={bank.drift.differences} bank={name} />
        </div>
      )}
      {serving !== null && <Part title={t`In use`} registration={serving} open={latest === null && alone} onOpen={open(serving)} />}
      {earlier.length > 0 && <Earlier registrations={earlier} onOpen={open} />}

      {opened?.what === "artefact" && <ArtefactDialog registration={opened.registration} step={opened.step} onClose={close} />}
      {opened?.what === "credentials" && latest !== null && <CredentialsDialog bank={bank} registrationId={latest.registrationId} onClose={close} />}
      {opened?.what === "renew" && (
        <ConfirmDialog
          title={t`Renew the registration at ${name}?`}
          yes={<Trans>Renew</Trans>}
          onClose={close}
          onYes={() => askAsOperator("startOperatorRegistration", { body: { aspspId, renew: true } })}
        >
          <Trans>
            A new registration is made step by step: with new certificates, or with the newest of our own where the bank takes those. The one in use serves
            people until the new one is complete; permissions that people gave stay valid.
          </Trans>
        </ConfirmDialog>
      )}
      {opened?.what === "retry" && latest !== null && (
        <ConfirmDialog
          title={t`Try again at ${name}?`}
          yes={<Trans>Try now</Trans>}
          onClose={close}
          onYes={() => askAsOperator("retryOperatorRegistration", { params: { registrationId: latest.registrationId } })}
        >
          {latest.status === "failed" ? (
            <Trans>A new registration begins at its first step. What is in use is not touched.</Trans>
          ) : (
            <Trans>The step that waits is done at once instead of later. Steps that are done stay done.</Trans>
          )}
        </ConfirmDialog>
      )}
    </section>
  );
}

function Standing({ bank: { serving, latest } }: { bank: Bank }) {
  return (
    <>
      {serving !== null && (
        <Badge tone="positive">
          <Trans>Registered</Trans>
        </Badge>
      )}
      {latest?.status === "running" && !awaitsCredentials(latest) && (
        <Badge tone="accent" live>
          {serving === null ? <Trans>Registering</Trans> : <Trans>Renewing</Trans>}
        </Badge>
      )}
      {latest !== null && awaitsCredentials(latest) && (
        <Badge tone="warning">
          <Trans>Waits for credentials</Trans>
        </Badge>
      )}
      {latest?.status === "failed" && <Badge tone="danger">{serving === null ? <Trans>Registration failed</Trans> : <Trans>Renewal failed</Trans>}</Badge>}
      {latest?.status === "ended" && serving === null && (
        <Badge>
          <Trans>Left</Trans>
        </Badge>
      )}
    </>
  );
}

function Part({
  title,
  registration,
  open,
  onOpen,
  children,
}: {
  title: string;
  registration: Registration;
  open: boolean;
  onOpen: (step: Step["step"]) => void;
  children?: ReactNode;
}) {
  const format = useFormat();
  const done = registration.steps.filter(({ status }) => status === "done").length;
  const all = registration.steps.length;
  return (
    <details open={open} className="border-t" data-registration={registration.registrationId}>
      <summary className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-0.5 rounded-8 px-4 py-2 text-14 -outline-offset-2 hover:text-ink sm:px-6">
        <span className="font-500">{title}</span>
        <span className="text-12 text-muted tabular">
          <Trans>
            {done} of {all} steps done
          </Trans>
        </span>
        <time dateTime={registration.startedAt} className="text-12 text-muted tabular">
          {format.instant(registration.completedAt ?? registration.startedAt)}
        </time>
      </summary>
      <div className="px-4 pb-4 sm:px-6">
        {children}
        <RegistrationSteps registration={registration} onOpen={onOpen} />
      </div>
    </details>
  );
}

function LastError({ registration, error }: { registration: Registration; error: NonNullable<Registration["lastError"]> }) {
  const { i18n } = useLingui();
  const advice = adviceFor(error.code, registration.status);
  const title = errorTitles[error.code];
  return (
    <Notice
      tone={registration.status === "failed" ? "danger" : "warning"}
      className="mb-3"
      title={title === undefined ? <span lang="en">{error.message}</span> : i18n._(title)}
    >
      <p>{i18n._(adviceWords[advice])}</p>
      {advice === "enter-credentials" && registration.redirectUris.length > 0 && (
        <p className="mt-1 break-words">
          <Trans>
            Redirect URI to give there: <code className="break-all">{registration.redirectUris.join(", ")}</code>
          </Trans>
        </p>
      )}
      {advice === "certificates" && (
        <p className="mt-1">
          <Link
            to="/operator/{-$page}"
            params={{ page: "certificates" }}
            className="rounded-8 text-accent underline underline-offset-4 hover:text-accent-strong"
          >
            <Trans>Certificates</Trans>
          </Link>
        </p>
      )}
      <p className="mt-1 text-12">
        <code>{error.code}</code>
      </p>
    </Notice>
  );
}

function Earlier({ registrations, onOpen }: { registrations: readonly Registration[]; onOpen: (registration: Registration) => (step: Step["step"]) => void }) {
  const { t } = useLingui();
  const words: Record<Registration["status"], string> = {
    running: t`Registration under way`,
    completed: t`Replaced`,
    failed: t`The last attempt failed`,
    ended: t`Ended`,
  };
  return (
    <details className="border-t">
      <summary className="flex min-h-12 items-center rounded-12 px-4 text-14 text-muted -outline-offset-2 hover:text-ink sm:px-6">
        <Plural value={registrations.length} one="Earlier: # registration" other="Earlier: # registrations" />
      </summary>
      {registrations.map((registration) => (
        <Part key={registration.registrationId} title={words[registration.status]} registration={registration} open={false} onOpen={onOpen(registration)} />
      ))}
    </details>
  );
}
