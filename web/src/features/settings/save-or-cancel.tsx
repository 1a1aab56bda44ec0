import { Trans } from "@lingui/react/macro";
import { Button } from "../../ui/button.tsx";

/** The end of a form in a dialog: leave it, or send it. */
export function SaveOrCancel({ busy, onCancel }: { busy: boolean; onCancel: () => void }) {
  return (
    <div className="flex flex-wrap justify-end gap-3">
      <Button look="quiet" onClick={onCancel}>
        <Trans>Cancel</Trans>
      </Button>
      <Button type="submit" look="primary" busy={busy}>
        <Trans>Save</Trans>
      </Button>
    </div>
  );
}
