import type { PageWords } from "../../../i18n/use-page-words.ts";

/** Words for whoever lets an account be asked, and whose permission for that ends or has ended. */
export const fundsWords: PageWords = {
  en: () => import("./locales/en/messages.po"),
  fi: () => import("./locales/fi/messages.po"),
  sv: () => import("./locales/sv/messages.po"),
};
