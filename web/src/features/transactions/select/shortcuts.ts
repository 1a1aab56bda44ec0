import { useLingui } from "@lingui/react/macro";
import { usePageWords } from "../../../i18n/use-page-words.ts";
import { selectWords } from "./select-words.ts";

/** What the keyboard does in the list of transactions beside moving, for the sheet of shortcuts; nothing until the words are there. */
export function useSelectShortcuts(): readonly (readonly [string, readonly string[]])[] {
  const { t } = useLingui();
  return usePageWords(selectWords)
    ? [
        [t`Select a transaction, or no longer`, ["x"]],
        [t`Select more of them`, ["⇧", "↓"]],
        [t`Leave the selection`, ["Esc"]],
      ]
    : [];
}
