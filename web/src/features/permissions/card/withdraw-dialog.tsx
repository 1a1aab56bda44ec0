import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { ask } from "../../../api/client.ts";
import type { ConnectionView } from "../../../api/queries.ts";
import { WithdrawFrame } from "../../../ui/withdraw/withdraw-frame.tsx";

/** Withdrawing, with the one choice there is: keep what was read, or erase it. */
export function WithdrawDialog({ connection, onClose }: { connection: ConnectionView; onClose: () => void }) {
  const queryClient = useQueryClient();
  const [keepData, setKeepData] = useState(true);
  const { aspspName: bank, consentId } = connection;
  const withdraw = useMutation({
    mutationFn: () => ask("withdrawConnection", { params: { consentId }, body: { keepData } }),
    onSuccess: async () => {
      await Promise.all(
        [["connections"], ["accounts"], ["overview"], ["transactions"], ["insights"]].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
      );
      onClose();
    },
  });
  return (
    <WithdrawFrame
      permissionId={consentId}
      bank={bank}
      description={<Trans>We stop reading at once and tell {bank}. Your money and your account at the bank are not affected.</Trans>}
      withdraw={withdraw}
      button={keepData ? <Trans>Withdraw and keep data</Trans> : <Trans>Withdraw and erase data</Trans>}
      onClose={onClose}
    >
      <fieldset className="space-y-2">
        <legend className="mb-2 text-14 font-500">
          <Trans>What happens to what was read?</Trans>
        </legend>
        <Choice checked={keepData} onChoose={() => setKeepData(true)} title={<Trans>Keep it</Trans>}>
          <Trans>Accounts, transactions and insights stay as they are today. The settings can still erase everything.</Trans>
        </Choice>
        <Choice checked={!keepData} onChoose={() => setKeepData(false)} title={<Trans>Erase it</Trans>}>
          <Trans>
            Everything read from {bank} under this permission is deleted. This cannot be undone. Of the permission itself its history stays, with the ends of
            its account numbers.
          </Trans>
        </Choice>
      </fieldset>
    </WithdrawFrame>
  );
}

/** A large radio button with its consequences beside it. */
function Choice({ checked, onChoose, title, children }: { checked: boolean; onChoose: () => void; title: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- its words come as properties
    <label
      htmlFor={id}
      className="flex cursor-pointer gap-3 rounded-8 border p-4 transition-colors hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
    >
      <input id={id} type="radio" name="data" checked={checked} onChange={onChoose} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <span className="min-w-0">
        <span className="block text-14 font-500">{title}</span>
        <span className="mt-0.5 block text-14 text-muted">{children}</span>
      </span>
    </label>
  );
}
