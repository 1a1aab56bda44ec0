import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Eye, ShieldAlert } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { focusHeading } from "../../ui/focus-heading.ts";
import { Notice } from "../../ui/notice.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { FieldTable } from "./field-table.tsx";
import { askAsOperator, operatorQueries, type Quarantine } from "./operator-api.ts";
import { OperatorProblem } from "./operator-problem.tsx";

/** Banks that describe themselves otherwise than they were accepted. Nothing at all where there are none. */
export function Quarantines() {
  const { data, error } = useQuery(operatorQueries.quarantines());
  const [approved, setApproved] = useState<Quarantine>();
  const quarantines = data?.quarantines ?? [];
  const isOver = approved !== undefined && quarantines.every(({ aspspId }) => aspspId !== approved.aspspId);
  // The card that had the focus is gone.
  useEffect(() => {
    if (isOver) focusHeading();
  }, [isOver]);
  return (
    <>
      {error !== null && data === undefined && <OperatorProblem error={error} />}
      <div role="status">
        {isOver && (
          <Notice tone="positive" className="mb-6" title={<Trans>{approved.aspspName} is believed again</Trans>}>
            <Trans>People are sent there by what it says now.</Trans>
          </Notice>
        )}
      </div>
      {quarantines.map((quarantine) => (
        <QuarantineCard key={quarantine.aspspId} quarantine={quarantine} onApproved={() => setApproved(quarantine)} />
      ))}
    </>
  );
}

/** One bank that nobody is sent to: what it said before and says now, and the decision. Doing nothing keeps it refused. */
function QuarantineCard({ quarantine, onApproved }: { quarantine: Quarantine; onApproved: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState(false);
  const id = useId();
  const { aspspId, aspspName, since, reason, differences, fingerprint } = quarantine;
  const look = useMutation({
    mutationFn: () => askAsOperator("lookAtQuarantine", { params: { aspspId } }),
    // Done when the card tells it; the rest of the page follows in its own time, and whoever looks again meanwhile may.
    onSuccess: async () => {
      const { queryKey: own } = operatorQueries.quarantines();
      await queryClient.invalidateQueries({ queryKey: own });
      void queryClient.invalidateQueries({ queryKey: ["operator"], predicate: ({ queryKey }) => queryKey[1] !== own[1] });
    },
  });
  return (
    <section aria-labelledby={id} className="mb-6 rounded-12 border border-danger bg-surface p-4 sm:p-6" data-quarantine={aspspId}>
      <h2 id={id} className="flex items-center gap-3 text-20 font-600">
        <ShieldAlert aria-hidden="true" size={24} strokeWidth={1.75} className="shrink-0 text-danger" />
        <Trans>{aspspName} is refused until you decide</Trans>
      </h2>
      <p className="mt-2 text-14">
        <ReasonWords reason={reason} />{" "}
        <Trans>
          Noticed <Age at={since} />. Nobody is sent to this bank meanwhile; permissions that people gave go on by what was accepted.
        </Trans>
      </p>
      {differences.length > 0 && (
        <FieldTable
          className="mt-3"
          label={t`What changed at ${aspspName}`}
          head={[t`What`, t`Before`, t`Now`]}
          rows={differences.map((difference) => ({ ...difference, name: <code>{difference.field}</code> }))}
        />
      )}
      <p className="mt-3 text-14 text-muted">
        {fingerprint === null ? (
          <Trans>It says nothing that can be read, so there is nothing to approve. Ask the bank, then look again.</Trans>
        ) : (
          <Trans>Ask the bank, by a way you already know, whether it meant this. To keep it refused, do nothing.</Trans>
        )}
      </p>
      {look.isError && <OperatorProblem error={look.error} />}
      <div className="mt-4 flex flex-wrap gap-2">
        <Button size="small" busy={look.isPending} onClick={() => look.mutate()}>
          <Eye aria-hidden="true" size={16} strokeWidth={1.75} />
          <Trans>Look again now</Trans>
        </Button>
        {fingerprint !== null && (
          <Button size="small" look="danger" onClick={() => setAsked(true)}>
            <Trans>Approve what it says</Trans>
          </Button>
        )}
      </div>
      {asked && fingerprint !== null && (
        <ConfirmDialog
          title={t`Go by what ${aspspName} says now?`}
          yes={<Trans>Approve</Trans>}
          danger
          onClose={() => setAsked(false)}
          onYes={() => askAsOperator("approveQuarantine", { params: { aspspId }, body: { fingerprint, reason } }).then(onApproved)}
        >
          <Trans>
            People are sent to these addresses and their permissions are judged by these keys from now on. Exactly what you looked at is approved: if the bank
            says something else by now, it stays refused.
          </Trans>
        </ConfirmDialog>
      )}
    </section>
  );
}

function ReasonWords({ reason }: { reason: string }) {
  switch (reason) {
    case "changed":
      return <Trans>The bank describes its server otherwise than it was accepted.</Trans>;
    case "pkce-not-enforced":
      return <Trans>The bank does not insist on the proof (PKCE) that it promises to ask for.</Trans>;
    default:
      return (
        <Trans>
          What the bank says of its server breaks the rule <code>{reason}</code>; as long as it does, it cannot be approved.
        </Trans>
      );
  }
}
