import type { PageWords } from "../../i18n/use-page-words.ts";

/** Words of the last question before a permission ends. */
export const withdrawWords: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};
