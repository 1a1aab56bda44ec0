import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { X } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import type { TransactionRow } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { useFormat } from "../../../format/use-format.ts";
import { usePageWords } from "../../../i18n/use-page-words.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { categories } from "../../../ui/category.tsx";
import type { CategoryId } from "../../../ui/category-ids.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { detailWords } from "../detail/detail-words.ts";
import { MOST_AT_ONCE } from "../selection.ts";
import type { Selecting } from "../use-selection.ts";
import { NoteForm } from "./note-form.tsx";
import { selectWords } from "./select-words.ts";
import { sumsOf } from "./sums.ts";
import { type Annotations, useSayMany, wrongIn } from "./use-say-many.ts";

const CategoryPicker = lazy(() => import("../detail/category-picker.tsx").then((module) => ({ default: module.CategoryPicker })));

interface Given {
  selecting: Selecting;
  /** How many rows the filter finds. */
  total: number | undefined;
  /** How many of them the bank has not booked. */
  pending: number;
  onAll: () => Promise<readonly TransactionRow[]>;
  onLeave: () => void;
}

/** What floats below while transactions are selected: how many, how much, and what can be said of all of them at once. */
export function SelectionBar(given: Given) {
  const said = [usePageWords(selectWords), usePageWords(detailWords)].every(Boolean);
  return said ? <Bar {...given} /> : null;
}

function Bar({ selecting, total, pending, onAll, onLeave }: Given) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const problem = useProblem();
  const { ids, rows, shown } = selecting;
  const [editing, setEditing] = useState<"category" | "note">();
  const [done, setDone] = useState<{ readonly sentence: string; readonly undo?: Annotations }>();
  const [loading, setLoading] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const box = useRef<HTMLDivElement>(null);
  const say = useSayMany(selecting.drop);
  const count = ids.size;
  const tooMany = count > MOST_AT_ONCE;

  const leave = (): void => {
    setDone(undefined);
    setFailure(null);
    say.reset();
    onLeave();
  };
  const open = shown || selecting.refused || done !== undefined || say.error !== null;
  useEscape(open && editing === undefined, leave);

  const change = (word: { readonly category: CategoryId } | { readonly note: string | null }, sentence: string): void => {
    setEditing(undefined);
    setFailure(null);
    const annotations = rows.map(({ transactionId }) => ({ transactionId, ...word }));
    // What can be undone can be until something else was done.
    say.mutate({ annotations }, { onSuccess: ({ before }) => setDone({ sentence, undo: before }) });
  };
  const undo = (annotations: Annotations): void => {
    box.current?.focus();
    say.mutate({ annotations, undoing: true }, { onSuccess: () => setDone({ sentence: t`It is as it was before.` }) });
  };
  const selectAll = async (): Promise<void> => {
    setLoading(true);
    try {
      selecting.all(await onAll());
      setFailure(null);
    } catch (error) {
      setFailure(error);
    } finally {
      setLoading(false);
    }
  };

  const amounts = sumsOf(rows.map(({ amount }) => amount));
  const every = total === undefined ? undefined : total - pending;
  const [counted, most] = [format.count(count), format.count(MOST_AT_ONCE)];
  const howMany: ReactNode =
    count === 0 ? <Trans>Nothing is selected</Trans> : <Plural value={count} one={`${counted} selected`} other={`${counted} selected`} />;
  const refusal = <Trans key="refused">The bank has not booked this one yet. It can be selected when it is booked.</Trans>;
  const sentences: ReactNode[] = [
    selecting.refused && refusal,
    tooMany && <Trans key="many">At most {most} can be changed at once.</Trans>,
    every !== undefined && every > MOST_AT_ONCE && !tooMany && shown && done === undefined && (
      <Trans key="all">To select all, narrow the filter to at most {most}.</Trans>
    ),
  ];
  return (
    <>
      <p role="status" className="sr-only">
        {selecting.refused ? refusal : shown && howMany}
      </p>
      {open && (
        <>
          {/* The last rows can be scrolled out from under it. */}
          <div aria-hidden="true" className="h-32" />
          <div className="pointer-events-none fixed inset-x-2 bottom-16 z-20 pb-safe sm:inset-x-4 md:bottom-4 md:left-62">
            <div
              ref={box}
              role="region"
              aria-label={t`Selected transactions`}
              tabIndex={-1}
              className="pointer-events-auto mx-auto max-w-2xl animate-enter rounded-12 border bg-raised p-2 text-14 shadow-float outline-none"
            >
              {shown && (
                <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
                  <p className="min-w-0 flex-1 pl-2">
                    <span className="mr-3 font-500">{howMany}</span>
                    {amounts.map((amount) => (
                      <Amount key={amount.currency} value={amount} sign="always" className="mr-3 inline-block text-muted" />
                    ))}
                  </p>
                  <IconButton label={t`Leave the selection`} onClick={leave}>
                    <X size={20} strokeWidth={1.75} />
                  </IconButton>
                  <div className="flex basis-full flex-wrap items-center justify-end gap-2 *:flex-1 sm:basis-auto sm:*:flex-none">
                    {every !== undefined && every <= MOST_AT_ONCE && every > count && (
                      <Button size="small" look="quiet" busy={loading} onClick={() => void selectAll()}>
                        <Trans>Select all {format.count(every)}</Trans>
                      </Button>
                    )}
                    <Button size="small" busy={say.isPending} disabled={count === 0 || tooMany} onClick={() => setEditing("category")}>
                      <Trans>Category…</Trans>
                    </Button>
                    <Button size="small" busy={say.isPending} disabled={count === 0 || tooMany} onClick={() => setEditing("note")}>
                      <Trans>Note…</Trans>
                    </Button>
                  </div>
                </div>
              )}
              <div role="status" className="flex flex-wrap items-center gap-x-3 px-2 not-empty:pt-2 not-empty:pb-1">
                {done !== undefined && <span>{done.sentence}</span>}
                {done?.undo !== undefined && (
                  <Button size="small" look="quiet" busy={say.isPending} onClick={() => done.undo !== undefined && undo(done.undo)}>
                    <Trans>Undo</Trans>
                  </Button>
                )}
                {!shown && (
                  <Button size="small" look="quiet" className="ml-auto" onClick={leave}>
                    <Trans>Close</Trans>
                  </Button>
                )}
              </div>
              {sentences.some(Boolean) && <p className="px-2 py-1 text-12 text-muted">{sentences}</p>}
              {(say.error ?? failure) !== null && (
                <p role="alert" className="px-2 py-1 text-danger">
                  <Refusal error={say.error ?? failure} words={problem(say.error ?? failure)} />
                </p>
              )}
            </div>
          </div>
        </>
      )}
      {editing === "category" && (
        <Dialog open onClose={() => setEditing(undefined)} title={t`Category`} description={howMany}>
          <div className="px-4 pb-4 sm:px-6">
            <Suspense fallback={null}>
              <CategoryPicker
                current={undefined}
                onPick={(category) => {
                  const name = i18n._(categories[category].name);
                  change({ category }, t`${counted} moved to ${name}.`);
                }}
                onLeave={() => setEditing(undefined)}
              />
            </Suspense>
          </div>
        </Dialog>
      )}
      {editing === "note" && (
        <Dialog open onClose={() => setEditing(undefined)} title={t`Note`} description={howMany}>
          <NoteForm rows={rows} onNote={(note) => change({ note }, note === null ? t`Notes removed from ${counted}.` : t`Note saved on ${counted}.`)} />
        </Dialog>
      )}
    </>
  );
}

function Refusal({ error, words }: { error: unknown; words: { readonly title: string; readonly detail: string } }) {
  const wrong = wrongIn(error).length;
  if (wrong === 0)
    return (
      <>
        {words.title}. {words.detail}
      </>
    );
  return (
    <Plural
      value={wrong}
      one="Nothing was changed: one of them is not there any more or not booked. It is no longer selected; do it again for the others."
      other="Nothing was changed: # of them are not there any more or not booked. They are no longer selected; do it again for the others."
    />
  );
}

/** Escape leaves also where the focus is neither in the list nor here, unless something nearer took it. */
function useEscape(on: boolean, leave: () => void): void {
  const latest = useRef(leave);
  useEffect(() => {
    latest.current = leave;
  });
  useEffect(() => {
    if (!on) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("[role=dialog]") !== null) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [on]);
}
