import { dcrScheme } from "../../registration-schemes/dcr.ts";
import { manualScheme } from "../../registration-schemes/manual.ts";
import { fapiPsuHeaders } from "../../standards/fapi-psu-headers.ts";
import { translateUkRefusal } from "../../standards/uk-open-banking/refusal.ts";
import type { BankAdapter } from "../bank-adapter.ts";
import { clientScope, ukSandboxOAuth, ukSandboxProfile, ukSandboxRegistration } from "./profile.ts";
import type { UkSandboxSettings } from "./settings.ts";

/** The UK bank of the sandbox; so far we only register there. @returns nothing where it is not configured */
export function ukSandboxAdapter(settings: UkSandboxSettings): BankAdapter | undefined {
  const issuer = settings.UK_ISSUER?.replace(/\/+$/, "");
  if (issuer === undefined) return undefined;
  return {
    profile: ukSandboxProfile(issuer, settings),
    oauth: ukSandboxOAuth(issuer, settings),
    psuHeaders: fapiPsuHeaders,
    callHeaders: () => ({ accept: "application/json" }),
    translateRefusal: translateUkRefusal,
    registration: settings.UK_REGISTRATION === "manual" ? manualScheme({ scope: clientScope }) : dcrScheme(ukSandboxRegistration(issuer, settings)),
  };
}
