import { Trans, useLingui } from "@lingui/react/macro";
import { Plus, Settings } from "lucide-react";
import { LinkButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { AccountList } from "./account-list.tsx";
import { ThemeButton } from "./quick-settings.tsx";

/** On a phone: what the sidebar shows below its pages. */
export function AccountsSheet({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  return (
    <Dialog open onClose={onClose} title={t`Accounts`} place="bottom">
      <div className="px-1 pb-4 pt-3">
        <AccountList onChosen={onClose} />
        <div className="mx-3 mt-4 flex items-center gap-2 border-t pt-4">
          <LinkButton to="/connect" size="small" onClick={onClose}>
            <Plus aria-hidden="true" size={16} strokeWidth={1.75} />
            <Trans>Connect a bank</Trans>
          </LinkButton>
          <LinkButton to="/settings" size="small" look="quiet" onClick={onClose}>
            <Settings aria-hidden="true" size={16} strokeWidth={1.75} />
            <Trans>Settings</Trans>
          </LinkButton>
          <span className="flex-1" />
          <ThemeButton />
        </div>
      </div>
    </Dialog>
  );
}
