import { certificateScheme } from "../../registration-schemes/certificate.ts";
import { berlinGroupPsuHeaders } from "../../standards/berlin-group/psu-headers.ts";
import { translateBerlinGroupRefusal } from "../../standards/berlin-group/refusal.ts";
import type { BankAdapter } from "../bank-adapter.ts";
import { berlinGroupSandboxProfile } from "./profile.ts";
import type { BerlinGroupSandboxSettings } from "./settings.ts";

/** The Berlin Group bank of the sandbox; so far it only gets to know us. @returns nothing where it is not configured */
export function berlinGroupSandboxAdapter(settings: BerlinGroupSandboxSettings): BankAdapter | undefined {
  const baseUrl = settings.BG_XS2A_BASE_URL?.replace(/\/+$/, "");
  if (baseUrl === undefined) return undefined;
  return {
    profile: berlinGroupSandboxProfile(baseUrl, settings),
    psuHeaders: berlinGroupPsuHeaders,
    callHeaders: () => ({ accept: "application/json" }),
    translateRefusal: translateBerlinGroupRefusal,
    registration: certificateScheme({ consentsUrl: `${baseUrl}/v1/consents` }),
  };
}
