import type { AspspProfile } from "../bank-adapter.ts";
import type { BerlinGroupSandboxSettings } from "./settings.ts";

/** Facts about the Berlin Group bank of the sandbox. */
export function berlinGroupSandboxProfile(baseUrl: string, settings: BerlinGroupSandboxSettings): AspspProfile {
  const { origin } = new URL(baseUrl);
  return {
    aspspId: "berlin-group-sandbox",
    name: "Berlin Group (sandbox)",
    bic: undefined,
    countries: ["DE"],
    environment: "sandbox",
    scaApproach: "redirect",
    historyDays: 90,
    consentMaxDays: 180,
    entryReferencesStable: false,
    origins: [origin],
    resourceOrigins: [origin],
    trustedRootsPath: settings.BG_CA_BUNDLE_PATH,
    allowLegacySha1ClientCertificate: false,
    signingAlgorithms: ["RS256", "PS256", "ES256"],
  };
}
