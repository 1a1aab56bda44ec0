import { Trans } from "@lingui/react/macro";
import { CircleAlert } from "lucide-react";
import type { AccountView } from "../api/queries.ts";
import { cx } from "./classes.ts";

/** The accounts of which a page of the bank could not be understood and is set aside, by name; undefined where all are whole. */
export function incompleteNames(accounts: readonly Pick<AccountView, "name" | "incompleteSince">[]): string | undefined {
  const names = accounts.filter(({ incompleteSince }) => incompleteSince !== null).map(({ name }) => name);
  return names.length === 0 ? undefined : names.join(", ");
}

/** Beside what is listed or added up: whose transactions it lacks. A balance is the bank's own word and lacks nothing. */
export function IncompleteNote({
  accounts,
  of = "transactions",
  className,
}: {
  accounts: Parameters<typeof incompleteNames>[0];
  of?: "transactions" | "balances";
  className?: string;
}) {
  const names = incompleteNames(accounts);
  if (names === undefined) return null;
  return (
    // A span, because it also stands inside the description of a chart, which is a paragraph.
    <span className={cx("flex items-start gap-2 text-14 text-muted", className)}>
      <CircleAlert aria-hidden="true" size={16} strokeWidth={1.75} className="mt-0.5 shrink-0 text-warning" />
      <span className="min-w-0">
        {of === "balances" ? (
          <Trans>The sum is complete; its history lacks some transactions of {names}.</Trans>
        ) : (
          <Trans>Some transactions of {names} are missing here.</Trans>
        )}
      </span>
    </span>
  );
}
