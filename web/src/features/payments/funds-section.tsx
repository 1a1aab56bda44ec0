import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { type FundsPermission, queries } from "../../api/queries.ts";
import { useProblem } from "../../api/use-problem.ts";
import { typedAmount } from "../../format/typed-amount.ts";
import { useFormat } from "../../format/use-format.ts";
import { AllowFundsAgain } from "../../ui/allow-funds-again.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { Field, inputClass } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { leaveForBank } from "../../ui/leave-for-bank.ts";
import { Notice } from "../../ui/notice.tsx";
import { askToPay, type Choices } from "./payments-api.ts";

const WithdrawFundsDialog = lazy(() => import("../../ui/withdraw/withdraw-funds-dialog.tsx").then((module) => ({ default: module.WithdrawFundsDialog })));

/** Asking a bank "is there this much?": yes or no, never how much. */
export function FundsSection({ choices }: { choices: Choices }) {
  const { data } = useQuery(queries.funds());
  const all = data?.permissions ?? [];
  const permissions = all.filter(({ status }) => status === "valid");
  return (
    <SectionCard
      className="mt-8"
      title={<Trans>Is there enough?</Trans>}
      description={<Trans>Your bank can say whether an account holds an amount. It answers yes or no, never how much there is.</Trans>}
    >
      {all.some(({ missed }) => missed) && (
        <div role="status" className="space-y-3 px-4 pt-4 sm:px-6">
          {all
            .filter(({ missed }) => missed)
            .map((permission) => (
              <Missed key={permission.fundsConsentId} permission={permission} />
            ))}
        </div>
      )}
      {permissions.length > 0 && (
        <ul className="divide-y px-4 pt-2 sm:px-6">
          {permissions.map((permission) => (
            <li key={permission.fundsConsentId} className="py-4">
              <FundsQuestion permission={permission} />
            </li>
          ))}
        </ul>
      )}
      <AllowFunds choices={choices} />
    </SectionCard>
  );
}

/** It ended, and not by the person: by whom, and the way to ask on. */
function Missed({ permission }: { permission: FundsPermission }) {
  const { t } = useLingui();
  const { aspspName: bank, maskedNumber, history } = permission;
  const account = maskedNumber ?? t`the account you chose`;
  return (
    <Notice
      tone="warning"
      title={
        history.at(-1)?.by === "aspsp" ? (
          <Trans>
            {bank} no longer accepts your permission to ask about {account}
          </Trans>
        ) : (
          <Trans>
            Your permission to ask {bank} about {account} has ended
          </Trans>
        )
      }
      action={
        <AllowFundsAgain permission={permission}>
          <Trans>Allow again</Trans>
        </AllowFundsAgain>
      }
    >
      <Trans>Nothing is asked about it until you allow it again at the bank.</Trans>
    </Notice>
  );
}

function FundsQuestion({ permission }: { permission: FundsPermission }) {
  const { fundsConsentId, aspspName, maskedNumber, validUntil } = permission;
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblem();
  const queryClient = useQueryClient();
  const [mistake, setMistake] = useState(false);
  const params = { fundsConsentId };
  const ask = useMutation({
    mutationFn: (amount: string) => askToPay("confirmFundsOf", { params, body: { amount: { amount, currency: "EUR" } } }),
    // When it was last used, or that it is over.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["payments", "funds"] }),
  });
  const [withdrawing, setWithdrawing] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const amount = typedAmount(formText(new FormData(event.currentTarget), "amount"), "EUR");
    setMistake(amount === null);
    if (amount !== null) ask.mutate(amount);
  };
  const until = format.instantDay(validUntil);
  const asked = ask.variables === undefined ? "" : format.amount({ amount: ask.variables, currency: "EUR" });
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <div className="min-w-0">
          <h3 className="text-14 font-500">
            {aspspName} <span className="text-muted tabular">{maskedNumber}</span>
          </h3>
          <p className="text-12 text-muted">
            <Trans>Until {until}</Trans>
          </p>
        </div>
        <Button look="danger" size="small" onClick={() => setWithdrawing(true)}>
          <Trans>Withdraw</Trans>
        </Button>
      </div>
      <form onSubmit={submit} className="mt-3 flex flex-wrap items-start gap-3">
        <Field
          label={t`Amount in euros`}
          name="amount"
          inputMode="decimal"
          autoComplete="off"
          required
          maxLength={20}
          className="min-w-0 flex-1 basis-40"
          error={mistake && t`Write an amount such as 12.50.`}
        />
        <Button type="submit" busy={ask.isPending} className="mt-6.5 min-h-11">
          <Trans>Ask the bank</Trans>
        </Button>
      </form>
      {ask.isError && (
        <Notice tone="danger" live className="mt-3" title={problem(ask.error).title}>
          {problem(ask.error).detail}
        </Notice>
      )}
      {ask.data !== undefined && (
        <Notice
          tone={ask.data.fundsAvailable ? "positive" : "warning"}
          live
          className="mt-3"
          title={ask.data.fundsAvailable ? <Trans>Yes, {asked} is there</Trans> : <Trans>No, {asked} is not there</Trans>}
        />
      )}
      {withdrawing && (
        <Suspense fallback={null}>
          <WithdrawFundsDialog permission={permission} onClose={() => setWithdrawing(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Which account may be asked: chosen here, or at the bank. */
function AllowFunds({ choices: { banks, accounts } }: { choices: Choices }) {
  const { t } = useLingui();
  const problem = useProblem();
  const begin = useMutation({
    mutationFn: (body: { aspspId: string; accountId: string | null }) => askToPay("startFundsPermission", { body }),
    onSuccess: ({ redirectUrl }) => leaveForBank(redirectUrl),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const [aspspId = "", accountId = ""] = formText(new FormData(event.currentTarget), "account").split(" ");
    if (aspspId !== "") begin.mutate({ aspspId, accountId: accountId === "" ? null : accountId });
  };
  return (
    <form onSubmit={submit} className="px-4 py-4 sm:px-6 [ul+&]:border-t">
      {begin.isError && (
        <Notice tone="danger" live className="mb-4" title={problem(begin.error).title}>
          {problem(begin.error).detail}
        </Notice>
      )}
      <div className="flex flex-wrap items-end gap-3">
        <label className="min-w-0 flex-1 basis-56 text-14 font-500">
          <span className="mb-1.5 block">
            <Trans>Allow asking about another account</Trans>
          </span>
          <select name="account" className={inputClass} defaultValue="">
            {banks.flatMap(({ aspspId, name }) => [
              ...accounts
                .filter((account) => account.aspspId === aspspId)
                .map(({ accountId, name: account, maskedNumber }) => (
                  <option key={accountId} value={`${aspspId} ${accountId}`}>
                    {account} {maskedNumber}
                  </option>
                )),
              <option key={aspspId} value={aspspId}>
                {t`${name}: choose there`}
              </option>,
            ])}
          </select>
        </label>
        <Button type="submit" className="min-h-11" busy={begin.isPending || begin.isSuccess}>
          <Trans>Allow at the bank</Trans>
        </Button>
      </div>
    </form>
  );
}
