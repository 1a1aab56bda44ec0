import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Plural, useLingui } from "@lingui/react/macro";
import type { ConnectionView } from "../../../api/queries.ts";
import { Badge, type Tone } from "../../../ui/badge.tsx";
import { endsSoon } from "./validity.ts";

const statusNames: Record<ConnectionView["status"], readonly [name: MessageDescriptor, tone: Tone]> = {
  valid: [msg`Active`, "positive"],
  unconfirmed: [msg`Paused until you confirm`, "warning"],
  scaRequired: [msg`Your bank wants to see you`, "warning"],
  received: [msg`Waiting for your yes at the bank`, "neutral"],
  partiallyAuthorised: [msg`Waiting for your yes at the bank`, "neutral"],
  rejected: [msg`Not given`, "neutral"],
  revokedByPsu: [msg`Withdrawn by you`, "neutral"],
  expired: [msg`Ran out`, "neutral"],
  terminatedByTpp: [msg`Ended by us`, "neutral"],
  replaced: [msg`Renewed by a newer one`, "neutral"],
};

/** The bank told us, and did not say whose wish it was. */
const endedAtBank = [msg`Ended at your bank`, "neutral"] as const;

/** How a permission stands, in a word or two. */
export function StatusBadge({ connection }: { connection: Pick<ConnectionView, "status" | "daysLeft" | "history"> }) {
  const { i18n } = useLingui();
  const { status, daysLeft } = connection;
  if (status === "valid" && daysLeft !== null && endsSoon(connection)) {
    return (
      <Badge tone="warning">
        <Plural value={daysLeft} _0="Ends today" one="Ends in # day" other="Ends in # days" />
      </Badge>
    );
  }
  const [name, tone] = connection.history.some(({ what, by }) => what === "lost" && by === "aspsp")
    ? endedAtBank
    : statusNames[connection.history.some(({ what }) => what === "replaced") ? "replaced" : status];
  return <Badge tone={tone}>{i18n._(name)}</Badge>;
}
