import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useProblem } from "../../api/use-problem.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { leaveForBank } from "../../ui/leave-for-bank.ts";
import { Notice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { ApprovalEnded } from "./approval-ended.tsx";
import { CancelDialog } from "./cancel-dialog.tsx";
import { PaidOf } from "./paid-of.tsx";
import { accountOf, grouped, Note } from "./payee.tsx";
import { askToPay, type Execution, type Order, type Payment, paymentQueries } from "./payments-api.ts";
import { reasonSentenceOf, statusNameOf, statusSentences } from "./status-words.ts";
import { StepLine } from "./step-line.tsx";

/** One order: what will be paid before the person leaves for the bank, and how far it is afterwards. */
export function OrderPage({ paymentOrderId }: { paymentOrderId: string }) {
  const { data, error, isPending, refetch } = useQuery(paymentQueries.order(paymentOrderId));
  if (isPending)
    return (
      <Loading className="space-y-6">
        <Bone className="h-9 w-72" />
        <Bone className="h-24 w-full rounded-12" />
        <Bone className="h-56 w-full rounded-12" />
      </Loading>
    );
  if (data === undefined) return <ProblemPanel error={error} heading="h1" onRetry={() => void refetch()} />;
  return <OrderView order={data} />;
}

function OrderView({ order }: { order: Order }) {
  const { t } = useLingui();
  const format = useFormat();
  const [cancelling, setCancelling] = useState(false);
  const amount = order.totals.map((total) => format.amount(total)).join(" + ");
  const [first] = order.payments;
  const payee = first?.instruction.creditor.name ?? "";
  const payees = order.payments.length;
  const title = payees === 1 ? t`${amount} to ${payee}` : t`${amount} to ${payees} payees`;
  return (
    <>
      <PageHead title={title} leadIsLive lead={<HowFar order={order} />} />
      {order.mayBeApproved && <ApprovalEnded />}
      <div className="flex flex-col gap-6">
        {order.payments.map((payment) => (
          <PaymentCard key={payment.paymentId} order={order} payment={payment} />
        ))}
        {order.mayBeApproved && <Approval order={order} />}
        {/* Once it is on its way, how far it is comes first. */}
        <SectionCard title={<Trans>How far it is</Trans>} className={order.mayBeApproved ? undefined : "order-first"}>
          <div className="px-4 pb-5 pt-4 sm:px-6">
            <StepLine order={order} />
          </div>
        </SectionCard>
      </div>
      <div className="mt-6 flex flex-wrap items-center justify-between gap-3">
        <Link to="/payments" className="text-14 text-muted underline underline-offset-4 hover:text-ink">
          <Trans>All payments</Trans>
        </Link>
        {order.mayBeCancelled && (
          <Button look="danger" onClick={() => setCancelling(true)}>
            <Trans>Cancel</Trans>
          </Button>
        )}
      </div>
      {cancelling && <CancelDialog order={order} onClose={() => setCancelling(false)} />}
    </>
  );
}

/** One sentence for all of it where all of it went the same way; else how much of it, never more than is so. */
function HowFar({ order }: { order: Order }) {
  const { i18n } = useLingui();
  const { status, payments, partlyPaid } = order;
  const executions = payments.flatMap((payment) => payment.executions);
  if (payments.length === 1 && executions.some((execution) => execution.status !== executions[0]?.status)) {
    const paid = executions.filter((execution) => execution.status === "debited" || execution.status === "credited").length;
    const all = executions.length;
    return (
      <Trans>
        Paid {paid} of {all} times. Each says how far it is.
      </Trans>
    );
  }
  if (partlyPaid) {
    return (
      <Trans>
        Paid <PaidOf order={order} />. The rest of the money did not move; each says how far it is.
      </Trans>
    );
  }
  if (payments.some((payment) => payment.status !== status)) return <Trans>Not all of them went the same way; each says how far it is.</Trans>;
  return <>{i18n._(statusSentences[status])}</>;
}

/** The last step before the bank's own page; it may ask the person to prove again who they are. */
function Approval({ order: { paymentOrderId, aspspName: bank } }: { order: Order }) {
  const problem = useProblem();
  const queryClient = useQueryClient();
  const approve = useMutation({
    mutationFn: () => askToPay("approvePaymentOrder", { params: { paymentOrderId } }),
    onSuccess: ({ redirectUrl }) => leaveForBank(redirectUrl),
    // Something may have reached the bank all the same: what is shown is what is known there.
    onError: () => queryClient.invalidateQueries({ queryKey: ["payments"] }),
  });
  const leaving = approve.isPending || approve.isSuccess;
  return (
    <div className="rounded-12 border bg-surface p-4 sm:p-6">
      <p className="text-14">
        <Trans>Check payee, account and amount. {bank} shows the same on its own page, and only your approval there moves money.</Trans>
      </p>
      {approve.isError && (
        <Notice tone="danger" live className="mt-4" title={problem(approve.error).title}>
          {problem(approve.error).detail}
        </Notice>
      )}
      <Button look="primary" size="wide" className="mt-4" busy={leaving} onClick={() => approve.mutate()}>
        {leaving ? <Trans>Asking {bank}…</Trans> : <Trans>Approve at {bank}</Trans>}
        <ExternalLink aria-hidden="true" size={16} strokeWidth={1.75} />
      </Button>
    </div>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-12 text-muted">{name}</dt>
      <dd className="mt-0.5 text-14 break-words">{children}</dd>
    </div>
  );
}

function PaymentCard({ order, payment }: { order: Order; payment: Payment }) {
  const { i18n } = useLingui();
  const [name, tone] = statusNameOf(payment);
  const { instruction } = payment;
  const { debtor, aspspName } = order;
  return (
    <SectionCard
      title={instruction.creditor.name}
      action={
        <span className="flex flex-wrap items-center justify-end gap-3">
          {order.payments.length > 1 && <Badge tone={tone}>{i18n._(name)}</Badge>}
          <Amount value={instruction.amount} className="text-16 font-600" />
        </span>
      }
    >
      <dl className="grid gap-x-6 gap-y-4 px-4 pb-4 pt-4 sm:grid-cols-2 sm:px-6 sm:pb-6">
        <Fact name={<Trans>To</Trans>}>
          <span className="tabular">{grouped(accountOf(payment))}</span>
          {instruction.scheme === "foreign" && instruction.creditor.agent.bic !== null && (
            <span className="block text-muted">{instruction.creditor.agent.bic}</span>
          )}
        </Fact>
        <Fact name={<Trans>From</Trans>}>
          {debtor === null ? (
            <Trans>The account you choose at {aspspName}</Trans>
          ) : (
            <>
              {debtor.name ?? aspspName} <span className="text-muted tabular">{debtor.maskedNumber}</span>
            </>
          )}
        </Fact>
        <Fact name={<Trans>The payee reads</Trans>}>
          <Note payment={payment} />
        </Fact>
        <Fact name={<Trans>When</Trans>}>
          <When payment={payment} />
        </Fact>
        {instruction.scheme === "foreign" && (
          <Fact name={<Trans>Charges</Trans>}>
            {instruction.chargeBearer === "shared" ? <Trans>Each pays their own bank’s</Trans> : <Trans>You pay all of them</Trans>}
          </Fact>
        )}
        {instruction.scheme === "foreign" && <Fact name={<Trans>How fast</Trans>}>{instruction.urgent ? <Trans>Urgent</Trans> : <Trans>As usual</Trans>}</Fact>}
      </dl>
      <Executions payment={payment} />
    </SectionCard>
  );
}

function When({ payment: { schedule } }: { payment: Payment }) {
  const format = useFormat();
  const { firstDate, every, count } = schedule;
  const from = firstDate === null ? null : format.day(firstDate);
  if (count === 1) return from ?? <Trans>At once</Trans>;
  if (every === "week") {
    return from === null ? (
      <Plural value={count} one="Every week, # time" other="Every week, # times" />
    ) : (
      <Plural value={count} one={`Every week from ${from}, # time`} other={`Every week from ${from}, # times`} />
    );
  }
  return from === null ? (
    <Plural value={count} one="Every month, # time" other="Every month, # times" />
  ) : (
    <Plural value={count} one={`Every month from ${from}, # time`} other={`Every month from ${from}, # times`} />
  );
}

/** Each time it is paid: its day, how far it is, and the line of the account that shows it. */
function Executions({ payment: { executions } }: { payment: Payment }) {
  if (executions.length === 0) return null;
  return (
    <ul className="divide-y border-t px-4 sm:px-6">
      {executions.map((execution) => (
        <ExecutionLine key={execution.executionId} execution={execution} />
      ))}
    </ul>
  );
}

function ExecutionLine({ execution }: { execution: Execution }) {
  const { dueDate, archiveId, reason, transactionId } = execution;
  const { i18n } = useLingui();
  const format = useFormat();
  const [name, tone] = statusNameOf(execution);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3 text-14">
      <span className="min-w-0 flex-1 basis-40">
        {format.day(dueDate)}
        {reason !== null && <span className="block text-12 text-muted">{i18n._(reasonSentenceOf(reason))}</span>}
        {archiveId !== null && (
          <span className="block text-12 text-muted">
            <Trans>The bank’s archive id: {archiveId}</Trans>
          </span>
        )}
      </span>
      <Badge tone={tone}>{i18n._(name)}</Badge>
      {transactionId !== null && (
        <Link to="/transactions" search={{ tx: transactionId }} className="text-14 underline underline-offset-4 hover:text-ink">
          <Trans>See it on your account</Trans>
        </Link>
      )}
    </li>
  );
}
