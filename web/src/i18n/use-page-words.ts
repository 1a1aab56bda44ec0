import { i18n, type Messages } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { useEffect, useState } from "react";
import { isLanguage, type Language } from "./language.ts";

/** Where the words of some pages are, so that no other page's first load carries them. */
export type PageWords = Record<Language, () => Promise<{ messages: Messages }>>;

/** True when the words of these pages are there in the language on screen. Throws, into the page's own error, when they do not come. */
export function usePageWords(catalogs: PageWords): boolean {
  const { locale } = useLingui().i18n;
  const language = isLanguage(locale) ? locale : "en";
  const [ready, setReady] = useState<Language>();
  const [failure, setFailure] = useState<unknown>();
  // The app's own catalogues, which stay: what the hook gives is another object after each load, and would have the words loaded again and again.
  useEffect(() => {
    let wanted = true;
    const load = async (): Promise<void> => {
      try {
        const { messages } = await catalogs[language]();
        if (!wanted) return;
        // Not that of the hook, which is another one after every load: this would begin anew for ever.
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
  }, [language, catalogs]);
  if (failure !== undefined) throw failure;
  return ready === language;
}
