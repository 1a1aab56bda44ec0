import type { PageWords } from "../../i18n/use-page-words.ts";

/** Words that only these pages need. */
export const paymentsWords: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};
