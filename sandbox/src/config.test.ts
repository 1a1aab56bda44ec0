import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configSchema, readConfig } from "./config.ts";

describe("the configuration", () => {
  it("needs nothing, and treats empty values like absent ones", () => {
    expect(readConfig({ SANDBOX_PAGE_SIZE: "" })).toMatchObject({
      SANDBOX_PAGE_SIZE: 250,
      SANDBOX_API_KEY: "sandbox-portal-key",
      SANDBOX_STRICT_AUDIENCE: false,
    });
  });

  it.each([
    ["SANDBOX_PAGE_SIZE", "1.5"],
    ["SANDBOX_OP_MTLS_PORT", "70000"],
    ["SANDBOX_TODAY", "2026-02-30"],
    ["SANDBOX_TODAY", "today"],
    ["SANDBOX_PUBLIC_HOST", "a b"],
    ["SANDBOX_AUTHORIZE_ORIGIN", "login"],
    ["SANDBOX_TOKEN_DIALECT", "other"],
    ["SANDBOX_STRICT_AUDIENCE", "perhaps"],
  ])("refuses %s=%s by name", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it("describes every variable, and the README lists them all and no others", () => {
    const documented = readFileSync(new URL("../README.md", import.meta.url), "utf8").match(/`(SANDBOX|OPL)_[A-Z_]+`/g) ?? [];
    expect([...new Set(documented.map((name) => name.slice(1, -1)))].toSorted()).toEqual(Object.keys(configSchema.shape).toSorted());
    for (const [name, variable] of Object.entries(configSchema.shape)) expect(variable.description, name).toBeTruthy();
  });
});
