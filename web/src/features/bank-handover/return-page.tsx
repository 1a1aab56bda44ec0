import { Trans, useLingui } from "@lingui/react/macro";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { ask } from "../../api/client.ts";
import type { Answer } from "../../api/routes.ts";
import { usePageWords } from "../../i18n/use-page-words.ts";
import { focusHeading } from "../../ui/focus-heading.ts";
import { usePageTitle } from "../../ui/page.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { FirstFigures } from "./first-figures.tsx";
import { handoverWords } from "./handover-words.ts";
import { ReturnFailure } from "./return-failure.tsx";
import { outcomeOf, outcomeOfError, type ReturnOutcome } from "./return-outcome.ts";
import { handOverReturn, type ReturnParameter } from "./return-parameters.ts";

let handingOver: Promise<ReturnOutcome> | undefined;

/** How often and how long to wait while another tab hands over the same answer (milliseconds). */
const TRIES = 20;
const WAIT = 1_000;

/** The server answers a second hand-over with the outcome of the first, as soon as there is one. */
async function handOver(body: { redirectContext: string; parameters: ReturnParameter[] }): Promise<Answer<"finishConnection">> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask("finishConnection", { body });
    } catch (error) {
      if (!isApiError(error) || error.code !== "ERR_AUTHORISATION_IN_PROGRESS" || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT));
    }
  }
}

/** Hands the bank's answer to the server, once per return, however often the page is rendered. */
function finish(queryClient: QueryClient, context: string): Promise<ReturnOutcome> {
  const handed = handOverReturn();
  if (handed !== undefined) {
    handingOver =
      handed.parameters.length === 0
        ? Promise.resolve<ReturnOutcome>({ kind: "nothing-to-finish" })
        : handOver({ redirectContext: handed.context, parameters: [...handed.parameters] })
            .then(outcomeOf, (error: unknown) => outcomeOfError(error, context))
            .then((outcome) => {
              for (const queryKey of [["connections"], ["accounts"], ["overview"], ["payments"]]) void queryClient.invalidateQueries({ queryKey });
              return outcome;
            });
  }
  handingOver ??= Promise.resolve<ReturnOutcome>({ kind: "nothing-to-finish" });
  return handingOver;
}

/** Where a bank sends the person back to. */
export function ReturnPage() {
  const { context } = useParams({ from: "/open/connect/return/$context" });
  const queryClient = useQueryClient();
  const [outcome, setOutcome] = useState<ReturnOutcome>();
  useEffect(() => {
    let shown = true;
    void finish(queryClient, context).then((result) => {
      if (shown) setOutcome(result);
      return undefined;
    });
    return () => {
      shown = false;
    };
  }, [queryClient, context]);
  return usePageWords(handoverWords) ? <Returned outcome={outcome} /> : <SoonToBeSaid />;
}

function Returned({ outcome }: { outcome: ReturnOutcome | undefined }) {
  const { t } = useLingui();
  usePageTitle(t`Back from your bank`);
  // The page has become another one: a screen reader is told, and the next Tab starts at its head.
  useEffect(() => {
    if (outcome !== undefined) focusHeading();
  }, [outcome]);

  if (outcome === undefined) return <Finishing />;
  if (outcome.kind === "elsewhere") {
    const { about, ended } = outcome;
    const search = ended === undefined ? {} : { ended };
    return about.kind === "payment" ? (
      <Navigate to="/payments/$order" params={{ order: about.paymentOrderId }} search={search} replace />
    ) : (
      <Navigate to="/payments" search={search} replace />
    );
  }
  if (outcome.kind === "connected") return <FirstFigures consentId={outcome.consentId} bankName={outcome.bankName} />;
  return <ReturnFailure outcome={outcome} />;
}

function Finishing() {
  return (
    <>
      <h1 className="text-28 font-600 tracking-tight">
        <Trans>Checking your bank’s answer</Trans>
      </h1>
      <p className="mt-2 text-14 text-muted">
        <Trans>This takes a moment. Please keep this page open.</Trans>
      </p>
      <SoonToBeSaid />
    </>
  );
}

function SoonToBeSaid() {
  return (
    <Loading className="mt-8 space-y-3">
      <Bone className="h-16 w-full rounded-12" />
      <Bone className="h-16 w-full rounded-12" />
    </Loading>
  );
}
