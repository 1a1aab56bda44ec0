import { useLingui } from "@lingui/react/macro";
import { Split as SplitIcon } from "lucide-react";
import { categories, CategoryMark } from "./category.tsx";
import { type RowMeaning, standingParts } from "./split-parts.ts";

/** Where a transaction belongs, in words: its category, or those of its parts. Empty where nothing tells. */
export function useCategoryWords(): (row: RowMeaning) => string {
  const { t, i18n } = useLingui();
  return (row) => {
    const parts = standingParts(row);
    if (parts === undefined) return row.category === null ? "" : i18n._(categories[row.category.category].name);
    const names = [...new Set(parts.map(({ category }) => i18n._(categories[category].name)))].join(", ");
    return t`Split: ${names}`;
  };
}

/** The icon of where a transaction belongs: that of its category, or one that says it is split. */
export function MeaningMark({ row }: { row: RowMeaning }) {
  if (standingParts(row) === undefined) return <CategoryMark category={row.category?.category ?? null} />;
  return (
    <span aria-hidden="true" className="inline-flex size-8 shrink-0 items-center justify-center rounded-8 bg-sunken text-muted">
      <SplitIcon size={16} strokeWidth={1.75} />
    </span>
  );
}
