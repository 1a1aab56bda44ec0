import { Plural, Trans } from "@lingui/react/macro";
import { CircleAlert, CircleCheck, Clock, TriangleAlert } from "lucide-react";
import { useFormat } from "../../format/use-format.ts";
import { Badge } from "../../ui/badge.tsx";
import { type Urgency, urgencyOf } from "./lasting.ts";

const looks: Record<Urgency, { readonly tone: "positive" | "warning" | "danger"; readonly Icon: typeof Clock }> = {
  fine: { tone: "positive", Icon: CircleCheck },
  soon: { tone: "warning", Icon: Clock },
  urgent: { tone: "danger", Icon: TriangleAlert },
  ended: { tone: "danger", Icon: CircleAlert },
};

/** How long a certificate still lasts: a colour, a sign and words, each of which says it alone. */
export function DaysLeft({ days, end }: { days: number; end: string }) {
  const format = useFormat();
  const urgency = urgencyOf(days);
  const { tone, Icon } = looks[urgency];
  return (
    <span className="inline-flex" title={format.instant(end)}>
      <Badge tone={tone}>
        <Icon aria-hidden="true" size={16} strokeWidth={1.75} />
        {urgency === "ended" ? (
          <Trans>Ran out</Trans>
        ) : urgency === "urgent" ? (
          <Plural value={days} _0="Urgent: ends today" one="Urgent: # day left" other="Urgent: # days left" />
        ) : urgency === "soon" ? (
          <Plural value={days} one="Soon: # day left" other="Soon: # days left" />
        ) : (
          <Plural value={days} one="# day left" other="# days left" />
        )}
      </Badge>
    </span>
  );
}
