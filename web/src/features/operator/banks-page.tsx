import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Landmark } from "lucide-react";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { BankCard } from "./bank-card.tsx";
import { DirectorySearch } from "./directory-search.tsx";
import { operatorQueries } from "./operator-api.ts";
import { OperatorHead } from "./operator-head.tsx";
import { Quarantines } from "./quarantines.tsx";

/** Operators: how we stand with each bank. */
export function OperatorBanksPage() {
  const { t } = useLingui();
  const { data, error, isPending, refetch } = useQuery(operatorQueries.banks());
  return (
    <>
      <OperatorHead title={t`Banks`} lead={<Trans>Our registration at each bank, step by step, and what to do when one is stuck.</Trans>} />
      <Quarantines />
      {isPending && <BanksSkeleton />}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && data.missing.length > 0 && (
        <Notice tone="warning" className="mb-6" title={<Trans>Some of this page cannot be shown right now</Trans>}>
          {data.missing.includes("certificates") && (
            <p>
              <Trans>How long certificates last is not known at the moment.</Trans>
            </p>
          )}
          {data.missing.includes("banks") && (
            <p>
              <Trans>Names and health of banks are not known at the moment.</Trans>
            </p>
          )}
          {data.missing.includes("drift") && (
            <p>
              <Trans>Whether banks differ from what we registered is not known at the moment.</Trans>
            </p>
          )}
        </Notice>
      )}
      {data !== undefined && data.banks.length === 0 && (
        <EmptyState icon={Landmark} title={<Trans>Registered nowhere yet</Trans>}>
          <Trans>Choose a bank in the directory below, or name banks in a document and apply it.</Trans>
        </EmptyState>
      )}
      <div className="space-y-6">
        {data?.banks.map((bank) => (
          <BankCard key={bank.aspspId} bank={bank} alone={data.banks.length === 1} />
        ))}
      </div>
      <DirectorySearch />
    </>
  );
}

function BanksSkeleton() {
  return (
    <Loading className="rounded-12 border bg-surface p-4 sm:p-6">
      <div className="flex items-center gap-3">
        <Bone className="size-12 rounded-12" />
        <Bone className="h-6 w-40" />
      </div>
      <Bone className="mt-6 h-64 w-full" />
    </Loading>
  );
}
