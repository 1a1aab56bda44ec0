import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { queries } from "../../api/queries.ts";
import { useProblem } from "../../api/use-problem.ts";
import { today } from "../../format/clock.ts";
import { firstDayOf, lastDayOf } from "../../format/dates.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import type { CategoryId } from "../../ui/category-ids.ts";
import { readableTitle } from "../../ui/counterparty.ts";
import { amountIn } from "../../ui/split-parts.ts";
import { RowsSkeleton } from "./section-states.tsx";

/** As many as show what a category is made of; the rest is one press away. */
const SHOWN = 8;

/** The rows behind a category of one month. */
export function CategoryRows({ category, month }: { category: CategoryId; month: string }) {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblem();
  const span = { from: firstDayOf(month), to: lastDayOf(month) };
  const { data, error } = useInfiniteQuery(queries.transactions({ category, ...span }));
  if (error !== null && data === undefined) return <p className="px-2 pb-4 pl-13 text-14 text-muted">{problem(error).detail}</p>;
  if (data === undefined) return <RowsSkeleton />;
  const rows = data.pages.flatMap((page) => page.transactions);
  const total = data.pages[0]?.total ?? rows.length;
  return (
    <div className="px-2 pb-4 pl-13">
      <ul>
        {rows.slice(0, SHOWN).map((row) => (
          <li key={row.transactionId}>
            <Link
              to="/transactions"
              search={{ category: [category], ...span, tx: row.transactionId }}
              className="flex min-h-9 items-center gap-3 border-b px-1 text-14 -outline-offset-2 transition-colors hover:bg-sunken"
            >
              <span className="w-14 shrink-0 text-12 text-muted tabular">{format.shortDay(row.bookingDate, today())}</span>
              <span className="min-w-0 flex-1 truncate">{readableTitle(row) ?? t`Without a name`}</span>
              <Amount value={amountIn(row, [category])} sign="always" />
            </Link>
          </li>
        ))}
      </ul>
      <Link
        to="/transactions"
        search={{ category: [category], ...span }}
        className="mt-3 inline-flex min-h-8 items-center gap-1.5 rounded-4 text-14 text-accent underline underline-offset-4"
      >
        <Plural value={total} one="See the transaction" other="See all # transactions" />
        <ArrowRight aria-hidden="true" size={16} strokeWidth={1.75} />
      </Link>
      {rows.length === 0 && (
        <p className="text-14 text-muted">
          <Trans>No transactions.</Trans>
        </p>
      )}
    </div>
  );
}
