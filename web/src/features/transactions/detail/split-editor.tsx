import { Trans, useLingui } from "@lingui/react/macro";
import { Plus, X } from "lucide-react";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { isZero, magnitude, toWire } from "../../../format/amounts.ts";
import type { WireAmount } from "../../../format/format.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { categories, CategoryMark } from "../../../ui/category.tsx";
import { cx } from "../../../ui/classes.ts";
import { inputClass } from "../../../ui/field.tsx";
import { CategoryPicker } from "./category-picker.tsx";
import {
  type DraftPart,
  emptyPart,
  fewestParts,
  leftToAssign,
  mistakesIn,
  mostParts,
  type PartMistake,
  restFor,
  type SaidParts,
  saidParts,
  typedText,
} from "./split-draft.ts";

/** A row a part, with what is left to assign beside it while it is typed. Escape leaves the editor and keeps what was typed. */
export function SplitEditor({
  whole,
  draft,
  busy,
  decimal,
  onChange,
  onSave,
  onLeave,
  onDiscard,
}: {
  whole: WireAmount;
  draft: readonly DraftPart[];
  busy: boolean;
  /** The decimal mark of the person's language. */
  decimal: string;
  onChange: (draft: readonly DraftPart[]) => void;
  onSave: (parts: SaidParts) => void;
  onLeave: () => void;
  onDiscard: () => void;
}) {
  const { t } = useLingui();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  /** Said only when the person wanted to save. */
  const [tried, setTried] = useState(false);
  const [picking, setPicking] = useState<number>();
  const focusWanted = useRef<string>(undefined);
  const fieldOf = (key: number, field: PartMistake): string => `${id}-${key}-${field}`;
  useEffect(() => {
    if (focusWanted.current === undefined) return;
    form.current?.querySelector<HTMLElement>(`[id="${focusWanted.current}"]`)?.focus();
    focusWanted.current = undefined;
  });

  const mistakes = mistakesIn(whole, draft);
  const left = leftToAssign(whole, draft);
  const changePart = (key: number, change: Partial<DraftPart>): void => onChange(draft.map((part) => (part.key === key ? { ...part, ...change } : part)));
  const addPart = (): void => {
    const key = Math.max(...draft.map((part) => part.key)) + 1;
    focusWanted.current = fieldOf(key, "category");
    onChange([...draft, emptyPart(key)]);
  };
  const removePart = (key: number): void => {
    const at = draft.findIndex((part) => part.key === key);
    const next = draft[at + 1] ?? draft[at - 1];
    if (next !== undefined) focusWanted.current = fieldOf(next.key, "category");
    onChange(draft.filter((part) => part.key !== key));
  };
  const closePicker = (key: number): void => {
    focusWanted.current = fieldOf(key, "category");
    setPicking(undefined);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) return;
    setTried(true);
    const parts = saidParts(whole, draft);
    if (parts !== undefined) return onSave(parts);
    const [first] = mistakes;
    const wrong = first ?? { key: draft.at(-1)?.key ?? 0, mistake: "amount" as const };
    form.current?.querySelector<HTMLElement>(`[id="${fieldOf(wrong.key, wrong.mistake)}"]`)?.focus();
  };
  return (
    <form
      ref={form}
      noValidate
      aria-label={t`Split into parts`}
      data-keeps-escape=""
      className="mt-3"
      onSubmit={save}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Leaves the editor and not the transaction.
        event.stopPropagation();
        onLeave();
      }}
    >
      <ol className="space-y-3">
        {draft.map((part, index) => (
          <PartRow
            key={part.key}
            part={part}
            position={index + 1}
            first={index === 0}
            ids={{ category: fieldOf(part.key, "category"), amount: fieldOf(part.key, "amount") }}
            picking={picking === part.key}
            mistakes={tried ? mistakes.filter(({ key }) => key === part.key).map(({ mistake }) => mistake) : []}
            rest={restFor(whole, draft, part.key)}
            placeholder={typedText({ minor: 0n, currency: whole.currency }, decimal)}
            decimal={decimal}
            onPicking={(open) => (open ? setPicking(part.key) : closePicker(part.key))}
            onChange={(change) => changePart(part.key, change)}
            {...(draft.length > fewestParts ? { onRemove: () => removePart(part.key) } : {})}
          />
        ))}
      </ol>
      <div className="mt-3 flex flex-wrap items-center justify-between gap-x-3 gap-y-2">
        {draft.length < mostParts && (
          <Button size="small" look="quiet" className="-ml-3" onClick={addPart}>
            <Plus aria-hidden="true" size={16} strokeWidth={1.75} />
            <Trans>Add a part</Trans>
          </Button>
        )}
        <p role="status" className={cx("ml-auto text-14", !isZero(left) && (tried || left.minor < 0n) ? "text-danger" : "text-muted")}>
          {isZero(left) ? (
            <Trans>Nothing is left to assign</Trans>
          ) : left.minor > 0n ? (
            <Trans>
              <Amount value={toWire(left)} className="font-500" /> left to assign
            </Trans>
          ) : (
            <Trans>
              <Amount value={toWire(magnitude(left))} className="font-500" /> too much: make a part smaller
            </Trans>
          )}
        </p>
      </div>
      <div className="mt-3 flex gap-3">
        <Button type="submit" size="small" look="primary" busy={busy}>
          <Trans>Save split</Trans>
        </Button>
        <Button size="small" look="quiet" onClick={onDiscard}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </form>
  );
}

function PartRow({
  part,
  position,
  first,
  ids,
  picking,
  mistakes,
  rest,
  placeholder,
  decimal,
  onPicking,
  onChange,
  onRemove,
}: {
  part: DraftPart;
  position: number;
  first: boolean;
  ids: Readonly<Record<PartMistake, string>>;
  picking: boolean;
  mistakes: readonly PartMistake[];
  rest: ReturnType<typeof restFor>;
  placeholder: string;
  decimal: string;
  onPicking: (open: boolean) => void;
  onChange: (change: Partial<DraftPart>) => void;
  onRemove?: () => void;
}) {
  const { t, i18n } = useLingui();
  const category = part.category === undefined ? t`Choose a category` : i18n._(categories[part.category].name);
  const [noCategory, noAmount] = [mistakes.includes("category"), mistakes.includes("amount")];
  const about = `${ids.amount}-about`;
  return (
    <li className="rounded-8 border p-3">
      <div className="flex items-center gap-2">
        <Button
          id={ids.category}
          size="small"
          className={cx("min-h-11 min-w-0 flex-1 !justify-start !px-2", noCategory && "!border-danger")}
          aria-expanded={picking}
          aria-label={t`Category of part ${position}: ${category}`}
          aria-describedby={noCategory ? about : undefined}
          onClick={() => onPicking(!picking)}
        >
          {part.category !== undefined && <CategoryMark category={part.category} size="small" />}
          <span className={cx("truncate", part.category === undefined && "text-muted")}>{category}</span>
        </Button>
        <input
          id={ids.amount}
          // Opened to type into it.
          autoFocus={first}
          inputMode="decimal"
          autoComplete="off"
          maxLength={24}
          value={part.amount}
          placeholder={placeholder}
          aria-label={t`Amount of part ${position}`}
          aria-invalid={noAmount || undefined}
          aria-describedby={noAmount ? about : undefined}
          onChange={({ target }) => onChange({ amount: target.value })}
          className={cx(inputClass, "tabular !w-28 shrink-0 text-right")}
        />
      </div>
      {picking && (
        <CategoryPicker
          current={part.category}
          onPick={(chosen) => {
            onChange({ category: chosen });
            onPicking(false);
          }}
          onLeave={() => onPicking(false)}
        />
      )}
      <div className="mt-2 flex items-center gap-2">
        <input
          aria-label={t`Note on part ${position}`}
          placeholder={t`Note, if you like`}
          maxLength={100}
          autoComplete="off"
          value={part.note}
          // One line of plain text: what would break it, pasted, becomes a blank.
          onChange={({ target }) => onChange({ note: target.value.replaceAll(/\p{Cc}+/gu, " ") })}
          className={cx(inputClass, "min-w-0 flex-1")}
        />
        {onRemove !== undefined && (
          <IconButton label={t`Remove part ${position}`} onClick={onRemove}>
            <X size={16} strokeWidth={1.75} />
          </IconButton>
        )}
      </div>
      <div className="flex items-start gap-3 not-empty:mt-2">
        {mistakes.length > 0 && (
          <p id={about} className="min-w-0 flex-1 pt-2 text-12 text-danger">
            {noCategory && <Trans>Choose a category for this part.</Trans>} {noAmount && <Trans>Type an amount larger than zero for this part.</Trans>}
          </p>
        )}
        {rest !== undefined && (
          <Button size="small" look="quiet" className="ml-auto shrink-0" onClick={() => onChange({ amount: typedText(rest, decimal) })}>
            <span>
              <Trans>
                The rest, <Amount value={toWire(rest)} />
              </Trans>
            </span>
          </Button>
        )}
      </div>
    </li>
  );
}
