import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useRef, useState } from "react";
import { isApiError } from "../../../api/api-error.ts";
import type { TransactionRow } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { fromWire, magnitude } from "../../../format/amounts.ts";
import { useFormat } from "../../../format/use-format.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button } from "../../../ui/button.tsx";
import { categories, CategoryMark } from "../../../ui/category.tsx";
import { Notice } from "../../../ui/notice.tsx";
import type { SplitPart as Part } from "../../../ui/split-parts.ts";
import { type Done, DoneLine } from "../../../ui/done-line.tsx";
import { beginDraft, type DraftPart, fewestParts, type SaidParts } from "./split-draft.ts";
import { SplitEditor } from "./split-editor.tsx";
import { useSplit } from "./use-split.ts";

/** A transaction told apart: its parts with a category each, and the editor that makes them. */
export function SplitPart({ row }: { row: TransactionRow }) {
  const { t, i18n } = useLingui();
  const problem = useProblem();
  const format = useFormat();
  const { split, amount } = row;
  const decimal = format.amountParts({ amount: "0.00", currency: "EUR" }).decimal;
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<readonly DraftPart[]>();
  const [done, setDone] = useState<Done<SaidParts | null>>();
  const change = useRef<HTMLButtonElement>(null);
  const say = useSplit(row.transactionId);
  // A cent cannot be split.
  if (split === null && magnitude(fromWire(amount)).minor < BigInt(fewestParts)) return null;

  const leave = (): void => {
    setOpen(false);
    change.current?.focus();
  };
  const discard = (): void => {
    setDraft(undefined);
    say.reset();
    leave();
  };
  const send = (parts: SaidParts | null, sentence: string, undo?: SaidParts | null): void =>
    say.mutate(parts, {
      onSuccess: () => {
        setDone(undo === undefined ? { sentence } : { sentence, undo });
        discard();
      },
    });
  // Parts that were set aside cannot be had back as they were: they are not the transaction any more.
  const before = split === null ? null : split.stands ? split.parts : undefined;
  const { error } = say;
  const changedMeanwhile = isApiError(error) && error.code === "ERR_ANALYTICS_SPLIT_SUM_WRONG";
  return (
    <section className="border-b px-5 py-4">
      <div className="flex items-center gap-3">
        <h3 className="min-w-0 flex-1 text-14 font-500">
          {split === null ? (
            <Trans>In one category</Trans>
          ) : (
            <Plural value={split.parts.length} one={`${format.count(split.parts.length)} part`} other={`${format.count(split.parts.length)} parts`} />
          )}
        </h3>
        {split !== null && !open && (
          <Button size="small" look="quiet" busy={say.isPending} onClick={() => send(null, t`The split is removed.`, before ?? undefined)}>
            <Trans>Remove split</Trans>
          </Button>
        )}
        <Button
          ref={change}
          size="small"
          aria-expanded={open}
          aria-label={split === null ? t`Split this transaction` : split.stands ? t`Change the split` : t`Split anew`}
          onClick={() => {
            if (open) return leave();
            setDone(undefined);
            setDraft(draft ?? beginDraft(row, decimal));
            setOpen(true);
          }}
        >
          {split === null ? <Trans>Split</Trans> : split.stands ? <Trans>Change</Trans> : <Trans>Split anew</Trans>}
        </Button>
      </div>
      {split?.stands === false && (
        <Notice tone="warning" className="mt-3" title={<Trans>Your split is set aside</Trans>}>
          <Trans>The bank changed the amount, so the parts no longer add up to it. Until you split it anew the transaction counts whole.</Trans>
        </Notice>
      )}
      {split !== null && !open && (
        <ul className="mt-3 space-y-2">
          {split.parts.map((part, index) => (
            <li key={index} className="flex items-center gap-3 text-14">
              <PartLine part={part} name={i18n._(categories[part.category].name)} />
            </li>
          ))}
        </ul>
      )}
      {open && draft !== undefined && (
        <SplitEditor
          whole={amount}
          draft={draft}
          busy={say.isPending}
          decimal={decimal}
          onChange={setDraft}
          onSave={(parts) => send(parts, t`The split is saved.`, before)}
          onLeave={leave}
          onDiscard={discard}
        />
      )}
      <DoneLine done={done} busy={say.isPending} onUndo={(undo) => send(undo, t`It is as it was before.`)} />
      {error !== null && (
        <Notice tone="danger" live title={changedMeanwhile ? <Trans>The bank changed the amount meanwhile</Trans> : problem(error).title} className="mt-2">
          {changedMeanwhile ? <Trans>Look at what is left to assign, and save again.</Trans> : problem(error).detail}
        </Notice>
      )}
    </section>
  );
}

function PartLine({ part, name }: { part: Part; name: string }) {
  return (
    <>
      <CategoryMark category={part.category} size="small" />
      <span className="min-w-0 flex-1">
        {name}
        {part.note !== null && <span className="block text-12 break-words text-muted">{part.note}</span>}
      </span>
      <Amount value={part.amount} />
    </>
  );
}
