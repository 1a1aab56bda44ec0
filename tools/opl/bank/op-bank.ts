import type { BankAdapter, RegistrationFacet } from "../../../services/bank-gateway/src/adapters/bank-adapter.ts";
import { opEndpoints, opProfile } from "../../../services/bank-gateway/src/adapters/op/profile.ts";
import { opStandard } from "../../../services/bank-gateway/src/standards/op/op.ts";
import type { Settings } from "../settings/read-settings.ts";

export type OpBank = BankAdapter & { readonly registration: RegistrationFacet };

/** The gateway's own adapter for OP, set by an env file. */
export function opBank(settings: Settings): OpBank {
  const op = {
    ...settings,
    OP_API_KEY_FILE: { reveal: () => settings.OP_API_KEY },
    // Production has no generator, and with certificates of one's own nothing is ever sent to it.
    OP_CERT_GENERATION_URL: settings.OP_CERT_GENERATION_URL ?? settings.OP_REGISTRATION_URL,
  };
  return opStandard(opProfile(op), { ...opEndpoints(op), grantTypes: settings.OP_GRANT_TYPES }) as OpBank;
}
