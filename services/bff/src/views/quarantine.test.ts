import { describe, expect, it } from "vitest";
import { aQuarantine } from "../../test/registry-world.ts";
import { bankNames } from "./bank-names.ts";
import { quarantineView } from "./quarantine.ts";

describe("a bank in quarantine", () => {
  const seen = aQuarantine();
  const named = bankNames([]);

  it("shows each member that changed, before and now, and what would be approved", () => {
    expect(quarantineView(seen, named)).toEqual({
      aspspId: seen.aspspId,
      aspspName: seen.aspspId,
      since: "2026-11-22T09:00:00Z",
      reason: "changed",
      differences: [
        { field: "token_endpoint", from: "https://as.bank.example/token", to: "https://as.bank.example/token/v2" },
        { field: "id_token_signing_alg_values_supported", from: "ES256, PS256", to: null },
        { field: "mtls_endpoint_aliases", from: null, to: '{"token_endpoint":"https://mtls.bank.example/token"}' },
      ],
      fingerprint: seen.quarantine?.offered?.fingerprint,
    });
  });

  it("that says again what was accepted is approved as that; one that never said anything not at all", () => {
    const again = aQuarantine({ changed: [], offered: null });
    expect(quarantineView(again, named)).toMatchObject({ differences: [], fingerprint: again.accepted?.fingerprint });
    expect(quarantineView({ ...again, accepted: null }, named)).toMatchObject({ differences: [], fingerprint: null });
  });

  it("that was never believed shows all it says; one that is believed is none", () => {
    expect(quarantineView({ ...seen, accepted: null }, named)?.differences[0]).toEqual({ field: "issuer", from: null, to: "https://as.bank.example" });
    expect(quarantineView({ ...seen, quarantine: null }, named)).toBeNull();
  });
});
