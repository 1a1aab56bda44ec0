import type { PageWords } from "../../../i18n/use-page-words.ts";

/** Words of what needs the person, which on most days is nothing. */
export const attentionWords: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};
