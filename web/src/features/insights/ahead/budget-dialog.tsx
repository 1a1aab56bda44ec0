import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { againWhileBusy } from "../../../api/again-while-busy.ts";
import { ask } from "../../../api/client.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { typedAmount } from "../../../format/typed-amount.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button } from "../../../ui/button.tsx";
import { categories } from "../../../ui/category.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Field } from "../../../ui/field.tsx";
import { formText } from "../../../ui/form-text.ts";
import { Notice } from "../../../ui/notice.tsx";
import type { Budget, Unbudgeted } from "./budgets-section.tsx";

/** Sets, changes or removes the limit of a category, with what is usual beside it. */
export function BudgetDialog({ of, onClose }: { of: Budget | Unbudgeted; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const queryClient = useQueryClient();
  const problem = useProblem();
  const [mistaken, setMistaken] = useState(false);
  const { category, spent, average } = of;
  const { currency } = spent;
  const existing = "limit" in of;
  const change = useMutation({
    ...againWhileBusy,
    /** Null removes. */
    mutationFn: (limit: string | null) => {
      const params = { currency, category };
      return limit === null ? ask("removeBudget", { params }) : ask("setBudget", { params, body: { limit } });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["insights", "budgets"] });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const limit = typedAmount(formText(new FormData(event.currentTarget), "limit"), currency);
    setMistaken(limit === null);
    if (limit !== null) change.mutate(limit);
  };
  const name = i18n._(categories[category].name);
  const now = <Amount value={spent} className="text-ink" />;
  const usual = average === null ? null : <Amount value={average} className="text-ink" />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Budget for ${name}`}
      focusAfter={`budget-${category}`}
      description={
        usual === null ? (
          <Trans>{now} spent so far this month.</Trans>
        ) : (
          <Trans>
            {usual} a month on average over the last half year, {now} so far this month.
          </Trans>
        )
      }
    >
      <form onSubmit={submit} noValidate className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
        {change.isError && (
          <Notice tone="danger" live title={problem(change.error).title}>
            {problem(change.error).detail}
          </Notice>
        )}
        <Field
          label={t`At most in a month, ${currency}`}
          name="limit"
          inputMode="decimal"
          autoComplete="off"
          maxLength={20}
          required
          defaultValue={existing ? of.limit.amount : (of.suggested?.amount ?? "")}
          error={mistaken && <Trans>Write an amount above zero with no more decimals than {currency} has, such as 250.</Trans>}
        />
        <div className="flex flex-wrap justify-end gap-3">
          {existing && (
            <Button look="danger" className="mr-auto" busy={change.isPending && change.variables === null} onClick={() => change.mutate(null)}>
              <Trans>Remove the budget</Trans>
            </Button>
          )}
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" busy={change.isPending && change.variables !== null}>
            <Trans>Save</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
