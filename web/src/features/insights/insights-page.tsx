import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { ChartNoAxesCombined } from "lucide-react";
import { lazy, useState } from "react";
import { queries } from "../../api/queries.ts";
import { today } from "../../format/clock.ts";
import { monthOf } from "../../format/dates.ts";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { IncompleteNote } from "../../ui/incomplete-note.tsx";
import { PageHead } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { CashFlowSection } from "./cash-flow-section.tsx";
import { RecurringSection } from "./recurring-section.tsx";
import { SpendingSection } from "./spending-section.tsx";
import { WhenNear } from "./when-near.tsx";

const BalanceSection = lazy(() => import("./balance-section.tsx").then((module) => ({ default: module.BalanceSection })));
const BudgetsSection = lazy(() => import("./ahead/budgets-section.tsx").then((module) => ({ default: module.BudgetsSection })));
const ForecastSection = lazy(() => import("./ahead/forecast-section.tsx").then((module) => ({ default: module.ForecastSection })));

/** What the ledger means: each chart says its finding, and each figure leads to its rows. */
export function InsightsPage() {
  const { t } = useLingui();
  const cashFlow = useQuery(queries.cashFlow(13));
  const accounts = useQuery(queries.accounts()).data?.accounts;
  const known = accounts ?? [];
  const currencies = cashFlow.data?.currencies.map(({ currency }) => currency) ?? [];
  const [chosen, setChosen] = useState<string>();
  const currency = chosen !== undefined && currencies.includes(chosen) ? chosen : (currencies[0] ?? "EUR");
  const nothing = accounts?.length === 0;
  return (
    <>
      <PageHead
        title={t`Insights`}
        lead={<Trans>Your own transfers are left out. Months are those of the booking date.</Trans>}
        action={
          currencies.length > 1 ? (
            <Segmented label={t`Currency`} value={currency} onChange={setChosen} options={currencies.map((one) => ({ value: one, label: one }))} />
          ) : undefined
        }
      />
      {nothing ? (
        <EmptyState
          icon={ChartNoAxesCombined}
          title={<Trans>Your insights will be here</Trans>}
          action={
            <LinkButton look="primary" to="/connect">
              <Trans>Connect a bank</Trans>
            </LinkButton>
          }
        >
          <Trans>Money in and out by month, spending by category, what repeats, and how your balances move.</Trans>
        </EmptyState>
      ) : (
        <div className="space-y-6">
          <IncompleteNote accounts={known} />
          <CashFlowSection query={cashFlow} currency={currency} accounts={known} />
          <SpendingSection currency={currency} latest={monthOf(today())} accounts={known} />
          <RecurringSection currency={currency} />
          <WhenNear title={<Trans>Balance over time</Trans>} height="h-65">
            {(place) => <BalanceSection currency={currency} accounts={known} place={place} />}
          </WhenNear>
          <WhenNear title={<Trans>Balance ahead</Trans>} height="h-80">
            {(place) => <ForecastSection currency={currency} place={place} />}
          </WhenNear>
          <WhenNear title={<Trans>Budgets</Trans>} height="h-80">
            {(place) => <BudgetsSection currency={currency} place={place} />}
          </WhenNear>
        </div>
      )}
    </>
  );
}
