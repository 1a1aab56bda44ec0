import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useState } from "react";
import { FreshnessLine } from "./freshness-line.tsx";
import { PhoneBottomBar, PhoneTopBar } from "./phone-bars.tsx";
import { Sidebar } from "./sidebar.tsx";
import { SkipLink } from "./skip-link.tsx";
import { useLanguage } from "./use-language.ts";
import { ConfirmPresence } from "../../session/confirm-presence.tsx";
import { useLiveSession } from "../../session/use-live-session.ts";
import { usePageFocus } from "./use-page-focus.ts";
import { useShortcuts } from "./use-shortcuts.ts";

const CommandPalette = lazy(() => import("./command-palette.tsx").then((module) => ({ default: module.CommandPalette })));
const ShortcutsHelp = lazy(() => import("./shortcuts-help.tsx").then((module) => ({ default: module.ShortcutsHelp })));
const AccountsSheet = lazy(() => import("./accounts-sheet.tsx").then((module) => ({ default: module.AccountsSheet })));

type Window = "palette" | "help" | "accounts";

/** What surrounds every page of a person who is signed in. */
export function Frame() {
  const [shown, setShown] = useState<Window>();
  const close = useCallback(() => setShown(undefined), []);
  const palette = useCallback(() => setShown("palette"), []);
  const help = useCallback(() => setShown("help"), []);
  useLanguage();
  useLiveSession();
  usePageFocus();
  useShortcuts({ palette, help });
  return (
    <>
      <SkipLink />
      <div className="flex">
        <Sidebar onSearch={palette} />
        <div className="min-w-0 flex-1">
          <FreshnessLine />
          <PhoneTopBar onSearch={palette} onAccounts={() => setShown("accounts")} accountsOpen={shown === "accounts"} />
          <main id="content" tabIndex={-1} className="mx-auto w-full max-w-[70rem] px-4 pb-28 pt-4 sm:px-8 md:pb-12 md:pt-8">
            <Outlet />
          </main>
        </div>
      </div>
      <PhoneBottomBar />
      <ConfirmPresence />
      <Suspense fallback={null}>
        {shown === "palette" && <CommandPalette onClose={close} onHelp={help} />}
        {shown === "help" && <ShortcutsHelp onClose={close} />}
        {shown === "accounts" && <AccountsSheet onClose={close} />}
      </Suspense>
    </>
  );
}
