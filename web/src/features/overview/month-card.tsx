import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import type { Overview } from "../../api/queries.ts";
import { ChartCard } from "../../charts/chart-card.tsx";
import { changeOf } from "../../charts/findings.ts";
import { LazyLineChart } from "../../charts/lazy-line-chart.tsx";
import { accountsIn, countedRows, RowsLink } from "../../charts/rows-link.tsx";
import { fromWire, toWire } from "../../format/amounts.ts";
import { today } from "../../format/clock.ts";
import { addDays, addMonths, firstDayOf, monthOf } from "../../format/dates.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { IncompleteNote, incompleteNames } from "../../ui/incomplete-note.tsx";

type Month = Overview["month"][number];

/** Spending of this month so far against the same day of last month. */
export function MonthCard({ overview }: { overview: Pick<Overview, "month" | "accounts" | "netWorthHistory"> }) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<string>();
  const months = overview.month.filter(({ thisMonth, lastMonth }) => thisMonth.length > 0 || lastMonth.length > 0);
  const main = months.find(({ currency }) => currency === chosen) ?? months[0];
  if (main === undefined) {
    return (
      <SectionCard title={<Trans>This month so far</Trans>}>
        <p className="px-4 pb-5 pt-2 text-14 text-muted sm:px-6">
          <Trans>Spending of this month against last month will be here.</Trans>
        </p>
      </SectionCard>
    );
  }
  return (
    <MonthChart
      month={main}
      asOf={overview.netWorthHistory.at(-1)?.date ?? today()}
      accounts={overview.accounts}
      controls={
        months.length > 1 && (
          <Segmented
            label={t`Currency`}
            value={main.currency}
            onChange={setChosen}
            options={months.map(({ currency }) => ({ value: currency, label: currency }))}
          />
        )
      }
    />
  );
}

function MonthChart({
  month,
  asOf,
  accounts,
  controls,
}: {
  month: Month;
  /** The day that is "today" to the figures. */
  asOf: string;
  accounts: Overview["accounts"];
  controls: ReactNode;
}) {
  const { t } = useLingui();
  const format = useFormat();
  const { thisMonth, lastMonth, currency } = month;
  const latest = thisMonth.at(-1);
  const sameDay = latest === undefined ? undefined : lastMonth.findLast(({ day }) => day <= latest.day);
  const change = latest === undefined || sameDay === undefined ? undefined : changeOf(fromWire(latest.amount), fromWire(sameDay.amount));
  const difference = change === undefined ? null : <Amount value={toWire(change.difference)} />;
  const title =
    change === undefined ? (
      <Trans>This month so far</Trans>
    ) : change.direction === "same" ? (
      <Trans>You have spent as much as by this day last month</Trans>
    ) : change.direction === "up" ? (
      <Trans>You have spent {difference} more than by this day last month</Trans>
    ) : (
      <Trans>You have spent {difference} less than by this day last month</Trans>
    );
  const names = { now: t`This month`, before: t`Last month` };
  const days = [...new Set([...thisMonth, ...lastMonth].map(({ day }) => day))].toSorted((a, b) => a - b);
  const now = monthOf(asOf);
  const before = addMonths(now, -1);
  const own = accountsIn(currency, accounts);
  /** What was spent in a month up to a day of it. */
  const rowsOf = (of: string, day: number) => countedRows({ from: firstDayOf(of), to: addDays(firstDayOf(of), day - 1), dir: "out", ...own });
  const at = (list: Month["thisMonth"], of: string, day: number) => {
    const found = list.find((one) => one.day === day);
    if (found === undefined) return "";
    return (
      <RowsLink at={rowsOf(of, day)}>
        <Amount value={found.amount} />
      </RowsLink>
    );
  };
  return (
    <ChartCard
      title={title}
      description={incompleteNames(accounts) === undefined ? undefined : <IncompleteNote accounts={accounts} />}
      controls={controls}
      label={t`Spending by day of the month`}
      table={{
        head: [t`Day`, names.now, names.before],
        rows: days.map((day) => ({ key: String(day), cells: [day, at(thisMonth, now, day), at(lastMonth, before, day)] })),
      }}
    >
      <LazyLineChart
        label={t`Spending by day of the month`}
        currency={currency}
        height={180}
        includeZero
        lines={[
          { key: "now", name: names.now, main: true, points: thisMonth.map(({ day, amount }) => ({ x: day, amount })) },
          { key: "before", name: names.before, points: lastMonth.map(({ day, amount }) => ({ x: day, amount })) },
        ]}
        rowsAt={(day) => (latest !== undefined && day <= latest.day ? rowsOf(now, day) : rowsOf(before, day))}
        xName={(day) => t`Day ${format.count(day)}`}
        ticks={[1, 8, 15, 22, 29].map((day) => ({ x: day, label: format.count(day) }))}
      />
    </ChartCard>
  );
}
