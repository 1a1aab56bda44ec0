import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ask } from "../../api/client.ts";
import type { FundsPermission } from "../../api/queries.ts";
import { WithdrawFrame } from "./withdraw-frame.tsx";

/** Ending the permission to ask; nothing was read under it, so there is nothing to keep or erase. */
export function WithdrawFundsDialog({ permission, onClose }: { permission: FundsPermission; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { aspspName: bank, fundsConsentId } = permission;
  const withdraw = useMutation({
    mutationFn: () => ask("withdrawFundsPermission", { params: { fundsConsentId } }),
    onSuccess: async () => {
      await Promise.all([["payments", "funds"], ["receipts"]].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      onClose();
    },
  });
  return (
    <WithdrawFrame
      permissionId={fundsConsentId}
      bank={bank}
      description={<Trans>We stop asking at once and tell {bank}. Your money and your account at the bank are not affected.</Trans>}
      withdraw={withdraw}
      button={<Trans>Withdraw</Trans>}
      onClose={onClose}
    />
  );
}
