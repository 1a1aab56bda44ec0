import { useLingui } from "@lingui/react/macro";
import { isApiError } from "../../api/api-error.ts";
import { useWayInProblem } from "../../session/use-way-in-problem.ts";
import { Notice } from "../../ui/notice.tsx";

/** Why the last thing in a section did not work; nothing when it did. */
export function Failure({ error }: { error: unknown }) {
  const { t } = useLingui();
  const problem = useWayInProblem();
  const lastWayIn = () => ({ title: t`This is your last way in`, detail: t`Add a passkey or a password first, so that you do not lock yourself out.` });
  if (error === null || error === undefined) return null;
  const words = isApiError(error) && error.code === "ERR_LAST_WAY_IN" ? lastWayIn() : problem(error);
  return (
    <div className="px-4 pb-4 sm:px-6">
      <Notice tone="danger" live title={words.title}>
        {words.detail}
      </Notice>
    </div>
  );
}
