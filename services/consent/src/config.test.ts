import { parseConfig } from "@opl/service";
import { describe, expect, it } from "vitest";
import { configSchema } from "./config.ts";

const report = (env: Record<string, string>): string => {
  try {
    parseConfig(configSchema, env, { service: "consent" });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the configuration", () => {
  it("names every bad variable at once", () => {
    const text = report({ OPL_HTTP_PORT: "eighty", OPL_PUBLIC_ORIGIN: "ledger.example" });
    for (const name of [
      "OPL_HTTP_PORT",
      "OPL_DATABASE_URL",
      "OPL_NATS_URL",
      "OPL_SERVICE_KEY_FILE",
      "OPL_SERVICE_JWKS_FILE",
      "OPL_PUBLIC_ORIGIN",
      "OPL_BANK_GATEWAY_URL",
    ])
      expect(text).toContain(name);
  });
  it.each([
    ["https://ledger.example", true],
    ["https://ledger.example:8443", true],
    ["http://localhost:3000", true],
    ["http://ledger.example", false],
    ["http://localhost.evil.example", false],
    ["https://ledger.example/", false],
    ["https://ledger.example/app", false],
    ["https://user@ledger.example", false],
    ["javascript:alert(1)", false],
  ])("US-16 a public origin of %s is usable: %s", (origin, usable) => {
    expect(report({ OPL_PUBLIC_ORIGIN: origin }).includes("OPL_PUBLIC_ORIGIN")).toBe(!usable);
  });
});
