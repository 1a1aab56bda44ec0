import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { WalletCards } from "lucide-react";
import { type Overview, queries } from "../../api/queries.ts";
import { Age } from "../../ui/age.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { cx } from "../../ui/classes.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { AccountsCard } from "./accounts-card.tsx";
import { Attention } from "./attention.tsx";
import { MonthCard } from "./month-card.tsx";
import { NetWorthCard } from "./net-worth-card.tsx";
import { OverviewSkeleton } from "./overview-skeleton.tsx";
import { UpcomingCard } from "./upcoming-card.tsx";

/** More accounts than this are taller than the card beside them, and there is room for another one. */
const BESIDE_ONE_CARD = 6;

/** The first screen: what there is, how it moves, what needs the person. */
export function OverviewPage() {
  const { t } = useLingui();
  const { data, error, isPending, refetch } = useQuery(queries.overview());
  return (
    <>
      <PageHead
        title={t`Overview`}
        lead={
          data === undefined || data.dataFrom === null ? undefined : (
            <Trans>
              Oldest figure read <Age at={data.dataFrom} />
            </Trans>
          )
        }
      />
      {isPending && <OverviewSkeleton />}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (data.accounts.length === 0 && !data.missing.includes("accounts") ? <NoBank overview={data} /> : <Figures overview={data} />)}
    </>
  );
}

function NoBank({ overview }: { overview: Overview }) {
  return (
    <>
      <Attention items={overview.attention} />
      <div className="rounded-12 border bg-surface">
        <EmptyState
          icon={WalletCards}
          title={<Trans>Connect your first bank</Trans>}
          action={
            <LinkButton look="primary" to="/connect">
              <Trans>Connect a bank</Trans>
            </LinkButton>
          }
        >
          <Trans>Your net worth, accounts, spending and coming payments will be here, seconds after you say yes at your bank.</Trans>
        </EmptyState>
      </div>
    </>
  );
}

function Figures({ overview }: { overview: Overview }) {
  const { missing } = overview;
  const explained = !missing.includes("insights");
  const long = overview.accounts.length > BESIDE_ONE_CARD;
  return (
    <>
      <Attention items={overview.attention} />
      {missing.length > 0 && (
        <Notice tone="warning" className="mb-6" title={<Trans>Some of this page cannot be shown right now</Trans>}>
          {missing.includes("accounts") ? (
            <Trans>Accounts and balances do not answer. Your money is not affected.</Trans>
          ) : missing.includes("insights") ? (
            <Trans>Charts and coming payments do not answer. Balances below are complete.</Trans>
          ) : (
            <Trans>The state of your permissions does not answer. Balances below are complete.</Trans>
          )}
        </Notice>
      )}
      <div className="grid grid-cols-1 gap-6 lg:grid-cols-12">
        {overview.netWorth.length > 0 && (
          <div className="min-w-0 lg:col-span-12">
            <NetWorthCard overview={overview} />
          </div>
        )}
        <div className={cx("min-w-0", explained ? "lg:col-span-7" : "lg:col-span-12")}>
          <AccountsCard accounts={overview.accounts} />
        </div>
        {explained && (
          <>
            <div className="min-w-0 space-y-6 lg:col-span-5">
              <MonthCard overview={overview} />
              {long && <UpcomingCard upcoming={overview.upcoming} />}
            </div>
            {!long && (
              <div className="min-w-0 lg:col-span-12">
                <UpcomingCard upcoming={overview.upcoming} wide />
              </div>
            )}
          </>
        )}
      </div>
    </>
  );
}
