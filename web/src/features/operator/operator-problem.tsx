import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { isApiError } from "../../api/api-error.ts";
import { useProblem } from "../../api/use-problem.ts";
import { Notice } from "../../ui/notice.tsx";

/** What a code alone does not say: by it and the reason among its details. */
const refusalWords: Readonly<Record<string, MessageDescriptor>> = {
  "ERR_PKCS12_UNREADABLE passphrase": msg`The passphrase does not open this file.`,
  "ERR_PKCS12_UNREADABLE format": msg`This is no PKCS#12 file that we can read.`,
  "ERR_PKCS12_UNREADABLE no-key": msg`There is no key in this file, or none that we can read.`,
  "ERR_PKCS12_UNREADABLE no-certificate": msg`There is no certificate for the key in this file.`,
};

/** Why an action did not work: for a refusal the sentence of the service that refused, with its code, which operators can look up. */
export function OperatorProblem({ error }: { error: unknown }) {
  const { i18n } = useLingui();
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
  const words = refusalWords[`${said.code} ${String(said.details?.["reason"])}`];
  return (
    <Notice tone="danger" live title={<Trans>This was refused</Trans>}>
      <p lang={words === undefined ? "en" : undefined} className="break-words">
        {words === undefined ? said.message : i18n._(words)}
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
