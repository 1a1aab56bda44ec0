import type { OpRegistration } from "../../services/bank-gateway/src/standards/op/registration.ts";
import type { Settings } from "./settings/read-settings.ts";

type Facts = Parameters<OpRegistration["softwareStatement"]>[0];

/** What the software statement says, from the settings and what the certificates say. */
export function softwareFacts(settings: Settings, certified: Pick<Facts, "tppId" | "organizationIdentifier" | "publicJwksUrl" | "softwareClientId">): Facts {
  return {
    ...certified,
    revokedJwksUrl: settings.OP_SOFTWARE_JWKS_REVOKED_ENDPOINT,
    clientName: settings.OP_SOFTWARE_CLIENT_NAME,
    clientUri: settings.OP_SOFTWARE_CLIENT_URI,
    redirectUris: settings.OP_SOFTWARE_REDIRECT_URIS,
    roles: settings.OP_ROLES,
    organisationName: settings.OP_ORG_NAME,
    contacts: settings.OP_ORG_CONTACTS,
  };
}
