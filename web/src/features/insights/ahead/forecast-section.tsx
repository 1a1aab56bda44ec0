import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { ask } from "../../../api/client.ts";
import { ChartCard } from "../../../charts/chart-card.tsx";
import { dayPoints, monthTicks } from "../../../charts/day-axis.ts";
import { LazyLineChart } from "../../../charts/lazy-line-chart.tsx";
import { today } from "../../../format/clock.ts";
import { addDays, daysBetween } from "../../../format/dates.ts";
import { useFormat } from "../../../format/use-format.ts";
import { usePageWords } from "../../../i18n/use-page-words.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button, LinkButton } from "../../../ui/button.tsx";
import { CategoryMark } from "../../../ui/category.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Segmented } from "../../../ui/segmented.tsx";
import { ChartPlace, NothingHere, type Place, SectionProblem } from "../section-states.tsx";
import { aheadWords } from "./ahead-words.ts";
import { firstBelowZero, type Forecast, forecastFinding, type ForecastFinding } from "./forecast-finding.ts";

const HORIZONS = ["30", "60", "90"] as const;
type Horizon = (typeof HORIZONS)[number];

/** The balance ahead: what recurring payments and everything beside them make of it, in its band. */
export function ForecastSection({ currency, place }: { currency: string; place: Place }) {
  const ready = usePageWords(aheadWords);
  const [horizon, setHorizon] = useState<Horizon>("30");
  const days = Number.parseInt(horizon, 10);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["insights", "forecast", days],
    queryFn: ({ signal }) => ask("getForecast", { query: { days } }, signal),
    placeholderData: keepPreviousData,
  });
  if (!ready || isPending) return <ChartPlace {...place} loading />;
  if (data === undefined) return <SectionProblem title={place.title} error={error} onRetry={() => void refetch()} />;
  const found = data.currencies.find((one) => one.currency === currency);
  const finding = found === undefined ? undefined : forecastFinding(found, today());
  if (found === undefined || finding === undefined) return <NoForecast title={place.title} found={found} />;
  return <ForecastCard found={found} finding={finding} horizon={horizon} onHorizon={setHorizon} />;
}

function ForecastCard({
  found,
  finding,
  horizon,
  onHorizon,
}: {
  found: Forecast;
  finding: ForecastFinding;
  horizon: Horizon;
  onHorizon: (horizon: Horizon) => void;
}) {
  const { t } = useLingui();
  const format = useFormat();
  const { days, due, knownDays, knownUntil, currency } = found;
  const [first, last] = [days[0]?.date ?? today(), days.at(-1)?.date ?? today()];
  const readDay = format.day(knownUntil);
  const reached = daysBetween(today(), last);
  const below = firstBelowZero(days, today());
  const belowDay = below === undefined ? "" : format.day(below.date);
  const name = t`Expected balance`;
  const between = t`8 of 10 between`;
  return (
    <ChartCard
      title={<FindingWords finding={finding} />}
      description={
        <>
          <Trans>
            Recurring payments on their days, and what comes beside them. Of equally long stretches of the last {knownDays} days, 8 of 10 ended in the band,
            reckoned with the recurring payments known today.
          </Trans>{" "}
          {knownUntil < today() && <Trans>All accounts are known up to {readDay}; what came since, today included, is expected as well.</Trans>}{" "}
          {reached < Number.parseInt(horizon, 10) && (
            <Plural
              value={reached}
              one="So much of the past carries no further than # day ahead."
              other="So much of the past carries no further than # days ahead."
            />
          )}
        </>
      }
      controls={
        <Segmented label={t`How far ahead`} value={horizon} onChange={onHorizon} options={HORIZONS.map((value) => ({ value, label: t`${value} days` }))} />
      }
      label={t`Balance ahead by day`}
      table={{
        head: [t`Day`, name, between],
        rows: days.map(({ date, low, expected, high }) => ({
          key: date,
          cells: [
            format.day(date),
            <Amount key="e" value={expected} />,
            <span key="b">
              <Amount value={low} /> – <Amount value={high} />
            </span>,
          ],
        })),
      }}
    >
      {below !== undefined && (
        <Notice tone="warning" className="mb-4" title={<Trans>It may go below zero from {belowDay}</Trans>}>
          <Trans>That is the low edge of the band: one in ten of those stretches ended lower still.</Trans>
        </Notice>
      )}
      <LazyLineChart
        label={t`Balance ahead by day`}
        currency={currency}
        height={260}
        lines={[{ key: "expected", name, main: true, points: dayPoints(days.map(({ date, expected }) => ({ date, amount: expected }))) }]}
        band={{
          name: between,
          low: dayPoints(days.map(({ date, low }) => ({ date, amount: low }))),
          high: dayPoints(days.map(({ date, high }) => ({ date, amount: high }))),
        }}
        start={Math.max(0, daysBetween(first, today()))}
        xName={(x) => format.day(addDays(first, x))}
        ticks={weekTicks(first, last, format.numericDay, (month) => format.shortMonth(month))}
      />
      {due.length > 0 && <DueList due={due} />}
    </ChartCard>
  );
}

/** Every week of one or two months is named, of more the months. */
function weekTicks(first: string, last: string, dayName: (day: string) => string, monthName: (month: string) => string): { x: number; label: string }[] {
  const months = monthTicks(first, last, monthName);
  if (months.length > 1) return months;
  const weeks: { x: number; label: string }[] = [];
  for (let x = 0; addDays(first, x) <= last; x += 7) weeks.push({ x, label: dayName(addDays(first, x)) });
  return weeks;
}

const SHOWN = 6;

/** What is due on these days; each leads to the rows of its series. */
function DueList({ due }: { due: Forecast["due"] }) {
  const format = useFormat();
  const [all, setAll] = useState(false);
  const count = due.length;
  return (
    <div className="mb-2 mt-4 border-t pt-4">
      <h3 className="text-14 font-500">
        <Trans>Expected payments</Trans>
      </h3>
      <ul className="-mx-2 mt-1 grid grid-cols-1 gap-x-4 lg:grid-cols-2">
        {(all ? due : due.slice(0, SHOWN)).map(({ recurringId, counterpartyName, category, date, amount }) => (
          <li key={`${recurringId} ${date}`}>
            <Link
              to="/transactions"
              search={{ recurring: recurringId }}
              className="flex min-h-12 items-center gap-3 rounded-8 px-2 py-1 -outline-offset-2 transition-colors hover:bg-sunken"
            >
              <CategoryMark category={category} />
              <span className="min-w-0 flex-1">
                <span className="block truncate text-14">{counterpartyName}</span>
                <span className="block text-12 text-muted">{format.shortDay(date, today())}</span>
              </span>
              <Amount value={amount} sign="always" className="text-14" />
            </Link>
          </li>
        ))}
      </ul>
      {!all && count > SHOWN && (
        <Button size="small" look="quiet" className="mt-1" onClick={() => setAll(true)}>
          <Trans>Show all {count}</Trans>
        </Button>
      )}
    </div>
  );
}

function NoForecast({ title, found }: { title: ReactNode; found: Forecast | undefined }) {
  const format = useFormat();
  if (found === undefined || found.knownSince === null) {
    return (
      <NothingHere title={title}>
        <Trans>What your balance is heading for will be here once an account with a balance and transactions is read.</Trans>
      </NothingHere>
    );
  }
  const { knownDays, neededDays, knownUntil } = found;
  // Enough is known, so what is missing are the days since.
  if (knownDays >= neededDays) {
    const readDay = format.day(knownUntil);
    return (
      <NothingHere
        title={title}
        action={
          <LinkButton size="small" to="/permissions">
            <Trans>Read again under Permissions</Trans>
          </LinkButton>
        }
      >
        <Trans>An account was last read on {readDay}, too long ago for a forecast. Once all accounts are read again, the balance ahead is here.</Trans>
      </NothingHere>
    );
  }
  const since = format.day(found.knownSince);
  return (
    <NothingHere title={title}>
      <Trans>
        A forecast takes {neededDays} days of transactions of every account. Here they are known since {since}: {knownDays} days.
      </Trans>
    </NothingHere>
  );
}

function FindingWords({ finding }: { finding: ForecastFinding }) {
  const format = useFormat();
  const amount = <Amount value={finding.amount} />;
  const day = format.shortDay(finding.date, today());
  if (finding.kind === "before-income") {
    const { counterpartyName } = finding;
    return (
      <Trans>
        About {amount} left on {day}, before {counterpartyName} pays
      </Trans>
    );
  }
  return finding.kind === "lowest" ? (
    <Trans>
      Lowest on {day}, about {amount}
    </Trans>
  ) : (
    <Trans>
      About {amount} on {day}
    </Trans>
  );
}
