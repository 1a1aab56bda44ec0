import { describe, expect, it } from "vitest";
import { hashClaim, matchesHashClaim } from "./hash-claim.ts";

describe("hashClaim", () => {
  // The examples of OpenID Connect Core 1.0, appendix A.3 and A.4 (RS256).
  it.each([
    ["Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "LDktKdoQak3Pk0cnXxCltA"],
    ["jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ"],
  ])("%s", (value, expected) => {
    expect(hashClaim(value, "RS256")).toBe(expected);
    expect(hashClaim(value, "ES256")).toBe(expected);
    expect(matchesHashClaim(expected, value, "PS256")).toBe(true);
  });

  it("is 256 bits wide for Ed25519", () => {
    expect(Buffer.from(hashClaim("x", "EdDSA"), "base64url")).toHaveLength(32);
  });

  it.each([undefined, null, 7, "", "LDktKdoQak3Pk0cnXxClt", "LDktKdoQak3Pk0cnXxCltA="])("%j matches nothing", (claim) => {
    expect(matchesHashClaim(claim, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "RS256")).toBe(false);
  });
});
