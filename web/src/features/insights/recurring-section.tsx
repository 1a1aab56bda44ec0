import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TrendingDown, TrendingUp } from "lucide-react";
import { queries, type Recurring } from "../../api/queries.ts";
import { recurringPerMonth } from "../../charts/findings.ts";
import { compare, fromWire, isZero, magnitude, toWire } from "../../format/amounts.ts";
import { today } from "../../format/clock.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CategoryMark } from "../../ui/category.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { ChartPlace, NothingHere, SectionProblem } from "./section-states.tsx";

/** What repeats: how often, when next, and whether the price changed. */
export function RecurringSection({ currency }: { currency: string }) {
  const { data, error, isPending, refetch } = useQuery(queries.recurring());
  const title = <Trans>Recurring payments</Trans>;
  if (isPending) return <ChartPlace title={title} height="h-65" loading />;
  if (data === undefined) return <SectionProblem title={title} error={error} onRetry={() => void refetch()} />;
  const mine = data.recurring.filter(({ amount }) => amount.currency === currency);
  const active = mine.filter(({ status }) => status === "active").toSorted((a, b) => (a.nextDate ?? "9").localeCompare(b.nextDate ?? "9"));
  const ended = mine.filter(({ status }) => status === "ended").toSorted((a, b) => b.lastDate.localeCompare(a.lastDate));
  if (mine.length === 0) {
    return (
      <NothingHere title={title}>
        <Trans>Rent, subscriptions and salary are found after they have repeated a few times.</Trans>
      </NothingHere>
    );
  }
  const perMonth = recurringPerMonth(mine, currency);
  const total = <Amount value={toWire(perMonth)} />;
  const count = ended.length;
  return (
    <SectionCard
      title={isZero(perMonth) ? title : <Trans>Recurring payments come to {total} a month</Trans>}
      description={<Trans>Found in your transactions by amount, counterparty and rhythm.</Trans>}
    >
      <ul className="grid grid-cols-1 gap-x-4 px-2 pb-2 pt-3 sm:px-4 lg:grid-cols-2">
        {active.map((one) => (
          <li key={one.recurringId}>
            <RecurringRow one={one} />
          </li>
        ))}
      </ul>
      {count > 0 && (
        <details className="border-t px-2 py-2 sm:px-4">
          <summary className="flex min-h-10 items-center rounded-8 px-2 text-14 text-muted hover:text-ink">
            <Trans>Ended ({count})</Trans>
          </summary>
          <ul className="grid grid-cols-1 gap-x-4 lg:grid-cols-2">
            {ended.map((one) => (
              <li key={one.recurringId}>
                <RecurringRow one={one} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </SectionCard>
  );
}

function RecurringRow({ one }: { one: Recurring }) {
  const { t } = useLingui();
  const format = useFormat();
  const cadence = { weekly: t`Weekly`, monthly: t`Monthly`, quarterly: t`Every 3 months`, yearly: t`Yearly` }[one.cadence];
  const day = format.shortDay(one.nextDate ?? one.lastDate, today());
  return (
    <Link
      to="/transactions"
      search={{ recurring: one.recurringId }}
      className="flex min-h-14 items-center gap-3 rounded-8 px-2 py-1.5 -outline-offset-2 transition-colors hover:bg-sunken"
    >
      <CategoryMark category={one.category} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-14 font-500">{one.counterpartyName}</span>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-12 text-muted">
          <span>
            {cadence} ·{" "}
            {one.nextDate === null ? <Trans>last {day}</Trans> : one.nextDate < today() ? <Trans>was expected {day}</Trans> : <Trans>next {day}</Trans>}
          </span>
          <PriceChange one={one} />
        </span>
      </span>
      <Amount value={one.amount} sign="always" className="text-right text-14 font-500" />
    </Link>
  );
}

function PriceChange({ one }: { one: Recurring }) {
  const { t } = useLingui();
  const format = useFormat();
  if (one.previousAmount === null || one.changedOn === null || one.previousAmount.currency !== one.amount.currency) return null;
  const dearer = compare(magnitude(fromWire(one.amount)), magnitude(fromWire(one.previousAmount))) > 0;
  const Icon = dearer ? TrendingUp : TrendingDown;
  const before = format.amount(one.previousAmount, "never");
  const since = format.shortDay(one.changedOn, today());
  const words = t`Was ${before} until ${since}`;
  return (
    <Badge tone={dearer ? "warning" : "neutral"} className="min-w-0 shrink">
      <Icon aria-hidden="true" size={16} strokeWidth={1.75} className="shrink-0" />
      <span className="amount truncate">{words}</span>
    </Badge>
  );
}
