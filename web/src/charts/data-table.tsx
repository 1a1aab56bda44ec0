import type { ReactNode } from "react";
import { cx } from "../ui/classes.ts";

export interface ChartTable {
  readonly head: readonly ReactNode[];
  /** The first cell names its row. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

/** The figures of a chart as a table. */
export function DataTable({ table, label }: { table: ChartTable; label: string }) {
  return (
    <div tabIndex={0} role="region" aria-label={label} className="max-h-80 overflow-auto rounded-8 border">
      <table aria-label={label} className="w-full border-collapse text-14">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            {table.head.map((cell, index) => (
              <th key={index} scope="col" className={cx("px-3 py-2 text-12 font-500 text-muted", index === 0 ? "text-left" : "text-right")}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(({ key, cells }) => (
            <tr key={key} className="border-t">
              {cells.map((cell, index) =>
                index === 0 ? (
                  <th key={index} scope="row" className="whitespace-nowrap px-3 py-2 text-left font-400">
                    {cell}
                  </th>
                ) : (
                  <td key={index} className="px-3 py-2 text-right tabular">
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
