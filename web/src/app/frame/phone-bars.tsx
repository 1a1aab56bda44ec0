import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Search, Wallet } from "lucide-react";
import { queries } from "../../api/queries.ts";
import { IconButton } from "../../ui/button.tsx";
import { Brand } from "./brand.tsx";
import { navItems, operatorItem } from "./nav-items.ts";
import { PrivacyButton } from "./quick-settings.tsx";

export function PhoneTopBar({ onSearch, onAccounts, accountsOpen }: { onSearch: () => void; onAccounts: () => void; accountsOpen: boolean }) {
  const { t, i18n } = useLingui();
  const operator = useQuery(queries.me()).data?.role === "operator";
  const { to, name, icon: Icon } = operatorItem;
  return (
    <header className="flex items-center justify-between gap-2 px-4 pt-3 md:hidden">
      <Link to="/" className="rounded-8" aria-label={t`One Point Ledger, overview`}>
        <Brand />
      </Link>
      <div className="-mr-2 flex">
        {operator && (
          <Link
            to={to}
            aria-label={i18n._(name)}
            title={i18n._(name)}
            className="inline-flex size-9 items-center justify-center rounded-8 text-muted hover:text-ink aria-[current=page]:text-accent"
          >
            <Icon aria-hidden="true" size={20} strokeWidth={1.75} />
          </Link>
        )}
        <IconButton label={t`Accounts`} aria-haspopup="dialog" aria-expanded={accountsOpen} onClick={onAccounts}>
          <Wallet size={20} strokeWidth={1.75} />
        </IconButton>
        <PrivacyButton />
        <IconButton label={t`Search`} onClick={onSearch}>
          <Search size={20} strokeWidth={1.75} />
        </IconButton>
      </div>
    </header>
  );
}

const item =
  "flex min-h-14 w-full flex-col items-center justify-center gap-1 px-0.5 text-12 text-muted transition-colors aria-[current=page]:font-500 aria-[current=page]:text-accent";

export function PhoneBottomBar() {
  const { t, i18n } = useLingui();
  return (
    <nav aria-label={t`Main`} className="fixed inset-x-0 bottom-0 z-20 border-t bg-surface pb-safe md:hidden">
      <ul className="grid grid-cols-5">
        {navItems.map(({ to, name, icon: Icon }) => (
          <li key={to} className="min-w-0">
            <Link to={to} activeOptions={{ exact: to === "/", includeSearch: false }} className={item}>
              <Icon aria-hidden="true" size={20} strokeWidth={1.75} />
              <span className="max-w-full truncate">{i18n._(name)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
