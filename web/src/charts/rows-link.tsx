import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { AccountView } from "../api/queries.ts";
import { type CategoryId, categoryIds } from "../ui/category-ids.ts";

/** Where the transactions behind a figure are. */
export type RowsAt = Pick<LinkProps, "to" | "search">;

const counted = categoryIds.filter((id) => id !== "transfers");

interface Counted {
  readonly from: string;
  readonly to: string;
  readonly dir?: "in" | "out";
  readonly category?: readonly CategoryId[];
  readonly account?: readonly string[];
}

/** The booked entries that sums of income and spending count: own transfers are none. */
export const countedRows = ({ category = counted, ...rest }: Counted): RowsAt => ({ to: "/transactions", search: { ...rest, category, status: "booked" } });

/** Narrows to the accounts that figures in a currency are of; to nothing where they are of all. */
export function accountsIn(currency: string, accounts: readonly Pick<AccountView, "accountId" | "balance">[]): Pick<Counted, "account"> {
  const own = accounts.filter(({ balance }) => balance === null || balance.amount.currency === currency);
  return own.length === accounts.length ? {} : { account: own.map(({ accountId }) => accountId) };
}

/** A figure that leads to its transactions. */
export function RowsLink({ at, children, label }: { at: RowsAt; children: ReactNode; label?: string }) {
  return (
    <Link {...at} aria-label={label} className="rounded-4 underline decoration-line-strong underline-offset-4 hover:decoration-current">
      {children}
    </Link>
  );
}
