import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "../../api/client.ts";
import { queries } from "../../api/queries.ts";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { categories } from "../../ui/category.tsx";
import { Failure } from "./failure.tsx";
import { Row } from "./row.tsx";

/** What the person said about everything with one counterparty. New rules are made at a transaction. */
export function RulesSection() {
  const { t, i18n } = useLingui();
  const queryClient = useQueryClient();
  const { data, error } = useQuery(queries.rules());
  const remove = useMutation({
    mutationFn: (counterpartyRuleId: string) => ask("removeRule", { params: { counterpartyRuleId } }),
    onSettled: () => {
      for (const key of ["rules", "transactions", "insights", "overview"]) void queryClient.invalidateQueries({ queryKey: [key] });
    },
  });
  const rules = data?.rules ?? [];
  return (
    <SectionCard title={<Trans>Your category rules</Trans>} className="pb-1">
      <div className="mt-2">
        {data !== undefined && rules.length === 0 && (
          <Row name={<Trans>No rules yet</Trans>} about={<Trans>Open a transaction, change its category and choose “All from …”.</Trans>} />
        )}
        {rules.map(({ counterpartyRuleId, counterpartyName, category }) => (
          <Row key={counterpartyRuleId} name={counterpartyName} about={i18n._(categories[category].name)}>
            <Button
              busy={remove.isPending && remove.variables === counterpartyRuleId}
              onClick={() => remove.mutate(counterpartyRuleId)}
              aria-label={t`Remove the rule for ${counterpartyName}`}
            >
              <Trans>Remove</Trans>
            </Button>
          </Row>
        ))}
        <p role="status" className="px-4 text-12 text-muted not-empty:pb-4 sm:px-6">
          {remove.isSuccess && <Trans>The rule is removed. Your transactions are where they were without it.</Trans>}
        </p>
        <Failure error={remove.error ?? error} />
      </div>
    </SectionCard>
  );
}
