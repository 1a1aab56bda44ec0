import type { ClientInformation, PlanDifference, RegistrationTerms } from "@opl/contracts/model";
import { missingInAcceptedClient } from "./accepted-client.ts";

const comparable: Readonly<Record<Exclude<keyof RegistrationTerms, "scopes">, (terms: RegistrationTerms) => string | null>> = {
  clientName: ({ clientName }) => clientName,
  clientUri: ({ clientUri }) => clientUri,
  organisationName: ({ organisationName }) => organisationName,
  contacts: ({ contacts }) => contacts.map(({ name, email, phone, type }) => [name, email, phone, type].join(" / ")).join(", "),
  redirectUris: ({ redirectUris }) => listed(redirectUris),
  roles: ({ roles }) => listed(roles),
  algorithm: ({ algorithm }) => algorithm,
};

/** What other terms would change; their order within a list is of no account, and scopes follow from roles. */
export function termsDifferences(from: RegistrationTerms, to: RegistrationTerms): readonly PlanDifference[] {
  return Object.entries(comparable).flatMap(([field, read]) => (read(from) === read(to) ? [] : [{ field, from: read(from), to: read(to) }]));
}

/**
 * Where the bank's own record is not what we registered, from what it is to what it should be. What the bank does not show is not
 * held against it, nor a grant or scope beyond what we need; `openid`, which some banks add for signing in, is none of our terms.
 */
export function driftOf(terms: RegistrationTerms, client: ClientInformation): readonly PlanDifference[] {
  const shown = client.scope?.split(/\s+/).filter((scope) => scope !== "") ?? [];
  const scopes = shown.filter((scope) => scope !== "openid");
  const lacking = missingInAcceptedClient(terms, { ...client, redirectUris: [], softwareRoles: [] }).map((entry) => entry.replace("grant_types: ", ""));
  return [
    ...unlike("redirectUris", client.redirectUris, terms.redirectUris),
    ...unlike("roles", client.softwareRoles.map(plainRole), terms.roles),
    ...(shown.length === 0 || terms.scopes.every((scope) => scopes.includes(scope))
      ? []
      : [{ field: "scopes", from: scopes.length === 0 ? null : listed(scopes), to: listed(terms.scopes) }]),
    ...(lacking.length === 0 ? [] : [{ field: "grantTypes", from: listed(client.grantTypes), to: listed([...client.grantTypes, ...lacking]) }]),
  ];
}

/** Some banks write who we are instead of what we do: `AISP`. */
function plainRole(role: string): string {
  return role.replace(/^(AIS|PIS)P$/, "$1");
}

function unlike(field: string, shown: readonly string[], wanted: readonly string[]): readonly PlanDifference[] {
  return shown.length === 0 || listed(shown) === listed(wanted) ? [] : [{ field, from: listed(shown), to: listed(wanted) }];
}

function listed(values: readonly string[]): string {
  return values.toSorted().join(", ");
}

/** Whether two drifts are the same one. */
export function sameDifferences(one: readonly PlanDifference[], other: readonly PlanDifference[]): boolean {
  const text = (differences: readonly PlanDifference[]): string => JSON.stringify(differences.map(({ field, from, to }) => [field, from, to]));
  return text(one) === text(other);
}
