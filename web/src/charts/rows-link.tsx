import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** Where the transactions behind a figure are. */
export type RowsAt = Pick<LinkProps, "to" | "search">;

/** A figure that leads to its transactions. */
export function RowsLink({ at, children, tabIndex }: { at: RowsAt; children: ReactNode; tabIndex?: number }) {
  return (
    <Link {...at} tabIndex={tabIndex} className="rounded-4 underline decoration-line-strong underline-offset-4 hover:decoration-current">
      {children}
    </Link>
  );
}
