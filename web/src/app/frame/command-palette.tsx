import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CornerDownLeft, Eye, Keyboard, Languages, LogOut, Plus, Search, Settings, SunMoon } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { queries } from "../../api/queries.ts";
import { LANGUAGE_NAMES, LANGUAGES } from "../../i18n/language.ts";
import { changePreferences } from "../../preferences/change-preferences.ts";
import { usePreferences } from "../../preferences/preferences.ts";
import { numberTail } from "../../ui/account-name.ts";
import { Amount } from "../../ui/amount.tsx";
import { categories } from "../../ui/category.tsx";
import { categoryIds } from "../../ui/category-ids.ts";
import { CategoryMark } from "../../ui/category.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { AccountDot } from "../../ui/mark.tsx";
import { matchNames } from "../../ui/match-names.ts";
import { navItems, operatorItem } from "./nav-items.ts";
import { useSignOut } from "../../session/use-sign-out.ts";

interface Command {
  readonly id: string;
  readonly group: string;
  readonly name: string;
  readonly hint?: ReactNode;
  readonly icon: ReactNode;
  readonly words: string;
  readonly run: () => void;
}

const iconSize = { size: 16, strokeWidth: 1.75, "aria-hidden": true } as const;

function useCommands(typed: string, onHelp: () => void): readonly Command[] {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const preferences = usePreferences();
  const accounts = useQuery(queries.accounts()).data?.accounts ?? [];
  const operator = useQuery(queries.me()).data?.role === "operator";
  const signOut = useSignOut();
  const pages = t`Pages`;
  const actions = t`Actions`;
  const all: Command[] = [
    ...[...navItems, ...(operator ? [operatorItem] : [])].map(({ to, name, icon: Icon }) => ({
      id: `page ${to}`,
      group: pages,
      name: i18n._(name),
      words: i18n._(name),
      icon: <Icon {...iconSize} />,
      run: () => void navigate({ to }),
    })),
    {
      id: "page settings",
      group: pages,
      name: t`Settings`,
      words: t`Settings`,
      icon: <Settings {...iconSize} />,
      run: () => void navigate({ to: "/settings" }),
    },
    ...accounts.map((account, index) => ({
      id: `account ${account.accountId}`,
      group: t`Accounts`,
      name: account.name,
      hint: account.balance === null ? numberTail(account.maskedNumber) : <Amount value={account.balance.amount} />,
      words: `${account.name} ${account.aspspName} ${account.maskedNumber ?? ""}`,
      icon: <AccountDot index={index} className="mx-1" />,
      run: () => void navigate({ to: "/transactions", search: { account: [account.accountId] } }),
    })),
    ...categoryIds.map((category) => ({
      id: `category ${category}`,
      group: t`Categories`,
      name: i18n._(categories[category].name),
      words: i18n._(categories[category].name),
      icon: <CategoryMark category={category} size="small" />,
      run: () => void navigate({ to: "/transactions", search: { category: [category] } }),
    })),
    {
      id: "connect",
      group: actions,
      name: t`Connect a bank`,
      words: t`Connect a bank`,
      icon: <Plus {...iconSize} />,
      run: () => void navigate({ to: "/connect" }),
    },
    {
      id: "privacy",
      group: actions,
      name: preferences.privacy ? t`Show amounts` : t`Hide amounts`,
      words: t`Privacy amounts`,
      icon: <Eye {...iconSize} />,
      run: () => changePreferences(queryClient, { privacy: !preferences.privacy }),
    },
    ...(["system", "light", "dark"] as const)
      .filter((theme) => theme !== preferences.theme)
      .map((theme) => ({
        id: `theme ${theme}`,
        group: actions,
        name: { system: t`Theme: as the system`, light: t`Theme: light`, dark: t`Theme: dark` }[theme],
        words: t`Theme light dark`,
        icon: <SunMoon {...iconSize} />,
        run: () => changePreferences(queryClient, { theme }),
      })),
    ...LANGUAGES.filter((language) => language !== i18n.locale).map((language) => ({
      id: `language ${language}`,
      group: actions,
      name: LANGUAGE_NAMES[language],
      words: `${LANGUAGE_NAMES[language]} ${t`Language`}`,
      icon: <Languages {...iconSize} />,
      run: () => changePreferences(queryClient, { language }),
    })),
    { id: "help", group: actions, name: t`Keyboard shortcuts`, words: t`Keyboard shortcuts`, icon: <Keyboard {...iconSize} />, run: onHelp },
    { id: "sign-out", group: actions, name: t`Sign out`, words: t`Sign out`, icon: <LogOut {...iconSize} />, run: () => void signOut() },
  ];
  const found = matchNames(all, typed);
  const words = typed.trim();
  if (words === "") return found.filter(({ id }) => !id.startsWith("category"));
  const search: Command = {
    id: "search",
    group: t`Transactions`,
    name: t`Search transactions for “${words}”`,
    words,
    icon: <Search {...iconSize} />,
    run: () => void navigate({ to: "/transactions", search: { q: words.slice(0, 100) } }),
  };
  return [...found, search];
}

/** Reaches every page, account, category, action and search from the keyboard. */
export function CommandPalette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const commands = useCommands(typed, onHelp);
  const at = Math.min(active, Math.max(0, commands.length - 1));

  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    if (command.id !== "help") onClose();
    command.run();
  };
  const move = (to: number): void => {
    const index = (to + commands.length) % commands.length;
    setActive(index);
    list.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, () => void> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      Home: () => move(0),
      End: () => move(commands.length - 1),
      Enter: () => run(commands[at]),
    };
    const step = steps[event.key];
    if (step === undefined || commands.length === 0) return;
    event.preventDefault();
    step();
  };

  return (
    <Dialog open onClose={onClose} title={t`Search and commands`} hideTitle>
      <div className="sticky top-0 z-10 flex items-center gap-3 border-b bg-raised px-4">
        <Search aria-hidden="true" size={20} strokeWidth={1.75} className="shrink-0 text-muted" />
        <input
          // The palette is opened to type into it.
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={commands.length > 0 ? `${id}-${at}` : undefined}
          aria-label={t`Search and commands`}
          placeholder={t`Page, account, category, or any words`}
          value={typed}
          maxLength={100}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="min-h-13 w-full bg-transparent text-16 outline-none placeholder:text-faint"
        />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={t`Results`} className="p-2">
        {commands.map((command, index) => (
          <div key={command.id} role="presentation">
            {commands[index - 1]?.group !== command.group && (
              <div role="presentation" className="px-3 pb-1 pt-3 text-12 font-500 text-faint first:pt-1">
                {command.group}
              </div>
            )}
            <div
              id={`${id}-${index}`}
              data-index={index}
              role="option"
              aria-selected={index === at}
              onClick={() => run(command)}
              onPointerMove={() => setActive(index)}
              className="flex min-h-10 cursor-pointer items-center gap-3 rounded-8 px-3 text-14 aria-selected:bg-hover"
            >
              <span className="inline-flex w-6 justify-center text-muted">{command.icon}</span>
              <span className="min-w-0 flex-1 truncate">{command.name}</span>
              {command.hint !== undefined && <span className="text-12 text-muted">{command.hint}</span>}
              {index === at && <CornerDownLeft aria-hidden="true" size={16} strokeWidth={1.75} className="text-faint" />}
            </div>
          </div>
        ))}
        {commands.length === 0 && (
          <p className="px-3 py-6 text-center text-14 text-muted">
            <Trans>Nothing found.</Trans>
          </p>
        )}
      </div>
    </Dialog>
  );
}
