import { useSyncExternalStore } from "react";
import { isLanguage, type Language } from "../i18n/language.ts";

export type Theme = "system" | "light" | "dark";

/** What a person set on this device. Nothing personal: it outlives a sign-out. */
export interface Preferences {
  readonly theme: Theme;
  readonly privacy: boolean;
  readonly compact: boolean;
  readonly shortcuts: boolean;
  readonly language: Language | undefined;
}

const STORAGE_KEY = "opl.preferences";
const DEFAULTS: Preferences = { theme: "system", privacy: false, compact: false, shortcuts: true, language: undefined };

/** Reads a saved preference text, keeping only what is understood. */
export function decodePreferences(text: string | null): Preferences {
  let saved: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    if (typeof parsed === "object" && parsed !== null) saved = parsed as Record<string, unknown>;
  } catch {
    return DEFAULTS;
  }
  const { theme, privacy, compact, shortcuts, language } = saved;
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    privacy: privacy === true,
    compact: compact === true,
    shortcuts: shortcuts !== false,
    language: isLanguage(language) ? language : undefined,
  };
}

let current: Preferences | undefined;
const listeners = new Set<() => void>();

function readStored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

export function getPreferences(): Preferences {
  current ??= decodePreferences(readStored());
  return current;
}

/** Changes preferences, applies them to the page and keeps them where the browser allows. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...getPreferences(), ...change };
  applyToPage(current);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(current));
  } catch {
    // Refused storage means the choice lasts until the page closes.
  }
  // The one preference that the server needs before anything of the page has run: the document is written in a language.
  if (current.language !== undefined) {
    const secure = window.location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `opl-language=${current.language}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
  }
  for (const listener of listeners) listener();
}

function applyToPage({ theme, privacy }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
  if (privacy) dataset["privacy"] = "on";
  else delete dataset["privacy"];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, getPreferences, () => DEFAULTS);
}
