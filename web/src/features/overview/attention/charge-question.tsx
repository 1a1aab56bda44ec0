import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleQuestionMark, CopyCheck } from "lucide-react";
import type { ReactNode } from "react";
import { againWhileBusy } from "../../../api/again-while-busy.ts";
import { ask } from "../../../api/client.ts";
import type { Overview } from "../../../api/queries.ts";
import { refresh } from "../../../api/refresh.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { useFormat } from "../../../format/use-format.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button, LinkButton } from "../../../ui/button.tsx";
import { type Done, DoneLine } from "../../../ui/done-line.tsx";
import { focusHeading } from "../../../ui/focus-heading.ts";
import { AttentionLine } from "./attention-line.tsx";

type Item<Kind> = Extract<Overview["attention"][number], { kind: Kind }>;
export type Question = Item<"double-charge" | "unusual-charge">;

interface Answering {
  readonly onAnswered: (question: Question) => void;
}

/** Asks what only the person can answer about charges. */
export function ChargeQuestion({ item, onAnswered }: { item: Question } & Answering) {
  return item.kind === "double-charge" ? <DoubleCharge item={item} onAnswered={onAnswered} /> : <UnusualCharge item={item} onAnswered={onAnswered} />;
}

/** Asks whether equal charges are one taken twice. */
function DoubleCharge({ item, onAnswered }: { item: Item<"double-charge"> } & Answering) {
  const format = useFormat();
  const { counterpartyName, charges } = item;
  const [from, to] = [charges[0]?.bookingDate ?? "", charges.at(-1)?.bookingDate ?? ""];
  const [first, last] = [format.shortDay(from), format.shortDay(to)];
  const amount = <Amount value={item.amount} sign="never" />;
  const bound = item.amount.amount.replace("-", "");
  return (
    <AttentionLine
      icon={CopyCheck}
      action={
        <Answer item={item} onAnswered={onAnswered}>
          <LinkButton size="small" to="/transactions" search={{ from, to, min: bound, max: bound, dir: "out" }}>
            <Trans>See the payments</Trans>
          </LinkButton>
        </Answer>
      }
    >
      {from === to ? (
        <Trans>
          Paid twice? {amount} to {counterpartyName} more than once on {first}.
        </Trans>
      ) : (
        <Trans>
          Paid twice? {amount} to {counterpartyName} on {first} and again on {last}.
        </Trans>
      )}
    </AttentionLine>
  );
}

/** Asks whether a charge far above the usual is right. */
function UnusualCharge({ item, onAnswered }: { item: Item<"unusual-charge"> } & Answering) {
  const format = useFormat();
  const { counterpartyName } = item;
  const { transactionId: tx = "", bookingDate = "" } = item.charges[0] ?? {};
  const day = format.shortDay(bookingDate);
  const [amount, usual] = [<Amount key="amount" value={item.amount} sign="never" />, <Amount key="usual" value={item.usual} />];
  return (
    <AttentionLine
      icon={CircleQuestionMark}
      action={
        <Answer item={item} onAnswered={onAnswered}>
          <LinkButton size="small" to="/transactions" search={{ from: bookingDate, to: bookingDate, tx }}>
            <Trans>See the transaction</Trans>
          </LinkButton>
        </Answer>
      }
    >
      {item.usualOf === "counterparty" ? (
        <Trans>
          More than usual? {amount} to {counterpartyName} on {day}. About {usual} is usual.
        </Trans>
      ) : (
        <Trans>
          More than usual? {amount} to {counterpartyName} on {day}. For things of this kind you usually pay about {usual}.
        </Trans>
      )}
    </AttentionLine>
  );
}

/** The answer that ends the question, beside the way to look first. */
function Answer({ item, onAnswered, children }: { item: Question; children: ReactNode } & Answering) {
  const { t } = useLingui();
  const { counterpartyName, amount: of, charges } = item;
  const amount = useFormat().amount(of, "never");
  const queryClient = useQueryClient();
  const problem = useProblem();
  const confirm = useMutation({
    ...againWhileBusy,
    mutationFn: () => ask("confirmCharges", { body: { transactionIds: charges.map(({ transactionId }) => transactionId) } }),
    onSuccess: () => {
      // An answer of its own each time: the same question may be answered again after it was taken back.
      onAnswered({ ...item });
      refresh(queryClient, ["overview"]);
      focusHeading();
    },
  });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {children}
      <Button
        size="small"
        look="quiet"
        aria-label={t`That is right: ${amount} to ${counterpartyName}`}
        busy={confirm.isPending}
        onClick={() => confirm.mutate()}
      >
        <Trans>That is right</Trans>
      </Button>
      {confirm.isError && (
        <p role="alert" className="basis-full text-danger">
          {problem(confirm.error).title}
        </p>
      )}
    </div>
  );
}

/** What was answered last, and the way back: while the person stays on the page, or until they answer the next. */
export function AnsweredQuestion({ question }: { question: Question | undefined }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const problem = useProblem();
  const takeBack = useMutation({
    ...againWhileBusy,
    mutationFn: ({ charges }: Question) => ask("takeBackConfirmation", { query: { transactionId: charges.map(({ transactionId }) => transactionId) } }),
    onSuccess: () => {
      refresh(queryClient, ["overview"]);
      focusHeading();
    },
  });
  const told = (): Done<Question> | undefined => {
    if (question === undefined) return undefined;
    if (takeBack.isSuccess && takeBack.variables === question) return { sentence: t`It is as it was before.` };
    const [amount, { counterpartyName }] = [<Amount key="amount" value={question.amount} sign="never" />, question];
    const sentence = (
      <Trans>
        Right, you say: {amount} to {counterpartyName}.
      </Trans>
    );
    return { sentence, undo: question };
  };
  return (
    <div className="px-4 sm:px-6">
      <DoneLine done={told()} busy={takeBack.isPending && takeBack.variables === question} onUndo={takeBack.mutate} />
      {takeBack.isError && (
        <p role="alert" className="text-danger">
          {takeBack.variables.counterpartyName}: {problem(takeBack.error).title}
        </p>
      )}
    </div>
  );
}
