import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { TransactionView } from "../../../api/queries.ts";
import { isApiError } from "../../../api/api-error.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { categories } from "../../../ui/category.tsx";
import type { CategoryId } from "../../../ui/category-ids.ts";
import { Notice } from "../../../ui/notice.tsx";
import { standingParts } from "../../../ui/split-parts.ts";
import { MeaningMark, useCategoryWords } from "../../../ui/split.tsx";
import { CategoryPicker } from "./category-picker.tsx";
import { type Done, DoneLine } from "../../../ui/done-line.tsx";
import { type RulePreview, ScopeChoice } from "./scope-choice.tsx";
import { saidByPerson, useCategoryReason } from "./category-reason.ts";
import { useSayCategory, type Word } from "./use-said.ts";

/** Where a transaction belongs, why, and the person's word about it. */
export function CategoryPart({ view }: { view: TransactionView }) {
  const { t, i18n } = useLingui();
  const reasonWords = useCategoryReason();
  const problem = useProblem();
  const categoryWords = useCategoryWords();
  const { transactionId, category, recurringId, bookingStatus } = view.transaction;
  /** Nothing, which category, or how far it goes. */
  const [step, setStep] = useState<"pick" | CategoryId>();
  const [done, setDone] = useState<Done<Word>>();
  const change = useRef<HTMLButtonElement>(null);
  const say = useSayCategory(transactionId);
  if (category === null) {
    return (
      <p className="border-b px-5 py-4 text-14 text-muted">
        <Trans>The category cannot be shown right now.</Trans>
      </p>
    );
  }
  const nameOf = (id: CategoryId): string => i18n._(categories[id].name);
  const leave = (): void => {
    setStep(undefined);
    change.current?.focus();
  };
  const saidBefore = saidByPerson(category) ? category.category : null;
  const send = (word: Word, sentence: string, undo?: (counterpartyRuleId: string | undefined) => Word): void => {
    leave();
    // What can be undone can be until something else was done.
    say.mutate(word, { onSuccess: ({ counterpartyRuleId }) => setDone(undo === undefined ? { sentence } : { sentence, undo: undo(counterpartyRuleId) }) });
  };
  const moveOne = (to: CategoryId): void => {
    const name = nameOf(to);
    send({ single: to }, t`Moved to ${name}.`, () => ({ single: saidBefore }));
  };
  const moveAll = (to: CategoryId, { counterpartyName, rule }: RulePreview): void => {
    const [name, counterparty] = [nameOf(to), counterpartyName ?? ""];
    send({ rule: { category: to } }, t`All from ${counterparty} moved to ${name}.`, (counterpartyRuleId) => ({
      ...(rule !== null ? { rule: { category: rule.category } } : counterpartyRuleId === undefined ? {} : { rule: { remove: counterpartyRuleId } }),
      ...(saidBefore === null ? {} : { single: saidBefore }),
    }));
  };
  // While its parts count the category of the whole decides nothing.
  const parted = standingParts(view.transaction) !== undefined;
  const { sentence, certainty } = reasonWords(category);
  return (
    <section className="border-b px-5 py-4">
      <div className="flex items-center gap-3">
        <MeaningMark row={view.transaction} />
        <h3 className="min-w-0 flex-1 text-14 font-500">{categoryWords(view.transaction)}</h3>
        {!parted && <Badge tone={category.confidence === "certain" ? "positive" : category.confidence === "likely" ? "neutral" : "warning"}>{certainty}</Badge>}
        {bookingStatus === "booked" && !parted && (
          <Button
            ref={change}
            size="small"
            busy={say.isPending}
            aria-expanded={step !== undefined}
            aria-label={t`Change the category`}
            onClick={() => (step === undefined ? setStep("pick") : leave())}
          >
            <Trans>Change</Trans>
          </Button>
        )}
      </div>
      <p className="mt-2 text-14 text-muted break-words">
        <span className="font-500 text-ink">
          <Trans>Why:</Trans>
        </span>{" "}
        {parted ? t`You split it.` : sentence}
      </p>
      {bookingStatus === "pending" && (
        <p className="mt-2 text-12 text-muted">
          <Trans>You can change it when the bank has booked it.</Trans>
        </p>
      )}
      {step === "pick" && <CategoryPicker current={category.category} onPick={setStep} onLeave={leave} />}
      {step !== undefined && step !== "pick" && (
        <ScopeChoice
          transactionId={transactionId}
          category={step}
          name={nameOf(step)}
          onOne={() => moveOne(step)}
          onAll={(preview) => moveAll(step, preview)}
          onLeave={leave}
        />
      )}
      <DoneLine done={done} busy={say.isPending} onUndo={(undo) => send(undo, t`It is as it was before.`)} />
      {say.error !== null && (
        <Notice tone="danger" live title={problem(say.error).title} className="mt-2">
          {isApiError(say.error) && say.error.code === "ERR_ANALYTICS_RULES_TOO_MANY" ? (
            <Trans>You have as many rules about counterparties as there can be. Remove one that you no longer need first.</Trans>
          ) : (
            problem(say.error).detail
          )}
        </Notice>
      )}
      {recurringId !== null && (
        <p className="mt-2 text-14">
          <Link to="/transactions" search={{ recurring: recurringId }} className="text-accent underline underline-offset-4">
            <Trans>Part of a recurring payment. See all of them</Trans>
          </Link>
        </p>
      )}
    </section>
  );
}
