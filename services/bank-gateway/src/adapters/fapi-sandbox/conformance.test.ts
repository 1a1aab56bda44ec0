import { describe, expect, it } from "vitest";
import { adapterConformance } from "../conformance.ts";
import { fapiSandboxAdapters } from "./adapter.ts";
import { fapiSandboxSettings } from "./settings.ts";

const adapters = fapiSandboxAdapters(
  fapiSandboxSettings.parse({ FAPI_SANDBOX_URL: "https://fapi.bank.example/", FAPI_SANDBOX_PAGES_URL: "https://pages.bank.example" }),
);
// How account data is understood, the bank whose form it is shows in full.
const recorded = {
  "accounts.list": [
    {
      accountId: "a-1",
      productName: "Account",
      identifierSchema: "IBAN",
      identifier: "FI2112345600000785",
      servicerSchema: "BIC",
      servicer: "OKOYFIHH",
      owner: "Testaaja Tiina",
      netBalance: "1.00",
      grossBalance: "1.00",
      currency: "EUR",
    },
  ],
  "cards.list": [],
  "accounts.transactions": { transactions: [] },
  "consents.create": { authorizationId: "5f0c1d0e-0000-4000-8000-000000000001", created: "2026-11-22T10:00:00Z", status: "Unauthorized" },
};
for (const adapter of adapters) adapterConformance(adapter, recorded);

describe("the FAPI banks of the sandbox", () => {
  it("are there only with their address", () => {
    expect(fapiSandboxAdapters(fapiSandboxSettings.parse({}))).toEqual([]);
    expect(adapters.map(({ profile }) => profile.aspspId)).toEqual(["fapi1-sandbox", "fapi2-sandbox", "decoupled-sandbox"]);
  });
});
