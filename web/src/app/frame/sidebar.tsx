import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LogOut, Plus, Search } from "lucide-react";
import { queries } from "../../api/queries.ts";
import { IconButton } from "../../ui/button.tsx";
import { initialsOf } from "../../ui/mark.tsx";
import { AccountList } from "./account-list.tsx";
import { Brand } from "./brand.tsx";
import { navItems, operatorItem } from "./nav-items.ts";
import { PrivacyButton, ThemeButton } from "./quick-settings.tsx";
import { useSignOut } from "../../session/use-sign-out.ts";

export const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

export function Sidebar({ onSearch }: { onSearch: () => void }) {
  const { t, i18n } = useLingui();
  const me = useQuery(queries.me()).data;
  const signOut = useSignOut();
  return (
    <aside className="sticky top-0 hidden h-dvh w-58 shrink-0 flex-col border-r bg-canvas md:flex">
      <div className="px-5 pb-4 pt-5">
        <Link to="/" className="rounded-8" aria-label={t`One Point Ledger, overview`}>
          <Brand />
        </Link>
      </div>
      <div className="px-3">
        <button
          type="button"
          onClick={onSearch}
          className="mb-3 flex min-h-9 w-full items-center gap-3 rounded-8 border bg-surface px-3 text-14 text-muted transition-colors hover:bg-sunken"
        >
          <Search aria-hidden="true" size={16} strokeWidth={1.75} />
          <span className="flex-1 text-left">
            <Trans>Search</Trans>
          </span>
          <kbd className="font-sans text-12 text-faint">{isApple ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <nav aria-label={t`Main`}>
          <ul className="space-y-0.5">
            {[...navItems, ...(me?.role === "operator" ? [operatorItem] : [])].map(({ to, name, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: to === "/", includeSearch: false }}
                  className="flex min-h-9 items-center gap-3 rounded-8 px-3 text-14 text-muted transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:font-500 aria-[current=page]:text-ink"
                >
                  <Icon aria-hidden="true" size={20} strokeWidth={1.75} />
                  {i18n._(name)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <nav aria-label={t`Accounts`} className="mt-6 min-h-0 flex-1 overflow-y-auto px-3 pb-4">
        <div className="mb-2 flex items-center justify-between pl-3">
          <h2 className="text-12 font-500 text-faint">
            <Trans>Accounts</Trans>
          </h2>
          <Link
            to="/connect"
            aria-label={t`Connect a bank`}
            title={t`Connect a bank`}
            className="inline-flex size-8 items-center justify-center rounded-8 text-muted transition-colors hover:bg-sunken hover:text-ink"
          >
            <Plus aria-hidden="true" size={16} strokeWidth={1.75} />
          </Link>
        </div>
        <AccountList />
      </nav>
      <div className="border-t px-3 py-3">
        <Link to="/settings" className="flex min-h-10 items-center gap-3 rounded-8 px-2 text-14 transition-colors hover:bg-sunken">
          <span aria-hidden="true" className="inline-flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-12 font-600 text-accent">
            {initialsOf(me?.name ?? "")}
          </span>
          <span className="min-w-0 flex-1 truncate">{me?.name ?? ""}</span>
          <span className="sr-only">
            <Trans>Settings</Trans>
          </span>
        </Link>
        <div className="mt-1 flex items-center justify-between">
          <div className="flex">
            <ThemeButton />
            <PrivacyButton />
          </div>
          <IconButton label={t`Sign out`} onClick={() => void signOut()}>
            <LogOut size={20} strokeWidth={1.75} />
          </IconButton>
        </div>
      </div>
    </aside>
  );
}
