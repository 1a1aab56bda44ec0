import { Plural, Trans } from "@lingui/react/macro";
import type { ConnectionView } from "../../../api/queries.ts";
import { Badge } from "../../../ui/badge.tsx";
import { endsSoon } from "./validity.ts";

/** How a permission stands, in a word or two. */
export function StatusBadge({ connection }: { connection: Pick<ConnectionView, "status" | "daysLeft" | "history"> }) {
  const { status, daysLeft } = connection;
  if (status === "valid" && daysLeft !== null && endsSoon(connection)) {
    return (
      <Badge tone="warning">
        <Plural value={daysLeft} _0="Ends today" one="Ends in # day" other="Ends in # days" />
      </Badge>
    );
  }
  switch (status) {
    case "valid":
      return (
        <Badge tone="positive">
          <Trans>Active</Trans>
        </Badge>
      );
    case "unconfirmed":
      return (
        <Badge tone="warning">
          <Trans>Paused until you confirm</Trans>
        </Badge>
      );
    case "scaRequired":
      return (
        <Badge tone="warning">
          <Trans>Your bank wants to see you</Trans>
        </Badge>
      );
    case "received":
    case "partiallyAuthorised":
      return (
        <Badge>
          <Trans>Waiting for your yes at the bank</Trans>
        </Badge>
      );
    case "rejected":
      return (
        <Badge>
          <Trans>Not given</Trans>
        </Badge>
      );
    case "revokedByPsu":
      return (
        <Badge>
          <Trans>Withdrawn by you</Trans>
        </Badge>
      );
    case "expired":
      return (
        <Badge>
          <Trans>Ran out</Trans>
        </Badge>
      );
    case "terminatedByTpp":
      return (
        <Badge>
          <Trans>Ended by us</Trans>
        </Badge>
      );
    case "replaced":
      return (
        <Badge>
          <Trans>Renewed by a newer one</Trans>
        </Badge>
      );
  }
}
