import { Trans } from "@lingui/react/macro";
import { useSearch } from "@tanstack/react-router";
import { Notice } from "../../ui/notice.tsx";

/** Said after a way back from the bank that came to nothing. */
export function ApprovalEnded() {
  const { ended } = useSearch({ strict: false });
  if (ended === undefined) return null;
  if (ended === "superseded")
    return (
      <Notice tone="warning" live className="mb-6" title={<Trans>A newer approval has begun</Trans>}>
        <Trans>
          Another tab or device began to approve this payment after you did, and only the newest approval counts. Nothing has left your account. Approve it in
          the newest one, or begin again here; if the bank does not ask you any more, cancel the payment and pay anew.
        </Trans>
      </Notice>
    );
  return (
    <Notice tone="warning" live className="mb-6" title={<Trans>The approval did not come about</Trans>}>
      <Trans>
        The bank could not go on, or its answer did not pass our checks. Nothing has left your account; you can try again. If you have approved it at the bank
        before, cancel it and pay anew: an approval whose answer never reached us pays nothing.
      </Trans>
    </Notice>
  );
}
