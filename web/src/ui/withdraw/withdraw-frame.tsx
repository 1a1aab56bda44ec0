import { Trans, useLingui } from "@lingui/react/macro";
import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useProblem } from "../../api/use-problem.ts";
import { usePageWords } from "../../i18n/use-page-words.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { Notice } from "../notice.tsx";
import { permissionTitleId } from "./permission-title.ts";
import { withdrawWords } from "./withdraw-words.ts";

/** The last question before a permission ends: what that means, what there is to choose, and what came in its way. */
export function WithdrawFrame({
  permissionId,
  bank,
  description,
  withdraw,
  button,
  onClose,
  children,
}: {
  permissionId: string;
  bank: string;
  description: ReactNode;
  withdraw: Pick<UseMutationResult<unknown, Error, void>, "mutate" | "isPending" | "isError" | "error">;
  button: ReactNode;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { t } = useLingui();
  const problem = useProblem();
  if (!usePageWords(withdrawWords)) return null;
  return (
    <Dialog
      open
      onClose={onClose}
      // The button that opened this goes with the permission; its card says what became of it.
      focusAfter={permissionTitleId(permissionId)}
      title={t`Withdraw the permission at ${bank}?`}
      description={description}
    >
      <form
        className="space-y-5 px-4 pb-6 pt-5 sm:px-6"
        onSubmit={(event) => {
          event.preventDefault();
          withdraw.mutate();
        }}
      >
        {children}
        {withdraw.isError && (
          <Notice tone="danger" live title={problem(withdraw.error).title}>
            {problem(withdraw.error).detail}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="danger" busy={withdraw.isPending}>
            {button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
