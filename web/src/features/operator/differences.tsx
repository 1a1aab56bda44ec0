import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { FieldTable } from "./field-table.tsx";
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
  const nameOf = (field: string): string => (fieldNames[field] === undefined ? field : i18n._(fieldNames[field]));
  return (
    <FieldTable
      className="mt-2"
      label={t`Differences at ${bank}`}
      head={[t`What`, t`Is`, t`Should be`]}
      rows={differences.map((difference) => ({ ...difference, name: nameOf(difference.field) }))}
    />
  );
}
