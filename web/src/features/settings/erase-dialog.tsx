import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ask } from "../../api/client.ts";
import { useProblem } from "../../api/use-problem.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Erasing oneself: said twice, and by who signed in a moment ago. */
export function EraseDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblem();
  const erase = useMutation({
    mutationFn: () => ask("eraseMe", {}),
    onSuccess: async () => {
      queryClient.clear();
      await navigate({ to: "/welcome", replace: true });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Erase everything?`}
      description={
        <Trans>
          Every permission ends at its bank, and every account, transaction, note, rule and insight is deleted, with your sign-in. Your money is not affected.
        </Trans>
      }
    >
      <div className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {erase.isError && (
          <Notice tone="danger" live title={problem(erase.error).title}>
            {problem(erase.error).detail}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="danger" busy={erase.isPending} onClick={() => erase.mutate()}>
            <Trans>Erase everything for good</Trans>
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
