import { Trans, useLingui } from "@lingui/react/macro";
import { useSelectShortcuts } from "../../features/transactions/select/shortcuts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { navItems } from "./nav-items.ts";
import { isApple } from "./sidebar.tsx";

function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className="flex gap-1">
      {keys.map((key) => (
        <kbd key={key} className="inline-flex min-w-6 items-center justify-center rounded-4 border bg-sunken px-1.5 py-0.5 font-sans text-12">
          {key}
        </kbd>
      ))}
    </span>
  );
}

export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useLingui();
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [t`Search and commands`, [isApple ? "⌘" : "Ctrl", "K"]],
    [t`Search on this page`, ["/"]],
    [t`Hide or show amounts`, ["h"]],
    ...navItems.map(({ name, key }) => [i18n._(name), ["g", key]] as const),
    [t`Next or previous transaction`, ["↓", "↑"]],
    ...useSelectShortcuts(),
    [t`These shortcuts`, ["?"]],
  ];
  return (
    <Dialog open onClose={onClose} title={t`Keyboard shortcuts`} description={<Trans>Single letters can be switched off in the settings.</Trans>}>
      <dl className="px-4 pb-6 pt-3 sm:px-6">
        {rows.map(([what, keys]) => (
          <div key={what} className="flex min-h-10 items-center justify-between gap-4 border-b last:border-b-0">
            <dt className="text-14">{what}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
