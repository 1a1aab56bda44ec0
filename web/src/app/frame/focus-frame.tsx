import { useLingui } from "@lingui/react/macro";
import { Link, Outlet } from "@tanstack/react-router";
import { LANGUAGE_NAMES, LANGUAGES } from "../../i18n/language.ts";
import { useQueryClient } from "@tanstack/react-query";
import { changePreferences } from "../../preferences/change-preferences.ts";
import { ConfirmPresence } from "../../session/confirm-presence.tsx";
import { Brand } from "./brand.tsx";
import { FreshnessLine } from "./freshness-line.tsx";
import { SkipLink } from "./skip-link.tsx";
import { useLanguage } from "./use-language.ts";
import { usePageFocus } from "./use-page-focus.ts";

/** One column and nothing beside it: signing up, signing in, connecting a bank. */
export function FocusFrame() {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const language = useLanguage();
  usePageFocus();
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <FreshnessLine />
      <header className="flex items-center justify-between gap-4 px-4 py-4 sm:px-8">
        <Link to="/" className="rounded-8" aria-label={t`One Point Ledger, overview`}>
          <Brand />
        </Link>
        <nav aria-label={t`Language`} className="-mr-2 flex">
          {LANGUAGES.map((one) => (
            <button
              key={one}
              type="button"
              lang={one}
              aria-pressed={one === language}
              onClick={() => changePreferences(queryClient, { language: one })}
              className="min-h-8 rounded-8 px-2 text-12 font-500 text-muted transition-colors hover:bg-sunken hover:text-ink aria-pressed:text-ink aria-pressed:underline aria-pressed:underline-offset-4"
            >
              {LANGUAGE_NAMES[one]}
            </button>
          ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-lg flex-1 px-4 pb-16 pt-4 sm:pt-12">
        <Outlet />
      </main>
      <ConfirmPresence />
    </div>
  );
}
