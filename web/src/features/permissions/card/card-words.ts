import { type PageWords, usePageWords } from "../../../i18n/use-page-words.ts";

const catalogs: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};

/** True when the words that only these cards need are there in the language on screen. */
export function useCardWords(): boolean {
  return usePageWords(catalogs);
}
