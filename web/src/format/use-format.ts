import { useLingui } from "@lingui/react";
import { useMemo } from "react";
import { formatLocale } from "../i18n/language.ts";
import { createFormat, type Format } from "./format.ts";

/** The formats of the language on screen. */
export function useFormat(): Format {
  const { i18n } = useLingui();
  return useMemo(() => createFormat(formatLocale(i18n.locale)), [i18n.locale]);
}
