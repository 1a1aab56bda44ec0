import { Trans } from "@lingui/react/macro";
import { Clock, CloudOff, type LucideIcon, ShieldAlert, ThumbsDown, Undo2, UserRoundX } from "lucide-react";
import type { ReactNode } from "react";
import { Button, LinkButton } from "../../ui/button.tsx";
import { cx } from "../../ui/classes.ts";
import type { ReturnOutcome } from "./return-outcome.ts";

/** Everything that is not a connection: what happened, what it means, and a way on. */
export function ReturnFailure({ outcome }: { outcome: Exclude<ReturnOutcome, { kind: "connected" | "elsewhere" }> }) {
  switch (outcome.kind) {
    case "refused":
      return (
        <Failure icon={ThumbsDown} title={<Trans>You said no at {outcome.bankName}</Trans>} actions={<TryAgain aspspId={outcome.aspspId} />}>
          <Trans>That is all right: nothing was permitted and nothing was read. You can start again whenever you like.</Trans>
        </Failure>
      );
    case "timed-out":
      return (
        <Failure icon={Clock} title={<Trans>It took too long</Trans>} actions={<TryAgain aspspId={outcome.aspspId} />}>
          <Trans>For your safety, logging in at the bank has to be finished within a few minutes. Nothing was permitted and nothing was read.</Trans>
        </Failure>
      );
    case "bank-down":
      return (
        <Failure
          icon={CloudOff}
          title={
            outcome.bankName === undefined ? <Trans>The bank does not answer right now</Trans> : <Trans>{outcome.bankName} does not answer right now</Trans>
          }
          actions={<TryAgain aspspId={outcome.aspspId} />}
        >
          <Trans>Your money is not affected, and nothing was read. Banks are usually back within minutes; try again then.</Trans>
        </Failure>
      );
    case "not-verified":
      return (
        <Failure
          tone="warning"
          icon={ShieldAlert}
          title={<Trans>The answer of {outcome.bankName} could not be verified</Trans>}
          actions={<TryAgain aspspId={outcome.aspspId} />}
        >
          <Trans>It did not pass our checks, so we did not use it. Nothing was permitted and nothing was read. If it happens again, tell us this word:</Trans>{" "}
          <code className="font-mono text-12">{outcome.reason === "" ? "-" : outcome.reason}</code>
        </Failure>
      );
    case "wrong-person":
      return (
        <Failure tone="warning" icon={UserRoundX} title={<Trans>This answer is not for you</Trans>} actions={<StartOver />}>
          <Trans>
            It was not you, in this browser, who set out to the bank, so we refused its answer. Nothing was added to your accounts. If somebody sent you this
            link, do not use it.
          </Trans>
        </Failure>
      );
    case "nothing-to-finish":
      return (
        <Failure icon={Undo2} title={<Trans>There is nothing to finish here</Trans>} actions={<SeeOrStart />}>
          <Trans>Each answer of a bank works once, and this one was used or has ended. Your permissions show what is connected.</Trans>
        </Failure>
      );
    case "signed-out":
      return (
        <Failure
          icon={UserRoundX}
          title={<Trans>You are signed out</Trans>}
          actions={
            <LinkButton look="primary" to="/sign-in" search={{ from: "/connect" }}>
              <Trans>Sign in and start again</Trans>
            </LinkButton>
          }
        >
          <Trans>We could not tell who came back from the bank, so its answer was not used. Nothing was read.</Trans>
        </Failure>
      );
    case "unreachable":
      return (
        <Failure
          icon={CloudOff}
          title={<Trans>We could not finish right now</Trans>}
          actions={
            <>
              <LinkButton look="primary" to="/permissions">
                <Trans>See your permissions</Trans>
              </LinkButton>
              <Button onClick={() => window.location.assign("/connect")}>
                <Trans>Start again</Trans>
              </Button>
            </>
          }
        >
          <Trans>
            A part of our service did not answer. Your money is not affected. Look at your permissions in a minute: if the bank is not there, start again.
          </Trans>
        </Failure>
      );
  }
}

function Failure({
  icon: Icon,
  tone = "neutral",
  title,
  children,
  actions,
}: {
  icon: LucideIcon;
  tone?: "neutral" | "warning";
  title: ReactNode;
  children: ReactNode;
  actions: ReactNode;
}) {
  return (
    <div role="alert">
      <span
        className={cx(
          "mb-5 inline-flex size-12 items-center justify-center rounded-12",
          tone === "warning" ? "bg-warning-soft text-warning" : "bg-sunken text-muted",
        )}
      >
        <Icon aria-hidden="true" size={20} strokeWidth={1.75} />
      </span>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight text-balance">
        {title}
      </h1>
      <p className="mt-3 text-16 text-muted text-pretty">{children}</p>
      <div className="mt-8 flex flex-wrap gap-3">{actions}</div>
    </div>
  );
}

function TryAgain({ aspspId }: { aspspId: string | undefined }) {
  return (
    <>
      {aspspId !== undefined && (
        <LinkButton look="primary" to="/connect/$aspspId" params={{ aspspId }}>
          <Trans>Try again</Trans>
        </LinkButton>
      )}
      <LinkButton look={aspspId === undefined ? "primary" : "secondary"} to="/connect">
        <Trans>Choose another bank</Trans>
      </LinkButton>
      <LinkButton look="quiet" to="/">
        <Trans>Go to the overview</Trans>
      </LinkButton>
    </>
  );
}

function StartOver() {
  return (
    <>
      <LinkButton look="primary" to="/connect">
        <Trans>Connect your own bank</Trans>
      </LinkButton>
      <LinkButton to="/">
        <Trans>Go to the overview</Trans>
      </LinkButton>
    </>
  );
}

function SeeOrStart() {
  return (
    <>
      <LinkButton look="primary" to="/permissions">
        <Trans>See your permissions</Trans>
      </LinkButton>
      <LinkButton to="/connect">
        <Trans>Connect a bank</Trans>
      </LinkButton>
    </>
  );
}
