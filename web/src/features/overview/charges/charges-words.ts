import type { PageWords } from "../../../i18n/use-page-words.ts";

/** Words of questions about charges, which few people have. */
export const chargesWords: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};
