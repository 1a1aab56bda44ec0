import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Secret } from "@opl/service";
import { opAdapter } from "./op/adapter.ts";
import { opSettings } from "./op/settings.ts";
import { adapters } from "./index.ts";

const folders = readdirSync(new URL(".", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe("the registry of banks", () => {
  it("has one line for each folder, and each folder is named after its bank", () => {
    expect(adapters).toHaveLength(folders.length);
    expect(folders).toContain(opAdapter({ ...opSettings.omit({ OP_API_KEY_FILE: true }).parse({}), OP_API_KEY_FILE: new Secret("x") }).profile.aspspId);
  });

  it.each(folders)("%s is complete", (folder) => {
    const files = readdirSync(new URL(`${folder}/`, import.meta.url));
    expect(files).toEqual(expect.arrayContaining(["adapter.ts", "profile.ts", "settings.ts", "README.md", "conformance.test.ts"]));
    // Whoever reads data shows with recorded answers how it is understood.
    if (files.includes("fixtures")) expect(files).toContain("translate.test.ts");
  });

  it("no variable is read by two banks", () => {
    const names = adapters.flatMap(({ settings }) => Object.keys(settings.shape));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("settings", () => {
  const url = (OP_AUTHORIZE_URL: string) => opSettings.shape.OP_AUTHORIZE_URL.safeParse(OP_AUTHORIZE_URL).success;
  it("plain http is for a bank on this machine", () => {
    expect([url("https://authorize.bank.example"), url("http://localhost:4000/oauth"), url("http://bank.localhost/")]).toEqual([true, true, true]);
    expect([url("http://authorize.bank.example"), url("http://localhost.evil.example"), url("ftp://localhost")]).toEqual([false, false, false]);
  });
  it("what holds tokens is always encrypted", () => {
    for (const name of ["OP_TOKEN_URL", "OP_AIS_BASE_URL", "OP_REGISTRATION_URL", "OP_CERT_GENERATION_URL"] as const) {
      expect(opSettings.shape[name].safeParse("http://localhost:4000").success).toBe(false);
    }
  });
});
