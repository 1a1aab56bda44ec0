import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CalendarClock, Unplug } from "lucide-react";
import type { Overview } from "../../../api/queries.ts";
import { LinkButton } from "../../../ui/button.tsx";
import { AttentionLine } from "./attention-line.tsx";

type Item = Extract<Overview["attention"][number], { kind: `funds-${string}` }>;

/** A permission to ask whether an account holds an amount ends soon, or has ended without the person's doing. */
export function FundsAttention({ item }: { item: Item }) {
  const { t } = useLingui();
  const { aspspName } = item;
  const account = item.maskedNumber ?? t`an account`;
  return item.kind === "funds-permission-ends" ? (
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
        _0={`Your permission to ask ${aspspName} about ${account} ends today.`}
        one={`Your permission to ask ${aspspName} about ${account} ends in # day.`}
        other={`Your permission to ask ${aspspName} about ${account} ends in # days.`}
      />
    </AttentionLine>
  ) : (
    <AttentionLine
      icon={Unplug}
      action={
        <LinkButton size="small" to="/permissions">
          <Trans>Allow again</Trans>
        </LinkButton>
      }
    >
      <Trans>
        Your permission to ask {aspspName} about {account} has ended.
      </Trans>
    </AttentionLine>
  );
}
