import { Trans, useLingui } from "@lingui/react/macro";
import { lazy, Suspense, useState } from "react";
import { type FundsPermission, queries } from "../../../api/queries.ts";
import { useFormat } from "../../../format/use-format.ts";
import { Age } from "../../../ui/age.tsx";
import { AllowFundsAgain } from "../../../ui/allow-funds-again.tsx";
import { Button } from "../../../ui/button.tsx";
import { BankMark } from "../../../ui/mark.tsx";
import { permissionTitleId } from "../../../ui/withdraw/permission-title.ts";
import { Fact } from "./fact.tsx";
import { History } from "./history.tsx";
import { Receipts } from "./receipts.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { ValidityBar } from "./validity-bar.tsx";

const WithdrawFundsDialog = lazy(() => import("../../../ui/withdraw/withdraw-funds-dialog.tsx").then((module) => ({ default: module.WithdrawFundsDialog })));

/** A permission to ask whether one account holds an amount: what, which account, since, until, last used, what happened, and the ways to renew and to end it. */
export function FundsCard({ permission }: { permission: FundsPermission }) {
  const { t } = useLingui();
  const format = useFormat();
  const { aspspId, aspspName: bank, fundsConsentId, status, maskedNumber, lastConfirmation } = permission;
  const since = permission.authorisedAt ?? permission.createdAt;
  const [withdrawing, setWithdrawing] = useState(false);
  const titleId = permissionTitleId(fundsConsentId);
  return (
    // Several at one bank differ by their account.
    <section aria-labelledby={`${titleId} ${titleId}-account`} className="rounded-12 border bg-surface">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4 sm:p-6">
        <BankMark name={bank} size="large" />
        <div className="min-w-0 flex-1 basis-40">
          <h2 id={titleId} tabIndex={-1} className="text-20 font-600 text-balance break-words">
            {t`${bank}: is there enough?`}
          </h2>
          <div className="mt-1 flex flex-wrap gap-2">
            <StatusBadge connection={permission} />
          </div>
        </div>
        {status === "valid" && (
          <div className="flex flex-wrap gap-2">
            <AllowFundsAgain permission={permission}>
              <Trans>Renew</Trans>
            </AllowFundsAgain>
            <Button size="small" look="danger" onClick={() => setWithdrawing(true)}>
              <Trans>Withdraw</Trans>
            </Button>
          </div>
        )}
        {permission.missed && (
          <AllowFundsAgain permission={permission}>
            <Trans>Allow again</Trans>
          </AllowFundsAgain>
        )}
      </header>
      {since !== null && permission.daysLeft !== null && <ValidityBar since={since} permission={permission} />}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 border-t p-4 sm:p-6 lg:grid-cols-4">
        <Fact name={<Trans>May be asked</Trans>}>
          <Trans>Whether an amount is there: yes or no, never how much</Trans>
        </Fact>
        {since !== null && <Fact name={<Trans>Since</Trans>}>{format.instantDay(since)}</Fact>}
        {permission.endedAt === null ? (
          <Fact name={<Trans>Until</Trans>}>{format.instantDay(permission.validUntil)}</Fact>
        ) : (
          <Fact name={<Trans>Ended</Trans>}>{format.instantDay(permission.endedAt)}</Fact>
        )}
        <Fact name={<Trans>Last used</Trans>}>
          {lastConfirmation !== null ? <Age at={lastConfirmation.confirmedAt} /> : permission.endedAt === null ? <Trans>Not yet</Trans> : <Trans>Never</Trans>}
        </Fact>
      </dl>
      <div className="border-t px-4 py-4 sm:px-6">
        <h3 className="text-12 text-muted">
          <Trans>Account</Trans>
        </h3>
        <p id={`${titleId}-account`} className="mt-1 text-14 tabular">
          {maskedNumber ?? <Trans>The one you chose at {bank}</Trans>}
        </p>
      </div>
      <History history={permission.history} bank={bank} />
      {since !== null && <Receipts bank={bank} fileName={`receipts-${aspspId}-${since.slice(0, 10)}.json`} query={queries.fundsReceipts(fundsConsentId)} />}
      {withdrawing && (
        <Suspense fallback={null}>
          <WithdrawFundsDialog permission={permission} onClose={() => setWithdrawing(false)} />
        </Suspense>
      )}
    </section>
  );
}
