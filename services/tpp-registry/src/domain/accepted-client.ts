import type { ClientInformation, RegistrationTerms } from "@opl/contracts/model";

const ciba = "urn:openid:params:grant-type:ciba";

/** A bank that asks people in its own app has another grant in place of the code. */
const grantsWeNeed = (given: readonly string[]): readonly string[] => [
  "client_credentials",
  given.includes(ciba) ? ciba : "authorization_code",
  "refresh_token",
];

/** What the bank left out of what we asked for; a list it does not give at all is not held against it. */
export function missingInAcceptedClient(asked: Pick<RegistrationTerms, "redirectUris" | "roles">, client: ClientInformation): readonly string[] {
  return [
    ...lacking("redirect_uris", asked.redirectUris, client.redirectUris),
    ...lacking("grant_types", grantsWeNeed(client.grantTypes), client.grantTypes),
    ...lacking("software_roles", asked.roles, client.softwareRoles),
  ];
}

function lacking(name: string, asked: readonly string[], given: readonly string[]): readonly string[] {
  return given.length === 0 ? [] : asked.filter((value) => !given.includes(value)).map((value) => `${name}: ${value}`);
}
