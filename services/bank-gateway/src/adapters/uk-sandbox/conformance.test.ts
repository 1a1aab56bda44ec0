import { describe, expect, it } from "vitest";
import { adapterConformance } from "../conformance.ts";
import { ukSandboxAdapter } from "./adapter.ts";
import { ukSandboxSettings } from "./settings.ts";

const adapter = ukSandboxAdapter(ukSandboxSettings.parse({ UK_ISSUER: "https://as.bank.example/" }));
if (adapter === undefined) throw new Error("not configured");
adapterConformance(adapter, {});

describe("the UK bank of the sandbox", () => {
  it("is there only with its issuer", () => {
    expect(ukSandboxAdapter(ukSandboxSettings.parse({}))).toBeUndefined();
  });
});
