import { Trans } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { type ChartTable, DataTable } from "./data-table.tsx";

/** A chart with a quiet way to the same figures as a table. */
export function DataTableToggle({
  label,
  table,
  children,
  className,
}: {
  label: string;
  table: ChartTable;
  children: ReactNode;
  className?: string | undefined;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <div className={className}>
      {asTable ? <DataTable table={table} label={label} /> : children}
      <button
        type="button"
        aria-pressed={asTable}
        onClick={() => setAsTable(!asTable)}
        className="-mb-2 mt-1 min-h-8 rounded-4 text-12 text-muted underline underline-offset-4 hover:text-ink"
      >
        {asTable ? <Trans>Show as a chart</Trans> : <Trans>Show as a table</Trans>}
      </button>
    </div>
  );
}
