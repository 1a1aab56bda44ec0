import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { OperatorProblem } from "./operator-problem.tsx";

/** Says what will happen, and does it after a yes. */
export function ConfirmDialog({
  title,
  yes,
  danger = false,
  onYes,
  onClose,
  children,
}: {
  title: string;
  yes: ReactNode;
  danger?: boolean;
  onYes: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const queryClient = useQueryClient();
  const act = useMutation({
    mutationFn: onYes,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["operator"] });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={title} description={children}>
      <div className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {act.isError && <OperatorProblem error={act.error} />}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look={danger ? "danger" : "primary"} busy={act.isPending} onClick={() => act.mutate()}>
            {yes}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
