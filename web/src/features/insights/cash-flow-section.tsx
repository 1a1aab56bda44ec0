import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { AccountView, CashFlow } from "../../api/queries.ts";
import { ChartCard } from "../../charts/chart-card.tsx";
import { cashFlowFinding, type CashFlowFinding } from "../../charts/findings.ts";
import { accountsIn, countedRows, RowsLink } from "../../charts/rows-link.tsx";
import { toWire } from "../../format/amounts.ts";
import { today } from "../../format/clock.ts";
import { firstDayOf, lastDayOf, monthOf } from "../../format/dates.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { ChartPlace, NothingHere, SectionProblem } from "./section-states.tsx";

const CashFlowChart = lazy(() => import("../../charts/cash-flow-chart.tsx").then((module) => ({ default: module.CashFlowChart })));

/** Money in and out by month, and what remained. */
export function CashFlowSection({ query, currency, accounts }: { query: UseQueryResult<CashFlow>; currency: string; accounts: readonly AccountView[] }) {
  const { t } = useLingui();
  const format = useFormat();
  const { data, error, isPending, refetch } = query;
  const title = <Trans>Cash flow</Trans>;
  if (isPending) return <ChartPlace title={title} height="h-65" loading />;
  if (data === undefined) return <SectionProblem title={title} error={error} onRetry={() => void refetch()} />;
  const months = data.currencies.find((one) => one.currency === currency)?.months ?? [];
  const finding = cashFlowFinding(months, currency, monthOf(today()));
  if (!months.some(({ count }) => count > 0)) {
    return (
      <NothingHere title={title}>
        <Trans>Money in and out by month will be here once transactions are read.</Trans>
      </NothingHere>
    );
  }
  const own = accountsIn(currency, accounts);
  const rowsOf = (month: string, dir?: "in" | "out") => countedRows({ from: firstDayOf(month), to: lastDayOf(month), ...own, ...(dir && { dir }) });
  const names = { in: t`In`, out: t`Out`, left: t`Remained` };
  return (
    <ChartCard
      title={<FindingWords finding={finding} />}
      description={<Trans>Choose a month to see its transactions.</Trans>}
      label={t`Cash flow by month`}
      table={{
        head: [t`Month`, names.in, names.out, names.left],
        rows: months.toReversed().map((month) => ({
          key: month.month,
          cells: [
            format.month(month.month),
            <RowsLink key="in" at={rowsOf(month.month, "in")}>
              <Amount value={month.income} />
            </RowsLink>,
            <RowsLink key="out" at={rowsOf(month.month, "out")}>
              <Amount value={month.expenses} />
            </RowsLink>,
            <RowsLink key="left" at={rowsOf(month.month)}>
              <Amount value={month.net} tone="compared" sign="always" />
            </RowsLink>,
          ],
        })),
      }}
    >
      <Suspense
        fallback={
          <div className="@container">
            <div className="pt-11 @xl:pt-6">
              <Bone className="h-65 w-full rounded-8" />
            </div>
          </div>
        }
      >
        <CashFlowChart label={t`Cash flow by month`} months={months} currency={currency} names={names} />
      </Suspense>
    </ChartCard>
  );
}

function FindingWords({ finding }: { finding: CashFlowFinding }) {
  if (finding.kind === "nothing") return <Trans>Cash flow</Trans>;
  if (finding.kind === "even") return <Plural value={finding.months} one="Last month came out even" other="On average, the last # months came out even" />;
  const average = <Amount value={toWire(finding.average)} />;
  if (finding.months === 1) {
    return finding.kind === "left-over" ? <Trans>{average} remained last month</Trans> : <Trans>Last month {average} more went out than came in</Trans>;
  }
  const { months } = finding;
  return finding.kind === "left-over" ? (
    <Trans>
      On average {average} a month remained over the last {months} months
    </Trans>
  ) : (
    <Trans>
      On average {average} a month more went out than came in over the last {months} months
    </Trans>
  );
}
