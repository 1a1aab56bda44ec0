import type { Messages } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { useEffect, useState } from "react";
import { isLanguage, type Language } from "./language.ts";

/** How to get the words of some pages in each language. */
export type Catalogs = Readonly<Record<Language, () => Promise<{ messages: Messages }>>>;

/**
 * Words of pages with catalogues of their own, so that nobody else's first page carries them. `catalogs` is one and the same object
 * at every call. @returns whether they are there in the language on screen; throws, into the page's own error, when they do not come
 */
export function useCatalog(catalogs: Catalogs): boolean {
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
  }, [catalogs, i18n, language]);
  if (failure !== undefined) throw failure;
  return ready === language;
}
