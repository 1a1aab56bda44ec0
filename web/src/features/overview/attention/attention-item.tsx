import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CalendarCheck, CalendarClock, CircleAlert, CirclePause, CloudOff, Gauge, Send, TrendingUp, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import type { Overview } from "../../../api/queries.ts";
import { firstDayOf, lastDayOf } from "../../../format/dates.ts";
import { useFormat } from "../../../format/use-format.ts";
import { usePageWords } from "../../../i18n/use-page-words.ts";
import { Amount } from "../../../ui/amount.tsx";
import { LinkButton } from "../../../ui/button.tsx";
import { categories } from "../../../ui/category.tsx";
import { AttentionLine } from "./attention-line.tsx";
import { attentionWords } from "./attention-words.ts";
import { AnsweredQuestion, ChargeQuestion, type Question } from "./charge-question.tsx";
import { FundsAttention } from "./funds-attention.tsx";

type Item = Overview["attention"][number];

/** One thing that needs the person in words, with the way to do it; `placeholder` while the words come. */
export function AttentionItem({ item, placeholder, onAnswered }: { item: Item; placeholder: ReactNode; onAnswered: (question: Question) => void }) {
  return usePageWords(attentionWords) ? <Words item={item} onAnswered={onAnswered} /> : placeholder;
}

/** What the person answered last. */
export function AttentionAnswered({ question }: { question: Question | undefined }) {
  return usePageWords(attentionWords) ? <AnsweredQuestion question={question} /> : null;
}

function Words({ item, onAnswered }: { item: Item; onAnswered: (question: Question) => void }) {
  const format = useFormat();
  const { i18n } = useLingui();
  switch (item.kind) {
    case "permission-ends": {
      const { aspspName } = item;
      return (
        <AttentionLine
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
        </AttentionLine>
      );
    }
    case "permission-to-confirm": {
      const { aspspName } = item;
      return (
        <AttentionLine
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
        </AttentionLine>
      );
    }
    case "permission-paused": {
      const { aspspName, aspspId, consentId } = item;
      return item.reason === "unconfirmed" ? (
        <AttentionLine
          icon={CirclePause}
          action={
            <LinkButton size="small" to="/permissions">
              <Trans>Confirm</Trans>
            </LinkButton>
          }
        >
          <Trans>Reading at {aspspName} is paused until you confirm it. Its figures stay as they were.</Trans>
        </AttentionLine>
      ) : (
        <AttentionLine
          icon={CirclePause}
          action={
            <LinkButton size="small" to="/connect/$aspspId" params={{ aspspId }} search={{ renews: consentId }}>
              <Trans>Renew</Trans>
            </LinkButton>
          }
        >
          <Trans>{aspspName} wants to see you again. Until you renew the permission there, its figures stay as they were.</Trans>
        </AttentionLine>
      );
    }
    case "permission-ended": {
      const { aspspName, aspspId } = item;
      return (
        <AttentionLine
          icon={Unplug}
          action={
            <LinkButton size="small" to="/connect/$aspspId" params={{ aspspId }}>
              <Trans>Connect again</Trans>
            </LinkButton>
          }
        >
          <Trans>Your permission at {aspspName} has ended. Its figures stay as they were.</Trans>
        </AttentionLine>
      );
    }
    case "funds-permission-ends":
    case "funds-permission-ended":
      return <FundsAttention item={item} />;
    case "account-incomplete": {
      const { accountName } = item;
      const since = format.instantDay(item.since);
      return (
        <AttentionLine
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
        </AttentionLine>
      );
    }
    case "bank-down": {
      const { aspspName } = item;
      const since = item.since === null ? undefined : format.time(item.since);
      return (
        <AttentionLine icon={CloudOff}>
          {since === undefined ? (
            <Trans>{aspspName} does not answer right now. You see its latest figures; new ones follow by themselves.</Trans>
          ) : (
            <Trans>
              {aspspName} has not answered since {since}. You see its latest figures; new ones follow by themselves.
            </Trans>
          )}
        </AttentionLine>
      );
    }
    case "payment-unfinished": {
      const { aspspName, paymentOrderId } = item;
      return (
        <AttentionLine
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
        </AttentionLine>
      );
    }
    case "payment-failed": {
      const { payeeName, paymentOrderId } = item;
      const day = format.day(item.dueDate);
      return (
        <AttentionLine
          icon={Send}
          action={
            <LinkButton size="small" to="/payments/$order" params={{ order: paymentOrderId }}>
              <Trans>See the payment</Trans>
            </LinkButton>
          }
        >
          <Trans>
            A payment to {payeeName} for {day} was not made. No money left your account for it.
          </Trans>
        </AttentionLine>
      );
    }
    case "budget-exceeded": {
      const { category, month } = item;
      const name = i18n._(categories[category].name);
      return (
        <AttentionLine
          icon={Gauge}
          action={
            <LinkButton size="small" to="/transactions" search={{ category: [category], from: firstDayOf(month), to: lastDayOf(month) }}>
              <Trans>See the payments</Trans>
            </LinkButton>
          }
        >
          <Trans>
            Over budget: {name}. You spent <Amount value={item.spent} sign="never" /> this month and wanted <Amount value={item.limit} sign="never" /> at most.
          </Trans>
        </AttentionLine>
      );
    }
    case "price-changed": {
      const { counterpartyName } = item;
      return (
        <AttentionLine
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
        </AttentionLine>
      );
    }
    case "double-charge":
    case "unusual-charge":
      return <ChargeQuestion item={item} onAnswered={onAnswered} />;
  }
}
