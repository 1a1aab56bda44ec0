import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type AccountView, queries } from "../../api/queries.ts";
import { ChartCard } from "../../charts/chart-card.tsx";
import { dayPoints, monthTicks } from "../../charts/day-axis.ts";
import { courseFinding } from "../../charts/findings.ts";
import { LazyLineChart } from "../../charts/lazy-line-chart.tsx";
import { accountsIn, type RowsAt, RowsLink } from "../../charts/rows-link.tsx";
import { toWire } from "../../format/amounts.ts";
import { today } from "../../format/clock.ts";
import { addDays } from "../../format/dates.ts";
import { useFormat } from "../../format/use-format.ts";
import { numberTail } from "../../ui/account-name.ts";
import { Amount } from "../../ui/amount.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { ChartPlace, NothingHere, type Place, SectionProblem } from "./section-states.tsx";

const SPANS = { "3m": 91, "1y": 365, "2y": 730 } as const;

/** The balance of everything, or of one account, at the end of each day. */
export function BalanceSection({ currency, accounts, place }: { currency: string; accounts: readonly AccountView[]; place: Place }) {
  const { t } = useLingui();
  const format = useFormat();
  const navigate = useNavigate({ from: "/insights" });
  const span = useSearch({ from: "/signed-in/insights" }).span ?? "1y";
  const [accountId, setAccountId] = useState("");
  const to = today();
  const from = addDays(to, -SPANS[span]);
  const { data, error, isPending, refetch } = useQuery({ ...queries.netWorth(from, to), placeholderData: keepPreviousData });
  if (isPending) return <ChartPlace {...place} loading />;
  if (data === undefined) return <SectionProblem title={place.title} error={error} onRetry={() => void refetch()} />;

  const known = accounts.filter((account) => data.accounts.some((one) => one.accountId === account.accountId && one.currency === currency));
  const account = known.find((one) => one.accountId === accountId);
  const days =
    account === undefined
      ? (data.currencies.find((one) => one.currency === currency)?.days ?? [])
      : (data.accounts.find((one) => one.accountId === account.accountId)?.days ?? []);
  const first = days[0]?.date;
  const last = days.at(-1)?.date;
  const finding = courseFinding(days);
  if (first === undefined || last === undefined || finding === undefined) {
    return (
      <NothingHere title={place.title}>
        <Trans>How your balances move will be here once accounts are read.</Trans>
      </NothingHere>
    );
  }
  const name = account?.name ?? t`Net worth`;
  const shown = account === undefined ? accountsIn(currency, accounts) : { account: [account.accountId] };
  const rowsOf = (day: string): RowsAt => ({ to: "/transactions", search: { from: day, to: day, ...shown } });
  const difference = <Amount value={toWire(finding.difference)} />;
  const since = format.day(finding.since);
  return (
    <ChartCard
      title={
        finding.direction === "same" ? (
          <Trans>
            {name} is the same as on {since}
          </Trans>
        ) : finding.direction === "up" ? (
          <Trans>
            {name} went up by {difference} since {since}
          </Trans>
        ) : (
          <Trans>
            {name} went down by {difference} since {since}
          </Trans>
        )
      }
      description={
        <Trans>
          Now <Amount value={toWire(finding.now)} className="font-500 text-ink" />. Worked back day by day from the bank’s balance through the bookings.
        </Trans>
      }
      controls={
        <div className="flex flex-wrap items-center gap-2">
          {known.length > 1 && (
            <select
              aria-label={t`Account`}
              value={accountId}
              onChange={(event) => setAccountId(event.target.value)}
              className="min-h-9 max-w-48 rounded-8 border border-line-strong bg-surface px-2 text-14"
            >
              <option value="">{t`All accounts`}</option>
              {known.map((one) => (
                <option key={one.accountId} value={one.accountId}>
                  {`${one.name} ${numberTail(one.maskedNumber)}`.trim()}
                </option>
              ))}
            </select>
          )}
          <Segmented
            label={t`How far back`}
            value={span}
            onChange={(next) =>
              void navigate({ search: (before) => ({ ...before, span: next === "1y" ? undefined : next }) as typeof before, replace: true, resetScroll: false })
            }
            options={[
              { value: "3m", label: t`3 months` },
              { value: "1y", label: t`1 year` },
              { value: "2y", label: t`2 years` },
            ]}
          />
        </div>
      }
      label={t`Balance by day: ${name}`}
      table={{
        head: [t`Day`, t`Balance`],
        rows: days.toReversed().map(({ date, amount }) => ({
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
        label={t`Balance by day: ${name}`}
        currency={currency}
        height={260}
        lines={[{ key: "balance", name, main: true, points: dayPoints(days) }]}
        xName={(x) => format.day(addDays(first, x))}
        rowsAt={(x) => rowsOf(addDays(first, x))}
        ticks={monthTicks(first, last, (month) => (month.endsWith("-01") ? month.slice(0, 4) : format.shortMonth(month)))}
      />
    </ChartCard>
  );
}
