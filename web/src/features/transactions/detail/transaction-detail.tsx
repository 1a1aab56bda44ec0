import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { type AccountView, queries, type TransactionView } from "../../../api/queries.ts";
import { useFormat } from "../../../format/use-format.ts";
import { numberTail } from "../../../ui/account-name.ts";
import { Amount, Figure } from "../../../ui/amount.tsx";
import { Badge } from "../../../ui/badge.tsx";
import { IconButton } from "../../../ui/button.tsx";
import { AccountDot } from "../../../ui/mark.tsx";
import { ProblemPanel } from "../../../ui/problem-panel.tsx";
import { CategoryPart } from "./category-part.tsx";
import { readableTitle } from "../../../ui/counterparty.ts";
import { usePageWords } from "../../../i18n/use-page-words.ts";
import { DetailSkeleton } from "../detail-skeleton.tsx";
import { detailWords } from "./detail-words.ts";
import { NotePart } from "./note-part.tsx";
import { Proof } from "./proof.tsx";
import { SplitPart } from "./split-part.tsx";

/** Everything about one transaction, down to what the bank sent. */
export function TransactionDetail({
  transactionId,
  accounts,
  onClose,
}: {
  transactionId: string;
  accounts: readonly AccountView[] | undefined;
  onClose: () => void;
}) {
  const { t } = useLingui();
  const { data, error, isPending, refetch } = useQuery(queries.transaction(transactionId));
  const said = usePageWords(detailWords);
  return (
    <div className="relative">
      <IconButton label={t`Close`} className="absolute right-3 top-3 z-10" onClick={onClose}>
        <X size={20} strokeWidth={1.75} />
      </IconButton>
      {(isPending || (data !== undefined && !said)) && <DetailSkeleton />}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && said && (
        <Detail view={data} accountIndex={accounts?.findIndex(({ accountId }) => accountId === data.transaction.accountId) ?? 0} />
      )}
    </div>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 py-2">
      <dt className="shrink-0 text-14 text-muted">{name}</dt>
      <dd className="min-w-0 text-right text-14 break-words">{children}</dd>
    </div>
  );
}

function Detail({ view, accountIndex }: { view: TransactionView; accountIndex: number }) {
  const { t } = useLingui();
  const format = useFormat();
  const { transaction: row, account } = view;
  const pending = row.bookingStatus === "pending";
  const recorded = format.instant(view.recordedAt);
  return (
    <>
      <div className="border-b px-5 pb-5 pt-5">
        <p className="flex min-h-7 items-center gap-2 pr-10 text-12 text-muted">
          <time dateTime={row.bookingDate}>{format.day(row.bookingDate)}</time>
          {pending && (
            <Badge tone="warning">
              <Trans>Pending</Trans>
            </Badge>
          )}
        </p>
        <h2 className="mt-1 text-16 font-600 break-words">{readableTitle(row) ?? t`Without a name`}</h2>
        <p className="mt-2">
          <Figure value={row.amount} className="text-28" />
        </p>
        {row.originalAmount !== null && (
          <p className="mt-1 text-14 text-muted">
            <Trans>
              Paid as <Amount value={row.originalAmount} />
            </Trans>
          </p>
        )}
        {pending && (
          <p className="mt-3 text-12 text-muted">
            <Trans>The bank has not booked this yet. The amount may change, or it may vanish.</Trans>
          </p>
        )}
      </div>

      <CategoryPart view={view} />
      {!pending && row.category !== null && <SplitPart row={row} />}
      {!pending && row.category !== null && <NotePart row={row} />}

      {row.remittanceInformation !== null && row.remittanceInformation.trim() !== "" && (
        <section className="border-b px-5 py-4">
          <h3 className="text-12 font-500 text-faint">
            <Trans>The bank’s own words</Trans>
          </h3>
          <p className="mt-1 text-14 whitespace-pre-wrap break-words">{row.remittanceInformation}</p>
        </section>
      )}

      <dl className="border-b px-5 py-2">
        {account !== null && (
          <Fact name={<Trans>Account</Trans>}>
            <span className="inline-flex items-center gap-2">
              <AccountDot index={accountIndex} />
              <span>
                {account.name} <span className="text-muted">{numberTail(account.maskedNumber)}</span>
              </span>
            </span>
          </Fact>
        )}
        {account !== null && <Fact name={<Trans>Bank</Trans>}>{account.aspspName}</Fact>}
        {row.counterparty.iban !== null && (
          <Fact name={<Trans>Their account</Trans>}>
            <span className="tabular">{row.counterparty.iban}</span>
          </Fact>
        )}
        {row.reference !== null && (
          <Fact name={<Trans>Reference</Trans>}>
            <span className="tabular">{row.reference}</span>
          </Fact>
        )}
        {row.valueDate !== null && row.valueDate !== row.bookingDate && <Fact name={<Trans>Value date</Trans>}>{format.day(row.valueDate)}</Fact>}
        {row.proprietaryCode !== null && <Fact name={<Trans>Kind</Trans>}>{row.proprietaryCode}</Fact>}
        <Fact name={<Trans>Received</Trans>}>{recorded}</Fact>
      </dl>

      {view.paymentOrderId !== null && (
        <p className="border-b px-5 py-4 text-14">
          <Link to="/payments/$order" params={{ order: view.paymentOrderId }} className="text-accent underline underline-offset-4">
            <Trans>See the payment</Trans>
          </Link>
        </p>
      )}

      {view.revisions.length > 1 && (
        <section className="border-b px-5 py-4">
          <h3 className="text-12 font-500 text-faint">
            <Trans>The bank changed this transaction</Trans>
          </h3>
          <ol className="mt-2 space-y-1">
            {view.revisions.map((revision) => (
              <li key={revision.revision} className="flex justify-between gap-4 text-14">
                <span className="text-muted">{format.instant(revision.recordedAt)}</span>
                <Amount value={revision.amount} />
              </li>
            ))}
          </ol>
        </section>
      )}
      <Proof transactionId={row.transactionId} />
    </>
  );
}
