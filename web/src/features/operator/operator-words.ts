import type { Messages } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { useEffect, useState } from "react";
import { isLanguage, type Language } from "../../i18n/language.ts";

/** Words of these pages have catalogues of their own, so that nobody else's first page carries them. */
const catalogs: Record<Language, () => Promise<{ messages: Messages }>> = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};

/** True when the words of these pages are there in the language on screen. Throws, into the page's own error, when they do not come. */
export function useOperatorWords(): boolean {
  const { i18n } = useLingui();
  const language = isLanguage(i18n.locale) ? i18n.locale : "en";
  const [ready, setReady] = useState<Language>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    let wanted = true;
    const load = async (): Promise<void> => {
      try {
        const { messages } = await catalogs[language]();
        if (!wanted) return;
        i18n.load(language, messages);
        setReady(language);
      } catch (error) {
        if (wanted) setFailure(error);
      }
    };
    void load();
    return () => {
      wanted = false;
    };
  }, [i18n, language]);
  if (failure !== undefined) throw failure;
  return ready === language;
}
