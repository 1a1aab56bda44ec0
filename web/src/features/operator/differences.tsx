import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Plan } from "./operator-api.ts";

const fieldNames: Readonly<Record<string, MessageDescriptor>> = {
  clientName: msg`Name`,
  clientUri: msg`Address`,
  organisationName: msg`Organisation`,
  contacts: msg`Contacts`,
  redirectUris: msg`Redirect URIs`,
  roles: msg`Roles`,
  algorithm: msg`Signature algorithm`,
  scopes: msg`Scopes`,
  grantTypes: msg`Grant types`,
};

/** What differs at a bank, field by field. */
export function Differences({ differences, bank }: { differences: Plan["actions"][number]["differences"]; bank: string }) {
  const { t, i18n } = useLingui();
  if (differences.length === 0) return null;
  return (
    <div className="mt-2 overflow-x-auto" tabIndex={0} role="group" aria-label={t`Differences at ${bank}`}>
      <table className="w-full text-left text-12">
        <thead className="text-muted">
          <tr>
            <Head>
              <Trans>What</Trans>
            </Head>
            <Head>
              <Trans>Is</Trans>
            </Head>
            <Head>
              <Trans>Should be</Trans>
            </Head>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ field, from, to }) => (
            <tr key={field} className="border-t align-top">
              <th scope="row" className="py-1.5 pr-4 font-500">
                {fieldNames[field] === undefined ? field : i18n._(fieldNames[field])}
              </th>
              <td className="py-1.5 pr-4 break-all">{from ?? "–"}</td>
              <td className="py-1.5 break-all">{to ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="py-1.5 pr-4 font-500">
      {children}
    </th>
  );
}
