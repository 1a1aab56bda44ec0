import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ask } from "../../../api/client.ts";
import type { FundsPermission } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { permissionTitleId } from "./permission-title.ts";

/** Ending the permission to ask; nothing was read under it, so there is nothing to keep or erase. */
export function WithdrawFundsDialog({ permission, onClose }: { permission: FundsPermission; onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const problem = useProblem();
  const { aspspName: bank, fundsConsentId } = permission;
  const withdraw = useMutation({
    mutationFn: () => ask("withdrawFundsPermission", { params: { fundsConsentId } }),
    onSuccess: async () => {
      await Promise.all([["payments", "funds"], ["receipts"]].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      // The button that opened this goes with the permission; its card says what became of it.
      focusAfter={permissionTitleId(fundsConsentId)}
      title={t`Withdraw the permission at ${bank}?`}
      description={<Trans>We stop asking at once and tell {bank}. Your money and your account at the bank are not affected.</Trans>}
    >
      <div className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {withdraw.isError && (
          <Notice tone="danger" live title={problem(withdraw.error).title}>
            {problem(withdraw.error).detail}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="danger" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
            <Trans>Withdraw</Trans>
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
