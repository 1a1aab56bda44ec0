import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { TransactionView } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { categories, CategoryMark } from "../../../ui/category.tsx";
import type { CategoryId } from "../../../ui/category-ids.ts";
import { Notice } from "../../../ui/notice.tsx";
import { CategoryPicker } from "./category-picker.tsx";
import { saidByPerson, useCategoryReason } from "./category-reason.ts";
import { useSayCategory } from "./use-said.ts";

/** Where a transaction belongs, why, and the person's word about it. */
export function CategoryPart({ view }: { view: TransactionView }) {
  const { t, i18n } = useLingui();
  const reasonWords = useCategoryReason();
  const problem = useProblem();
  const { transactionId, category, recurringId, bookingStatus } = view.transaction;
  const [picking, setPicking] = useState(false);
  const [undo, setUndo] = useState<{ readonly word: string; readonly before?: CategoryId | null }>();
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
    setPicking(false);
    change.current?.focus();
  };
  const pick = (next: CategoryId): void => {
    const name = nameOf(next);
    const before = saidByPerson(category) ? category.category : null;
    leave();
    setUndo(undefined);
    say.mutate(next, { onSuccess: () => setUndo({ word: t`Moved to ${name}.`, before }) });
  };
  const takeBack = (before: CategoryId | null): void => {
    say.mutate(before, { onSuccess: () => setUndo({ word: t`It is as it was before.` }) });
    change.current?.focus();
  };
  const { sentence, certainty } = reasonWords(category);
  return (
    <section className="border-b px-5 py-4">
      <div className="flex items-center gap-3">
        <CategoryMark category={category.category} />
        <h3 className="min-w-0 flex-1 text-14 font-500">{nameOf(category.category)}</h3>
        <Badge tone={category.confidence === "certain" ? "positive" : category.confidence === "likely" ? "neutral" : "warning"}>{certainty}</Badge>
        {bookingStatus === "booked" && (
          <Button
            ref={change}
            size="small"
            busy={say.isPending}
            aria-expanded={picking}
            aria-label={t`Change the category`}
            onClick={() => (picking ? leave() : setPicking(true))}
          >
            <Trans>Change</Trans>
          </Button>
        )}
      </div>
      <p className="mt-2 text-14 text-muted break-words">
        <span className="font-500 text-ink">
          <Trans>Why:</Trans>
        </span>{" "}
        {sentence}
      </p>
      {bookingStatus === "pending" && (
        <p className="mt-2 text-12 text-muted">
          <Trans>You can change it when the bank has booked it.</Trans>
        </p>
      )}
      {picking && <CategoryPicker current={category.category} onPick={pick} onLeave={leave} />}
      <div role="status" className="flex flex-wrap items-center gap-x-3 text-14 not-empty:mt-2">
        {undo !== undefined && (
          <>
            <span>{undo.word}</span>
            {undo.before !== undefined && (
              <Button size="small" look="quiet" busy={say.isPending} onClick={() => takeBack(undo.before ?? null)}>
                <Trans>Undo</Trans>
              </Button>
            )}
          </>
        )}
      </div>
      {say.error !== null && <Notice tone="danger" live title={problem(say.error).title} className="mt-2" children={problem(say.error).detail} />}
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
