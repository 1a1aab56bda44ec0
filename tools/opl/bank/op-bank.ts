import type { AspspProfile, BankAdapter, OAuthProfile } from "../../../services/bank-gateway/src/adapters/bank-adapter.ts";
import { opEndpoints, opProfile } from "../../../services/bank-gateway/src/adapters/op/profile.ts";
import { opStandard } from "../../../services/bank-gateway/src/standards/op/op.ts";
import { opRegistration } from "../../../services/bank-gateway/src/standards/op/registration.ts";
import type { OpRegistration } from "../../../services/bank-gateway/src/standards/op/registration.ts";
import type { Settings } from "../settings/read-settings.ts";

/** What a registration needs of the gateway's adapter, with the single messages of the registration. */
export interface OpBank extends Pick<BankAdapter, "callHeaders" | "translateRefusal"> {
  readonly profile: AspspProfile;
  readonly oauth: OAuthProfile;
  readonly registration: OpRegistration;
}

/** The gateway's own adapter for OP, set by an env file. */
export function opBank(settings: Settings): OpBank {
  const op = {
    ...settings,
    OP_API_KEY_FILE: { reveal: () => settings.OP_API_KEY },
    // Production has no generator, and with certificates of one's own nothing is ever sent to it.
    OP_CERT_GENERATION_URL: settings.OP_CERT_GENERATION_URL ?? settings.OP_REGISTRATION_URL,
    // Registration calls none of these, and an env file may leave them out.
    OP_PIS_BASE_URL: settings.OP_PIS_BASE_URL ?? settings.OP_AIS_BASE_URL,
    OP_COF_BASE_URL: settings.OP_COF_BASE_URL ?? settings.OP_AIS_BASE_URL,
    OP_PAYMENTS_JWKS_URL: settings.OP_PAYMENTS_JWKS_URL ?? settings.OP_OIDC_JWKS_URL,
    OP_SANDBOX_SCENARIO: undefined,
  };
  const endpoints = { ...opEndpoints(op), grantTypes: settings.OP_GRANT_TYPES };
  const { profile, oauth, callHeaders, translateRefusal } = opStandard(opProfile(op), endpoints);
  return { profile, oauth, callHeaders, translateRefusal, registration: opRegistration(endpoints) };
}
