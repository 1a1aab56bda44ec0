import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { askSecurity } from "../../api/security.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "./failure.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";

export function RecoveryCodesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: () => askSecurity("renewRecoveryCodes", {}),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["security"] }),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Recovery codes`}
      description={
        make.data === undefined ? (
          <Trans>New codes take the place of any you have. We send no mail, so without them nobody can let you back in.</Trans>
        ) : undefined
      }
    >
      {make.data === undefined ? (
        <div className="pt-5">
          <Failure error={make.error} />
          <div className="flex flex-wrap justify-end gap-3 px-4 pb-6 sm:px-6">
            <Button look="quiet" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button look="primary" busy={make.isPending} onClick={() => make.mutate()}>
              <Trans>Show the codes</Trans>
            </Button>
          </div>
        </div>
      ) : (
        <RecoveryCodes codes={make.data.recoveryCodes} onClose={onClose} />
      )}
    </Dialog>
  );
}
