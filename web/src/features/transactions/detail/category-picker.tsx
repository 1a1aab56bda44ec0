import { Trans, useLingui } from "@lingui/react/macro";
import { Check } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { categories, CategoryMark } from "../../../ui/category.tsx";
import { type CategoryId, categoryIds } from "../../../ui/category-ids.ts";
import { inputClass } from "../../../ui/field.tsx";
import { matchNames } from "../../../ui/match-names.ts";

/** All categories with icon and name, narrowed while typing; arrows move, Enter takes, Escape leaves. */
export function CategoryPicker({ current, onPick, onLeave }: { current: CategoryId | undefined; onPick: (category: CategoryId) => void; onLeave: () => void }) {
  const { t, i18n } = useLingui();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState<number>();
  const all = categoryIds.map((category) => ({ category, name: i18n._(categories[category].name) }));
  const found = matchNames(all, typed);
  // Until somebody moves, the one that holds now.
  const at = Math.max(0, Math.min(active ?? (typed === "" ? found.findIndex(({ category }) => category === current) : 0), found.length - 1));
  const move = (to: number): void => {
    const index = (to + found.length) % found.length;
    setActive(index);
    list.current?.children[index]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, () => void> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      Enter: () => found[at] !== undefined && onPick(found[at].category),
      Escape: onLeave,
    };
    const step = steps[event.key];
    if (step === undefined || (found.length === 0 && event.key !== "Escape")) return;
    event.preventDefault();
    // Escape leaves the picker and not the transaction.
    event.stopPropagation();
    step();
  };
  return (
    <div className="mt-3">
      <input
        // Opened to type into it.
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${found[at]?.category ?? ""}` : undefined}
        aria-autocomplete="list"
        aria-label={t`New category`}
        placeholder={t`Type to filter`}
        value={typed}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(undefined);
        }}
        onKeyDown={onKeyDown}
        data-keeps-escape=""
        className={inputClass}
      />
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={t`Categories`} className="mt-2 max-h-72 overflow-y-auto">
        {found.map(({ category, name }, index) => (
          <div
            key={category}
            id={`${id}-${category}`}
            role="option"
            aria-selected={index === at}
            onClick={() => onPick(category)}
            onPointerMove={() => setActive(index)}
            className="flex min-h-11 cursor-pointer items-center gap-3 rounded-8 px-2 text-14 aria-selected:bg-hover"
          >
            <CategoryMark category={category} size="small" />
            <span className="min-w-0 flex-1">{name}</span>
            {category === current && (
              <>
                <span className="sr-only">
                  <Trans>It is in this one now</Trans>
                </span>
                <Check aria-hidden="true" size={16} strokeWidth={1.75} className="text-muted" />
              </>
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p role="status" className="py-3 text-14 text-muted">
          <Trans>There is no such category.</Trans>
        </p>
      )}
    </div>
  );
}
