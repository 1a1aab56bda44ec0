import { Trans } from "@lingui/react/macro";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";

/** The codes, this once. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <div className="space-y-5 px-4 pb-6 pt-5 sm:px-6">
      <Notice tone="warning" title={<Trans>Keep these where you keep important papers</Trans>}>
        <Trans>They are shown only now. Each works once, in place of a code of your app, or to set a new password.</Trans>
      </Notice>
      <ul className="grid grid-cols-1 gap-x-6 gap-y-2 font-mono text-14 tabular-nums sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button look="primary" size="wide" onClick={onClose}>
        <Trans>I have written them down</Trans>
      </Button>
    </div>
  );
}
