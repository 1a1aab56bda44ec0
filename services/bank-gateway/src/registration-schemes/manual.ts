import { errors } from "../errors.ts";
import { askByToken, proveByToken } from "./by-token.ts";
import type { RegistrationScheme } from "./scheme.ts";

export interface ManualSettings {
  /** A scope every client of the bank may have. */
  readonly scope: string;
}

/** By hand: somebody registers us at the bank's portal, and an operator types in what it gave out. */
export function manualScheme({ scope }: ManualSettings): RegistrationScheme {
  return {
    name: "manual",
    async submit(_at, { entered }) {
      if (entered === undefined) throw errors.ERR_REGISTRATION_CREDENTIALS_AWAITED();
      const unsaid = { clientIdIssuedAt: null, clientSecretExpiresAt: null, clientName: null, softwareId: null, scope: null, jwksEndpoint: null };
      return { client: { clientId: entered.clientId, ...unsaid, redirectUris: [], grantTypes: [], softwareRoles: [] }, credentials: entered };
    },
    validate: proveByToken,
    read: (at) => askByToken(at, scope),
    // Only the portal could be told, by the same somebody.
    end: async () => false,
  };
}
