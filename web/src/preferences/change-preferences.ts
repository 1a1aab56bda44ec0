import type { QueryClient } from "@tanstack/react-query";
import { ask } from "../api/client.ts";
import { type Me, queries } from "../api/queries.ts";
import { i18n } from "@lingui/core";
import { isLanguage } from "../i18n/language.ts";
import { getPreferences, type Preferences, setPreferences } from "./preferences.ts";

/** Takes over what a person set on another device. */
export function adoptPreferences({ preferences }: Me): void {
  setPreferences({ theme: preferences.theme, privacy: preferences.privacyMode, language: preferences.locale });
}

/** What is set on this device, in the words of the bff. */
function preferencesForServer(): Me["preferences"] {
  const { theme, privacy, language } = getPreferences();
  return { theme, privacyMode: privacy, locale: language ?? (isLanguage(i18n.locale) ? i18n.locale : "en") };
}

/**
 * Changes preferences here at once and, for a person who is signed in, on the server as well. A failure there is not shown:
 * the choice holds on this device and goes along with the next change.
 */
export function changePreferences(queryClient: QueryClient, change: Partial<Preferences>): void {
  setPreferences(change);
  void sendPreferences(queryClient);
}

/** Tells the server what is set on this device, if somebody is signed in. */
export async function sendPreferences(queryClient: QueryClient): Promise<void> {
  const preferences = preferencesForServer();
  const { queryKey } = queries.me();
  if (queryClient.getQueryData(queryKey) === undefined) return;
  queryClient.setQueryData(queryKey, (me) => (me === undefined ? me : { ...me, preferences }));
  await ask("updatePreferences", { body: preferences }).catch(() => undefined);
}
