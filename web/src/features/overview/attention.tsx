import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CalendarCheck, CalendarClock, CircleAlert, CirclePause, CloudOff, Send, TrendingUp, Unplug } from "lucide-react";
import { Suspense, lazy } from "react";
import type { Overview } from "../../api/queries.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Line } from "./attention-line.tsx";

const ChargeQuestion = lazy(() => import("./charges/charge-question.tsx").then((module) => ({ default: module.ChargeQuestion })));

type Item = Overview["attention"][number];

/** What needs the person, as a short list on top. Nothing at all when nothing does. */
export function Attention({ items }: { items: readonly Item[] }) {
  const { t } = useLingui();
  if (items.length === 0) return null;
  return (
    <section aria-label={t`Needs your attention`} className="mb-6">
      <ul className="overflow-hidden rounded-12 border bg-surface">
        {items.map((item, index) => (
          <li key={index} className="border-b last:border-b-0">
            <AttentionItem item={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AttentionItem({ item }: { item: Item }) {
  const format = useFormat();
  switch (item.kind) {
    case "permission-ends": {
      const { aspspName } = item;
      return (
        <Line
          icon={CalendarClock}
          action={
            <LinkButton size="small" to="/permissions">
              <Trans>Renew</Trans>
            </LinkButton>
          }
        >
          <Plural
            value={item.daysLeft}
            _0={`Your permission at ${aspspName} ends today. Renew it to keep figures coming.`}
            one={`Your permission at ${aspspName} ends in # day. Renew it to keep figures coming.`}
            other={`Your permission at ${aspspName} ends in # days. Renew it to keep figures coming.`}
          />
        </Line>
      );
    }
    case "permission-to-confirm": {
      const { aspspName } = item;
      return (
        <Line
          icon={CalendarCheck}
          action={
            <LinkButton size="small" to="/permissions">
              <Trans>Confirm</Trans>
            </LinkButton>
          }
        >
          <Plural
            value={item.daysLeft}
            _0={`Confirm today that we may go on reading at ${aspspName}. You need not visit the bank.`}
            one={`Confirm within # day that we may go on reading at ${aspspName}. You need not visit the bank.`}
            other={`Confirm within # days that we may go on reading at ${aspspName}. You need not visit the bank.`}
          />
        </Line>
      );
    }
    case "permission-paused": {
      const { aspspName, aspspId, consentId } = item;
      return item.reason === "unconfirmed" ? (
        <Line
          icon={CirclePause}
          action={
            <LinkButton size="small" to="/permissions">
              <Trans>Confirm</Trans>
            </LinkButton>
          }
        >
          <Trans>Reading at {aspspName} is paused until you confirm it. Its figures stay as they were.</Trans>
        </Line>
      ) : (
        <Line
          icon={CirclePause}
          action={
            <LinkButton size="small" to="/connect/$aspspId" params={{ aspspId }} search={{ renews: consentId }}>
              <Trans>Renew</Trans>
            </LinkButton>
          }
        >
          <Trans>{aspspName} wants to see you again. Until you renew the permission there, its figures stay as they were.</Trans>
        </Line>
      );
    }
    case "permission-ended": {
      const { aspspName, aspspId } = item;
      return (
        <Line
          icon={Unplug}
          action={
            <LinkButton size="small" to="/connect/$aspspId" params={{ aspspId }}>
              <Trans>Connect again</Trans>
            </LinkButton>
          }
        >
          <Trans>Your permission at {aspspName} has ended. Its figures stay as they were.</Trans>
        </Line>
      );
    }
    case "account-incomplete": {
      const { accountName } = item;
      const since = format.instantDay(item.since);
      return (
        <Line
          icon={CircleAlert}
          action={
            <LinkButton size="small" to="/transactions" search={{ account: [item.accountId] }}>
              <Trans>See the account</Trans>
            </LinkButton>
          }
        >
          <Trans>
            Since {since}, some transactions of {accountName} could not be understood and are missing. We keep what the bank sent and try again.
          </Trans>
        </Line>
      );
    }
    case "bank-down": {
      const { aspspName } = item;
      const since = item.since === null ? undefined : format.time(item.since);
      return (
        <Line icon={CloudOff}>
          {since === undefined ? (
            <Trans>{aspspName} does not answer right now. You see its latest figures; new ones follow by themselves.</Trans>
          ) : (
            <Trans>
              {aspspName} has not answered since {since}. You see its latest figures; new ones follow by themselves.
            </Trans>
          )}
        </Line>
      );
    }
    case "payment-unfinished": {
      const { aspspName, paymentOrderId } = item;
      return (
        <Line
          icon={Send}
          action={
            <LinkButton size="small" to="/payments/$order" params={{ order: paymentOrderId }}>
              <Trans>See the payment</Trans>
            </LinkButton>
          }
        >
          {item.status === "pending" ? (
            <Trans>{aspspName} could not execute a payment yet. It is asked again; nothing is paid twice.</Trans>
          ) : (
            <Trans>A payment at {aspspName} waits for your approval. Nothing has left your account.</Trans>
          )}
        </Line>
      );
    }
    case "price-changed": {
      const { counterpartyName } = item;
      return (
        <Line
          icon={TrendingUp}
          action={
            <LinkButton size="small" to="/transactions" search={{ recurring: item.recurringId }}>
              <Trans>See the payments</Trans>
            </LinkButton>
          }
        >
          <Trans>
            {counterpartyName} changed its price from <Amount value={item.before} sign="never" /> to <Amount value={item.now} sign="never" />.
          </Trans>
        </Line>
      );
    }
    case "double-charge":
    case "unusual-charge": {
      // About the height of what comes.
      const placeholder = <div className="min-h-28 sm:min-h-14" />;
      return (
        <Suspense fallback={placeholder}>
          <ChargeQuestion item={item} placeholder={placeholder} />
        </Suspense>
      );
    }
  }
}
