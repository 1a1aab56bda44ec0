import { describe, expect, it } from "vitest";
import { adapterConformance } from "../conformance.ts";
import { berlinGroupSandboxAdapter } from "./adapter.ts";

const adapter = berlinGroupSandboxAdapter({ BG_XS2A_BASE_URL: "https://xs2a.bank.example/psd2/", BG_CA_BUNDLE_PATH: undefined });
if (adapter === undefined) throw new Error("not configured");
adapterConformance(adapter, {});

describe("the Berlin Group bank of the sandbox", () => {
  it("is there only with its address", () => {
    expect(berlinGroupSandboxAdapter({ BG_XS2A_BASE_URL: undefined, BG_CA_BUNDLE_PATH: undefined })).toBeUndefined();
  });
});
