import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { ask } from "../../../api/client.ts";
import type { ConnectionView } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { useFormat } from "../../../format/use-format.ts";
import { Button, LinkButton } from "../../../ui/button.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { CONFIRM_SOON_DAYS } from "./validity.ts";

/** Why nothing is read, or will not be soon, and the one thing that helps. Nothing at all when all is well. */
export function Pause({ connection }: { connection: ConnectionView }) {
  const format = useFormat();
  const { aspspName: bank, aspspId, consentId, status, reconfirmBy, daysToReconfirm } = connection;
  if (status === "scaRequired") {
    return (
      <Notice
        tone="warning"
        title={<Trans>{bank} wants to see you again</Trans>}
        action={
          <LinkButton size="small" look="primary" to="/connect/$aspspId" params={{ aspspId }} search={{ renews: consentId }}>
            <Trans>Renew at the bank</Trans>
          </LinkButton>
        }
      >
        <Trans>
          Banks do that now and then. Reading is paused until you renew the permission; your money is not affected, and the figures stay as they were.
        </Trans>
      </Notice>
    );
  }
  if (status === "unconfirmed") {
    return (
      <Notice tone="warning" title={<Trans>Reading is paused</Trans>} action={<Confirm consentId={consentId} />}>
        <Trans>You have not confirmed this permission for a while. Confirm it and reading goes on; you need not visit {bank}.</Trans>
      </Notice>
    );
  }
  if (status === "valid" && reconfirmBy !== null && daysToReconfirm !== null && daysToReconfirm <= CONFIRM_SOON_DAYS) {
    const day = format.instantDay(reconfirmBy);
    return (
      <Notice title={<Trans>Confirm by {day} that we may go on reading</Trans>} action={<Confirm consentId={consentId} />}>
        <Trans>You need not visit {bank}. Without your word reading pauses then, and nothing is lost.</Trans>
      </Notice>
    );
  }
  return null;
}

function Confirm({ consentId }: { consentId: string }) {
  const queryClient = useQueryClient();
  const problem = useProblem();
  const confirm = useMutation({
    mutationFn: () => ask("reconfirmConnection", { params: { consentId } }),
    onSuccess: () => Promise.all([["connections"], ["overview"], ["receipts"]].map((queryKey) => queryClient.invalidateQueries({ queryKey }))),
  });
  return (
    <>
      <Button size="small" look="primary" busy={confirm.isPending} onClick={() => confirm.mutate()}>
        <Check aria-hidden="true" size={16} strokeWidth={1.75} />
        <Trans>Confirm</Trans>
      </Button>
      {confirm.isError && (
        <p role="alert" className="basis-full text-danger">
          {problem(confirm.error).title}
        </p>
      )}
    </>
  );
}
