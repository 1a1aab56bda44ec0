import type { PageWords } from "../../../i18n/use-page-words.ts";

/** Words that only somebody who selects transactions needs. */
export const selectWords: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};
