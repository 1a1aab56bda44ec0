import { Trans } from "@lingui/react/macro";
import { isApiError } from "../../api/api-error.ts";
import { useProblem } from "../../api/use-problem.ts";
import { Notice } from "../../ui/notice.tsx";

/** Why an action did not work: for a refusal the sentence of the service that refused, with its code, which operators can look up. */
export function OperatorProblem({ error }: { error: unknown }) {
  const problem = useProblem();
  const said = isApiError(error) && error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429 ? error : undefined;
  if (said === undefined) {
    const { title, detail } = problem(error);
    return (
      <Notice tone="danger" live title={title}>
        {detail}
      </Notice>
    );
  }
  return (
    <Notice tone="danger" live title={<Trans>This was refused</Trans>}>
      <p lang="en" className="break-words">
        {said.message}
      </p>
      {said.fields.length > 0 && (
        <ul lang="en" className="list-inside list-disc">
          {said.fields.map(({ path, message }) => (
            <li key={path}>
              {path}: {message}
            </li>
          ))}
        </ul>
      )}
      <p className="mt-1 text-12">
        <code>{said.code}</code>
      </p>
    </Notice>
  );
}
