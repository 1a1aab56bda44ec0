import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Ban, BookOpenCheck, CalendarClock, ExternalLink, type LucideIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { ask } from "../../api/client.ts";
import { type Bank, queries } from "../../api/queries.ts";
import { useProblem } from "../../api/use-problem.ts";
import { today } from "../../format/clock.ts";
import { addDays } from "../../format/dates.ts";
import { useFormat } from "../../format/use-format.ts";
import { usePageWords } from "../../i18n/use-page-words.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { BankMark } from "../../ui/mark.tsx";
import { Notice } from "../../ui/notice.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { Field } from "../../ui/field.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { AppApproval } from "./app-approval.tsx";
import { handoverWords } from "./handover-words.ts";
import { leaveForBank } from "../../ui/leave-for-bank.ts";

/** The last page before the bank's own: what is asked for, in plain words. */
export function BeforeLeavingPage() {
  return usePageWords(handoverWords) ? <ChosenBank /> : <SoonToBeSaid />;
}

function SoonToBeSaid() {
  return (
    <Loading className="space-y-4">
      <Bone className="h-9 w-72" />
      <Bone className="h-80 w-full rounded-12" />
    </Loading>
  );
}

function ChosenBank() {
  const { aspspId } = useParams({ from: "/connecting/connect/$aspspId" });
  const { data, error, isPending, refetch } = useQuery(queries.banks());
  const { t } = useLingui();
  const bank = data?.banks.find((one) => one.aspspId === aspspId);
  usePageTitle(bank === undefined ? t`Connect a bank` : t`Connect ${bank.name}`);
  if (isPending) return <SoonToBeSaid />;
  if (error !== null && data === undefined) return <ProblemPanel error={error} onRetry={() => void refetch()} />;
  if (bank?.registered !== true) {
    return (
      <Notice title={<Trans>This bank cannot be connected yet</Trans>} action={<ChooseAnother />}>
        <Trans>Nothing was asked of any bank.</Trans>
      </Notice>
    );
  }
  return <BeforeLeaving bank={bank} />;
}

function ChooseAnother() {
  return (
    <LinkButton to="/connect" size="small">
      <Trans>Choose another bank</Trans>
    </LinkButton>
  );
}

function Fact({ icon: Icon, title, children }: { icon: LucideIcon; title: ReactNode; children: ReactNode }) {
  return (
    <section className="flex gap-4 border-b px-5 py-5 last:border-b-0 sm:px-6">
      <Icon aria-hidden="true" size={20} strokeWidth={1.75} className="mt-0.5 shrink-0 text-accent" />
      <div className="min-w-0 flex-1">
        <h2 className="text-14 font-600">{title}</h2>
        <div className="mt-1.5 text-14 text-muted">{children}</div>
      </div>
    </section>
  );
}

function BeforeLeaving({ bank }: { bank: Bank }) {
  const { t } = useLingui();
  const format = useFormat();
  const { renews } = useSearch({ from: "/connecting/connect/$aspspId" });
  const choices = [30, 90, 180].filter((days) => days < bank.consentMaxDays).concat(Math.min(bank.consentMaxDays, 365));
  const offered = [...new Set(choices)];
  const [days, setDays] = useState(offered.at(-1) ?? 180);
  const until = format.day(addDays(today(), days));
  const historyMonths = Math.round(bank.historyDays / 30.4);
  const name = bank.name;
  const inApp = bank.scaApproach === "decoupled";
  const [loginHint, setLoginHint] = useState("");
  const start = useMutation({
    mutationFn: () =>
      ask("startConnection", {
        body: {
          aspspId: bank.aspspId,
          validityDays: days,
          ...(renews === undefined ? {} : { renews }),
          ...(inApp ? { loginHint: loginHint.trim() } : {}),
        },
      }),
    onSuccess: ({ redirectUrl }) => {
      if (redirectUrl !== null) leaveForBank(redirectUrl);
    },
  });
  if (start.data?.redirectUrl === null) return <AppApproval consentId={start.data.consentId} bankName={name} expiresAt={start.data.expiresAt} />;
  return (
    <>
      <div className="mb-6 flex items-center gap-4">
        <BankMark name={name} size="large" />
        <h1 tabIndex={-1} className="min-w-0 text-28 font-600 tracking-tight text-balance break-words hyphens-auto">
          {renews === undefined ? <Trans>Before you go to {name}</Trans> : <Trans>Renew the permission at {name}</Trans>}
        </h1>
      </div>
      {bank.health.status !== "up" && (
        <Notice tone="warning" className="mb-4" title={<Trans>{name} is having trouble right now</Trans>}>
          <Trans>You can try. If its page does not open, come back later; nothing is lost.</Trans>
        </Notice>
      )}
      <div className="rounded-12 border bg-surface">
        <Fact icon={BookOpenCheck} title={<Trans>What we will read</Trans>}>
          <ul className="list-disc space-y-1 pl-4">
            <li>
              <Trans>The accounts and cards you choose at the bank: name, number, owner</Trans>
            </li>
            <li>
              <Trans>Their balances</Trans>
            </li>
            <li>
              <Plural value={historyMonths} one="Their transactions, going back up to # month" other="Their transactions, going back up to # months" />
            </li>
          </ul>
        </Fact>
        <Fact icon={CalendarClock} title={<Trans>For how long</Trans>}>
          <p>
            <Trans>Until {until}, unless you withdraw earlier. We read a few times a day, and when you ask.</Trans>
          </p>
          {offered.length > 1 && (
            <Segmented
              className="mt-3"
              label={t`For how long`}
              value={String(days)}
              onChange={(value) => setDays(Number.parseInt(value, 10))}
              options={offered.map((count) => ({ value: String(count), label: <Plural value={count} one="# day" other="# days" /> }))}
            />
          )}
        </Fact>
        <Fact icon={Ban} title={<Trans>What we cannot do</Trans>}>
          <ul className="list-disc space-y-1 pl-4">
            <li>
              <Trans>Move money or change anything at your bank</Trans>
            </li>
            <li>
              <Trans>See your codes: you log in at {name}, on its own page</Trans>
            </li>
            <li>
              <Trans>Go on after you withdraw the permission, here or at the bank</Trans>
            </li>
          </ul>
        </Fact>
      </div>
      {inApp && (
        <Field
          className="mt-6"
          label={<Trans>Your user ID at {name}</Trans>}
          hint={<Trans>So that the bank knows whose app to ask. We pass it on and do not keep it.</Trans>}
          value={loginHint}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setLoginHint(event.target.value)}
        />
      )}
      {start.isError && <StartProblem error={start.error} bankName={name} />}
      <Button
        look="primary"
        size="wide"
        className="mt-6"
        busy={start.isPending || start.isSuccess}
        disabled={inApp && loginHint.trim() === ""}
        onClick={() => start.mutate()}
      >
        {start.isPending || start.isSuccess ? <Trans>Asking {name}…</Trans> : <Trans>Continue to {name}</Trans>}
        <ExternalLink aria-hidden="true" size={16} strokeWidth={1.75} />
      </Button>
      <p className="mt-4 text-center">
        <Link to="/connect" className="text-14 text-muted underline underline-offset-4 hover:text-ink">
          <Trans>Choose another bank</Trans>
        </Link>
      </p>
    </>
  );
}

/** The bank could not be asked: nobody has left the page, nothing was permitted. */
function StartProblem({ error, bankName }: { error: unknown; bankName: string }) {
  const problem = useProblem()(error);
  const bankIsDown = isApiError(error) && error.status !== 0 && error.unreachable;
  return (
    <Notice tone="danger" live className="mt-4" title={bankIsDown ? <Trans>{bankName} does not answer right now</Trans> : problem.title}>
      {bankIsDown ? <Trans>Nothing was permitted and nothing was read. Try again in a few minutes, or connect another bank first.</Trans> : problem.detail}
    </Notice>
  );
}
