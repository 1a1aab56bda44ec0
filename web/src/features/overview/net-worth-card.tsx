import { Trans, useLingui } from "@lingui/react/macro";
import type { Overview } from "../../api/queries.ts";
import { LazyLineChart } from "../../charts/lazy-line-chart.tsx";
import { dayPoints, monthTicks } from "../../charts/day-axis.ts";
import { courseFinding } from "../../charts/findings.ts";
import { accountsIn, type RowsAt, RowsLink } from "../../charts/rows-link.tsx";
import { addDays } from "../../format/dates.ts";
import { toWire } from "../../format/amounts.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount, Figure } from "../../ui/amount.tsx";
import { IncompleteNote } from "../../ui/incomplete-note.tsx";
import { DataTableToggle } from "../../charts/table-toggle.tsx";

/** What everything comes to, and how that moved in a year. */
export function NetWorthCard({ overview }: { overview: Overview }) {
  const { t } = useLingui();
  const format = useFormat();
  const [main, ...others] = overview.netWorth;
  const history = overview.netWorthHistory;
  const first = history[0]?.date;
  const last = history.at(-1)?.date;
  if (main === undefined) return null;
  const own = accountsIn(main.currency, overview.accounts);
  const rowsOf = (day: string): RowsAt => ({ to: "/transactions", search: { from: day, to: day, ...own } });
  return (
    <section aria-label={t`Net worth`} className="rounded-12 border bg-surface p-4 sm:p-6">
      <h2 className="text-14 font-500 text-muted">
        <Trans>Net worth</Trans>
      </h2>
      <p className="mt-1 flex flex-wrap items-baseline gap-x-6 gap-y-1">
        <Figure value={main} className="text-[2rem]/[2.5rem] sm:text-40" />
        {others.map((amount) => (
          <Figure key={amount.currency} value={amount} className="text-20" />
        ))}
      </p>
      <CourseWords history={history} />
      <IncompleteNote accounts={overview.accounts} of="balances" className="mt-2" />
      {first !== undefined && last !== undefined && first !== last && (
        <DataTableToggle
          className="mt-6"
          label={t`Net worth`}
          table={{
            head: [t`Day`, t`Net worth`],
            rows: history.toReversed().map(({ date, amount }) => ({
              key: date,
              cells: [
                format.day(date),
                <RowsLink key="a" at={rowsOf(date)}>
                  <Amount value={amount} />
                </RowsLink>,
              ],
            })),
          }}
        >
          <LazyLineChart
            label={t`Net worth by day`}
            currency={main.currency}
            height={200}
            lines={[{ key: "net", name: t`Net worth`, main: true, points: dayPoints(history) }]}
            xName={(x) => format.day(addDays(first, x))}
            rowsAt={(x) => rowsOf(addDays(first, x))}
            ticks={monthTicks(first, last, (month) => format.shortMonth(month))}
          />
        </DataTableToggle>
      )}
    </section>
  );
}

function CourseWords({ history }: { history: Overview["netWorthHistory"] }) {
  const format = useFormat();
  const finding = courseFinding(history);
  if (finding === undefined) return null;
  const since = format.day(finding.since);
  const difference = <Amount value={toWire(finding.difference)} className="font-500 text-ink" />;
  const share = finding.share === undefined ? "" : ` (${format.percent(finding.share)})`;
  return (
    <p className="mt-1 text-14 text-muted">
      {finding.direction === "up" && (
        <Trans>
          Up {difference}
          {share} since {since}
        </Trans>
      )}
      {finding.direction === "down" && (
        <Trans>
          Down {difference}
          {share} since {since}
        </Trans>
      )}
      {finding.direction === "same" && <Trans>The same as on {since}</Trans>}
    </p>
  );
}
