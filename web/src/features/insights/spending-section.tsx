import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { ChevronDown, ChevronLeft, ChevronRight } from "lucide-react";
import { type AccountView, queries } from "../../api/queries.ts";
import { ChartCard } from "../../charts/chart-card.tsx";
import { changeOf, spendingBreakdown, type SpendingBreakdown, type SpendingShare } from "../../charts/findings.ts";
import { accountsIn, countedRows, RowsLink } from "../../charts/rows-link.tsx";
import { toWire } from "../../format/amounts.ts";
import { addMonths, firstDayOf, lastDayOf } from "../../format/dates.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { IconButton } from "../../ui/button.tsx";
import { categories, CategoryMark } from "../../ui/category.tsx";
import { cx } from "../../ui/classes.ts";
import { ChartPlace, RowsSkeleton, SectionProblem } from "./section-states.tsx";

// Needed when a category is opened up.
const CategoryRows = lazy(() => import("./category-rows.tsx").then((module) => ({ default: module.CategoryRows })));

/** Spending of one month by category; a category opens to its rows. */
export function SpendingSection({ currency, latest, accounts }: { currency: string; latest: string; accounts: readonly AccountView[] }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const navigate = useNavigate({ from: "/insights" });
  const search = useSearch({ from: "/signed-in/insights" });
  const month = search.month ?? latest;
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    ...queries.spending(firstDayOf(month), lastDayOf(month)),
    placeholderData: keepPreviousData,
  });
  const title = <Trans>Spending by category</Trans>;
  if (isPending) return <ChartPlace title={title} height="h-80" loading />;
  if (data === undefined) return <SectionProblem title={title} error={error} onRetry={() => void refetch()} />;
  const found = data.currencies.find((one) => one.currency === currency);
  const breakdown = found === undefined ? undefined : spendingBreakdown(found);
  const go = (next: string): void =>
    void navigate({ search: (before) => ({ ...before, month: next === latest ? undefined : next }) as typeof before, replace: true, resetScroll: false });
  const open = (category: SpendingShare["category"] | undefined): void =>
    void navigate({ search: (before) => ({ ...before, category }) as typeof before, replace: true, resetScroll: false });
  const name = format.month(month);
  const own = accountsIn(currency, accounts);
  const rowsOf = (category: SpendingShare["category"], of: string) =>
    countedRows({ from: firstDayOf(of), to: lastDayOf(of), dir: "out", category: [category], ...own });
  return (
    <ChartCard
      title={<FindingWords breakdown={breakdown} month={format.monthInText(month)} />}
      description={breakdown === undefined ? undefined : <ComparedWords breakdown={breakdown} />}
      controls={
        <div className="-mr-2 flex items-center">
          <IconButton label={t`Earlier month`} onClick={() => go(addMonths(month, -1))}>
            <ChevronLeft size={20} strokeWidth={1.75} />
          </IconButton>
          <span aria-live="polite" className="min-w-28 text-center text-14 font-500">
            {name}
          </span>
          <IconButton label={t`Later month`} disabled={month >= latest} onClick={() => go(addMonths(month, 1))}>
            <ChevronRight size={20} strokeWidth={1.75} />
          </IconButton>
        </div>
      }
      label={t`Spending by category, ${name}`}
      table={{
        head: [t`Category`, t`Spent`, t`The month before`, t`Transactions`],
        rows: (breakdown?.shares ?? []).map(({ category, spent, before, count }) => ({
          key: category,
          cells: [
            i18n._(categories[category].name),
            <RowsLink key="s" at={rowsOf(category, month)}>
              <Amount value={toWire(spent)} />
            </RowsLink>,
            <Amount key="b" value={toWire(before)} />,
            format.count(count),
          ],
        })),
      }}
    >
      {breakdown === undefined || breakdown.shares.length === 0 ? (
        <p className="py-8 text-center text-14 text-muted">
          <Trans>Nothing was spent in this month.</Trans>
        </p>
      ) : (
        <ul className={cx("-mx-2 transition-opacity", isPlaceholderData && "opacity-60")}>
          {breakdown.shares.map((share) => (
            <li key={share.category}>
              <CategoryBar
                share={share}
                largest={breakdown.shares[0]}
                open={search.category === share.category}
                onToggle={() => open(search.category === share.category ? undefined : share.category)}
              />
              {search.category === share.category && (
                <Suspense fallback={<RowsSkeleton />}>
                  <CategoryRows category={share.category} month={month} />
                </Suspense>
              )}
            </li>
          ))}
        </ul>
      )}
    </ChartCard>
  );
}

function CategoryBar({ share, largest, open, onToggle }: { share: SpendingShare; largest: SpendingShare | undefined; open: boolean; onToggle: () => void }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { name, fill } = categories[share.category];
  const top = largest === undefined || largest.share === 0 ? 1 : largest.share;
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={onToggle}
      className="grid min-h-14 w-full grid-cols-[auto_1fr_auto_auto] items-center gap-x-3 rounded-8 px-2 py-2 text-left -outline-offset-2 transition-colors hover:bg-sunken"
    >
      <CategoryMark category={share.category} />
      <span className="min-w-0">
        <span className="block truncate text-14 font-500">{i18n._(name)}</span>
        <span aria-hidden="true" className="mt-1.5 block h-1.5 overflow-hidden rounded-full bg-sunken">
          <span
            data-drawn=""
            className={cx("private block h-full rounded-full", fill)}
            style={{ width: `${Math.max(share.share > 0 ? 1 : 0, (share.share / top) * 100)}%` }}
          />
        </span>
      </span>
      <span className="min-w-24 text-right sm:min-w-40">
        <Amount value={toWire(share.spent)} className="block text-14 font-500" />
        <span className="block text-12 text-muted tabular">
          {format.percent(share.share)}
          <span className="hidden sm:inline">
            {" · "}
            <Plural value={share.count} one="# transaction" other="# transactions" />
          </span>
        </span>
      </span>
      <ChevronDown aria-hidden="true" size={16} strokeWidth={1.75} className={cx("text-muted transition-transform", open && "rotate-180")} />
    </button>
  );
}

function FindingWords({ breakdown, month }: { breakdown: SpendingBreakdown | undefined; month: string }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const first = breakdown?.shares[0];
  if (first === undefined || first.share === 0) return <Trans>Spending by category</Trans>;
  const category = i18n._(categories[first.category].name);
  const share = format.percent(first.share);
  return (
    <Trans>
      {category} took {share} of what you spent in {month}
    </Trans>
  );
}

function ComparedWords({ breakdown }: { breakdown: SpendingBreakdown }) {
  const change = changeOf(breakdown.total, breakdown.before);
  const total = <Amount value={toWire(breakdown.total)} className="font-500 text-ink" />;
  const difference = <Amount value={toWire(change.difference)} />;
  if (change.direction === "same") return <Trans>{total} in all, as much as the month before.</Trans>;
  return change.direction === "up" ? (
    <Trans>
      {total} in all, {difference} more than the month before.
    </Trans>
  ) : (
    <Trans>
      {total} in all, {difference} less than the month before.
    </Trans>
  );
}
