import { type ReactNode, useId } from "react";
import { cx } from "../ui/classes.ts";
import type { ChartTable } from "./data-table.tsx";
import { DataTableToggle } from "./table-toggle.tsx";

/** A chart whose title says the finding, with the same figures as a table one press away. */
export function ChartCard({
  title,
  description,
  controls,
  label,
  table,
  children,
  className,
}: {
  title: ReactNode;
  description?: ReactNode;
  controls?: ReactNode;
  /** What the chart and its table are called by a screen reader. */
  label: string;
  table: ChartTable;
  children: ReactNode;
  className?: string | undefined;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cx("min-w-0 rounded-12 border bg-surface p-4 sm:p-6", className)}>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 id={id} className="text-16 font-600 text-balance">
            {title}
          </h2>
          {description !== undefined && <p className="mt-1 text-14 text-muted text-pretty">{description}</p>}
        </div>
        {controls}
      </header>
      <DataTableToggle className="mt-4" label={label} table={table}>
        {children}
      </DataTableToggle>
    </section>
  );
}
