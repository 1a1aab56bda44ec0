import { useLingui } from "@lingui/react";
import { useEffect } from "react";
import { activateLanguage, type Language } from "../../i18n/language.ts";
import { usePreferences } from "../../preferences/preferences.ts";

/** Follows the language that was chosen; answers the one on screen. */
export function useLanguage(): string {
  const { i18n } = useLingui();
  const chosen: Language | undefined = usePreferences().language;
  useEffect(() => {
    if (chosen !== undefined && chosen !== i18n.locale) void activateLanguage(chosen);
  }, [chosen, i18n]);
  return i18n.locale;
}
