import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { againWhileBusy } from "../../api/again-while-busy.ts";
import { queries } from "../../api/queries.ts";
import { refresh } from "../../api/refresh.ts";
import { removeRule } from "../../api/remove-rule.ts";
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
  const list = useRef<HTMLDivElement>(null);
  const remove = useMutation({
    ...againWhileBusy,
    mutationFn: removeRule,
    onSuccess: (_, counterpartyRuleId) => {
      passFocusOn(list.current, counterpartyRuleId);
      queryClient.setQueryData(
        queries.rules().queryKey,
        (known) => known && { ...known, rules: known.rules.filter((rule) => rule.counterpartyRuleId !== counterpartyRuleId) },
      );
    },
    onSettled: () => refresh(queryClient, ["rules", "transactions", "insights", "overview"]),
  });
  const rules = data?.rules ?? [];
  return (
    <SectionCard title={<Trans>Your category rules</Trans>} className="pb-1">
      <div ref={list} className="mt-2">
        {data !== undefined && rules.length === 0 && (
          <Row name={<Trans>No rules yet</Trans>} about={<Trans>Open a transaction, change its category and choose “All from …”.</Trans>} />
        )}
        {rules.map(({ counterpartyRuleId, counterpartyName, category }) => (
          <Row key={counterpartyRuleId} name={counterpartyName} about={i18n._(categories[category].name)}>
            <Button
              data-rule={counterpartyRuleId}
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

/** From the button of a rule that goes to that of the next one, after the last to the heading of the section; not where the person is elsewhere by now. */
function passFocusOn(list: HTMLElement | null, counterpartyRuleId: string): void {
  const buttons = [...(list?.querySelectorAll<HTMLElement>("[data-rule]") ?? [])];
  const at = buttons.findIndex(({ dataset }) => dataset["rule"] === counterpartyRuleId);
  if (at < 0 || document.activeElement !== buttons[at]) return;
  (buttons[at + 1] ?? list?.closest("section")?.querySelector("h2"))?.focus();
}
