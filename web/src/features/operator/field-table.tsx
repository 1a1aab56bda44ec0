import type { ReactNode } from "react";

interface FieldTableProps {
  /** Of the whole, for who cannot see where it stands. */
  readonly label: string;
  /** What the three columns are. */
  readonly head: readonly [string, string, string];
  readonly rows: readonly { readonly field: string; readonly name: ReactNode; readonly from: string | null; readonly to: string | null }[];
  readonly className: string;
}

/** Field by field, one state beside another; in thirds, so that both are seen on a phone as well. */
export function FieldTable({ label, head, rows, className }: FieldTableProps) {
  return (
    <div className={`${className} overflow-x-auto`} tabIndex={0} role="group" aria-label={label}>
      <table className="w-full table-fixed text-left text-12">
        <thead className="text-muted">
          <tr>
            {head.map((name) => (
              <th key={name} scope="col" className="py-1.5 pr-4 font-500">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ field, name, from, to }) => (
            <tr key={field} className="border-t align-top">
              <th scope="row" className="py-1.5 pr-4 font-500 wrap-anywhere">
                {name}
              </th>
              <td className="py-1.5 pr-4 break-all">{from ?? "–"}</td>
              <td className="py-1.5 break-all">{to ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
