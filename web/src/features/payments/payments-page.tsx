import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Send } from "lucide-react";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHead } from "../../ui/page.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { ApprovalEnded } from "./approval-ended.tsx";
import { FundsSection } from "./funds-section.tsx";
import { PaidOf } from "./paid-of.tsx";
import { type Order, paymentQueries } from "./payments-api.ts";
import { statusNameOf } from "./status-words.ts";

/** What was ordered, newest first, and the way to a new payment. */
export function PaymentsPage() {
  const { t } = useLingui();
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(paymentQueries.orders());
  const choices = useQuery(paymentQueries.choices()).data;
  const orders = data?.pages.flatMap(({ paymentOrders }) => paymentOrders) ?? [];
  const canPay = choices !== undefined && choices.banks.length > 0;
  return (
    <>
      <PageHead
        title={t`Payments`}
        lead={<Trans>Pay from any account. You approve each payment at your own bank; nothing is ever sent twice.</Trans>}
        action={
          canPay && (
            <LinkButton look="primary" to="/payments/$order" params={{ order: "new" }}>
              <Plus aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>New payment</Trans>
            </LinkButton>
          )
        }
      />
      <ApprovalEnded />
      {isPending && (
        <Loading className="space-y-3">
          {[0, 1, 2].map((row) => (
            <Bone key={row} className="h-16 w-full rounded-12" />
          ))}
        </Loading>
      )}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && orders.length === 0 && <NoPayments canPay={canPay} known={choices !== undefined} />}
      {orders.length > 0 && (
        <ul className="divide-y overflow-hidden rounded-12 border bg-surface">
          {orders.map((order) => (
            <li key={order.paymentOrderId}>
              <OrderRow order={order} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <div className="mt-4 text-center">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            <Trans>Show older ones</Trans>
          </Button>
        </div>
      )}
      {data !== undefined && canPay && <FundsSection choices={choices} />}
    </>
  );
}

function NoPayments({ canPay, known }: { canPay: boolean; known: boolean }) {
  return (
    <EmptyState
      icon={Send}
      title={<Trans>No payments yet</Trans>}
      action={
        canPay ? (
          <LinkButton look="primary" to="/payments/$order" params={{ order: "new" }}>
            <Trans>New payment</Trans>
          </LinkButton>
        ) : (
          known && (
            <LinkButton look="primary" to="/connect">
              <Trans>Connect a bank</Trans>
            </LinkButton>
          )
        )
      }
    >
      {known && !canPay ? (
        <Trans>None of the banks here lets us start payments yet.</Trans>
      ) : (
        <Trans>Each payment appears here with how far it is, until the line of your account that shows it.</Trans>
      )}
    </EmptyState>
  );
}

function OrderRow({ order }: { order: Order }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const [name, tone] = statusNameOf(order);
  const [first] = order.payments;
  const others = order.payments.length - 1;
  const payee = first?.instruction.creditor.name ?? "";
  const day = format.instantDay(order.createdAt);
  const from = order.debtor?.name ?? order.aspspName;
  return (
    <Link
      to="/payments/$order"
      params={{ order: order.paymentOrderId }}
      className="flex min-h-16 items-center gap-4 px-4 py-3 transition-colors hover:bg-hover sm:px-6"
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate text-14 font-500">
          {others === 0 ? payee : <Plural value={others} one={`${payee} and # more`} other={`${payee} and # more`} />}
        </span>
        <span className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-12 text-muted">
          <span className="truncate">
            {day} · {from}
          </span>
          <Badge tone={tone}>{i18n._(name)}</Badge>
        </span>
      </span>
      <span className="max-w-36 shrink-0 text-right text-14 font-500">
        {order.partlyPaid ? <PaidOf order={order} /> : order.totals.map((total) => <Amount key={total.currency} value={total} className="block" />)}
      </span>
    </Link>
  );
}
