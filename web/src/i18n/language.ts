import { i18n, type Messages } from "@lingui/core";

export const LANGUAGES = ["en", "fi", "sv"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words, so that a person finds it whatever is set. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", fi: "Suomi", sv: "Svenska" };

/** The formats that go with a language: English speakers here live in Europe, Swedish speakers in Finland. */
const FORMAT_LOCALES: Record<Language, string> = { en: "en-GB", fi: "fi-FI", sv: "sv-FI" };

const catalogs: Record<Language, () => Promise<{ messages: Messages }>> = {
  en: () => import("../locales/en/messages.po"),
  fi: () => import("../locales/fi/messages.po"),
  sv: () => import("../locales/sv/messages.po"),
};

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** Loads the words of a language and makes it the one on screen. */
export async function activateLanguage(language: Language): Promise<void> {
  const { messages } = await catalogs[language]();
  i18n.loadAndActivate({ locale: language, locales: FORMAT_LOCALES[language], messages });
  if (typeof document !== "undefined") document.documentElement.lang = language;
}

/** The locale for dates, numbers and amounts of the language on screen. */
export function formatLocale(language: string): string {
  return isLanguage(language) ? FORMAT_LOCALES[language] : FORMAT_LOCALES.en;
}
