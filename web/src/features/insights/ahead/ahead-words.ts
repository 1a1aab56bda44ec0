import type { PageWords } from "../../../i18n/use-page-words.ts";

/** Words that only the sections further down need. */
export const aheadWords: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};
