import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useProblem } from "../../api/use-problem.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { askToPay, type Order, paymentQueries } from "./payments-api.ts";

/** Taking back what the bank has not paid. */
export function CancelDialog({ order: { paymentOrderId, aspspName: bank, payments }, onClose }: { order: Order; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const problem = useProblem();
  const cancel = useMutation({
    mutationFn: () => askToPay("cancelPaymentOrder", { params: { paymentOrderId }, body: { paymentId: null } }),
    onSuccess: async (order) => {
      queryClient.setQueryData(paymentQueries.order(paymentOrderId).queryKey, order);
      await queryClient.invalidateQueries({ queryKey: ["payments"] });
      onClose();
    },
  });
  const repeated = payments.some(({ schedule }) => schedule.count > 1);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Cancel this payment?`}
      description={
        repeated ? (
          <Trans>What {bank} has not paid yet is taken back. What is paid stays paid.</Trans>
        ) : (
          <Trans>We ask {bank} to take it back. If it was quicker, the page says so.</Trans>
        )
      }
    >
      <div className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {cancel.isError && (
          <Notice tone="danger" live title={problem(cancel.error).title}>
            {problem(cancel.error).detail}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={onClose}>
            <Trans>Keep it</Trans>
          </Button>
          <Button look="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            <Trans>Cancel the payment</Trans>
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
