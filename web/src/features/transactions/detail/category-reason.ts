import { useLingui } from "@lingui/react/macro";
import type { TransactionRow } from "../../../api/queries.ts";

type Reason = NonNullable<TransactionRow["category"]>;

/** True when nothing but the person's own word about this very transaction decided. */
export function saidByPerson({ ruleId }: Pick<Reason, "ruleId">): boolean {
  return ruleId === "person.transaction";
}

/** Why a row is in its category, as a sentence, and how sure that is. */
export function useCategoryReason(): (reason: Reason) => { readonly sentence: string; readonly certainty: string } {
  const { t } = useLingui();
  return (reason) => {
    const certainty = { certain: t`Certain`, likely: t`Likely`, guess: t`A guess` }[reason.confidence];
    return { sentence: sentenceOf(reason), certainty };
  };

  function sentenceOf({ ruleId, matched }: Reason): string {
    if (saidByPerson({ ruleId })) return t`You said so.`;
    if (ruleId === "person.counterparty") return t`You said so about everything with “${matched ?? ""}”.`;
    if (ruleId === "transfer.own-account") return t`The other account is your own.`;
    if (ruleId === "transfer.own-name") return t`The other side has your own name.`;
    if (ruleId === "transfer.mirrored") return t`The same amount stands with the opposite sign in another account of yours.`;
    if (ruleId.startsWith("fallback.")) return t`Nothing known matched, so only the direction of the money decided.`;
    const words = matched ?? "";
    if (words === "") return t`By the rule “${ruleId}”.`;
    if (ruleId.startsWith("counterparty.")) return t`The counterparty reads “${words}”.`;
    if (ruleId.startsWith("code.")) return t`The bank calls this kind of entry “${words}”.`;
    return t`The text contains “${words}”.`;
  }
}
