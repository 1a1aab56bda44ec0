import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Smartphone } from "lucide-react";
import { useEffect } from "react";
import { queries } from "../../api/queries.ts";
import { useFormat } from "../../format/use-format.ts";
import { useLiveSession } from "../../session/use-live-session.ts";
import { focusHeading } from "../../ui/focus-heading.ts";
import { usePageTitle } from "../../ui/page.tsx";
import { approvalOutcome } from "./approval-outcome.ts";
import { FirstFigures } from "./first-figures.tsx";
import { ReturnFailure } from "./return-failure.tsx";

/** Asked again this often, should the stream of changes be slow (milliseconds). */
const LOOK_AGAIN = 2_000;

/** The bank asks the person in its own app; this page waits for what they say there. */
export function AppApproval({ consentId, bankName, expiresAt }: { consentId: string; bankName: string; expiresAt: string }) {
  useLiveSession();
  const format = useFormat();
  const { data } = useQuery({
    ...queries.connection(consentId),
    refetchInterval: ({ state }) => (state.data?.connection.status === "received" || state.data === undefined ? LOOK_AGAIN : false),
  });
  const outcome = data === undefined ? undefined : approvalOutcome(data.connection, bankName);
  usePageTitle(bankName);
  // The page has become another one: a screen reader is told, and the next Tab starts at its head.
  const kind = outcome?.kind ?? "waiting";
  useEffect(() => {
    focusHeading();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the page changes with it
  }, [kind]);
  if (outcome?.kind === "connected") return <FirstFigures consentId={consentId} bankName={bankName} />;
  if (outcome !== undefined) return <ReturnFailure outcome={outcome} />;
  const until = format.time(expiresAt);
  return (
    <>
      <span className="mb-5 inline-flex size-12 items-center justify-center rounded-12 bg-sunken text-accent">
        <Smartphone aria-hidden="true" size={20} strokeWidth={1.75} />
      </span>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight text-balance">
        <Trans>Approve in your bank’s app</Trans>
      </h1>
      <p role="status" className="mt-2 text-14 text-muted">
        <Trans>
          {bankName} has sent a request to its app on your phone. Open the app, check that it names us, and approve it by {until}.
        </Trans>
      </p>
      <p className="mt-2 text-14 text-muted">
        <Trans>This page goes on by itself. Please keep it open.</Trans>
      </p>
    </>
  );
}
