import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "@opl/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configSchema } from "./config.ts";

describe("the configuration", () => {
  let folder: string;
  let good: Record<string, string>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "opl-bff-config-"));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    good = {
      OPL_HTTP_PORT: "0",
      OPL_DATABASE_URL: "postgres://opl_bff@localhost/opl",
      OPL_NATS_URL: "nats://localhost:4222",
      OPL_SERVICE_KEY_FILE: file("key", "{}"),
      OPL_SERVICE_JWKS_FILE: file("jwks", JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x: "x", kid: "bff" }] })),
      OPL_CONSENT_URL: "http://consent:8080",
      OPL_INGEST_URL: "http://ingest:8080",
      OPL_ANALYTICS_URL: "http://analytics:8080",
      OPL_BANK_GATEWAY_URL: "http://bank-gateway:8080",
      OPL_TPP_REGISTRY_URL: "http://tpp-registry:8080",
      OPL_PUBLIC_ORIGIN: "https://ledger.example",
      OPL_SESSION_SECRET_FILE: file("session", "s".repeat(43)),
      OPL_SESSION_BINDING_KEY_FILE: file("binding", "b".repeat(43)),
    };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (changes: Record<string, string | undefined> = {}) => parseConfig(configSchema, { ...good, ...changes }, { service: "bff" });

  it("needs no more than this and keeps secrets to itself", () => {
    const config = read();
    expect(config).toMatchObject({ OPL_SESSION_IDLE_MINUTES: 60, OPL_SESSION_LONGEST_HOURS: 12, OPL_TIME_ZONE: "Europe/Helsinki" });
    expect(JSON.stringify(config)).not.toContain("sssss");
  });

  it.each(["http://localhost:3000", "http://127.0.0.1:3000", "https://ledger.example:8443"])("takes the origin %s", (origin) => {
    expect(read({ OPL_PUBLIC_ORIGIN: origin }).OPL_PUBLIC_ORIGIN).toBe(origin);
  });

  it.each([
    "http://ledger.example",
    "https://ledger.example/",
    "https://ledger.example/app",
    "ledger.example",
    "https://user@ledger.example",
    "ftp://localhost",
    "http://localhost.evil.example",
  ])("refuses the origin %s", (origin) => {
    expect(() => read({ OPL_PUBLIC_ORIGIN: origin })).toThrow(/OPL_PUBLIC_ORIGIN: expected an origin/);
  });

  it.each([{ OPL_DEMO_EMAIL: "demo@example.fi" }, { OPL_DEMO_PASSWORD_FILE: "binding" }])("does not take half of a demo person", (half) => {
    const changes = "OPL_DEMO_PASSWORD_FILE" in half ? { OPL_DEMO_PASSWORD_FILE: join(folder, half.OPL_DEMO_PASSWORD_FILE) } : half;
    expect(() => read(changes)).toThrow(/OPL_DEMO_PASSWORD_FILE: .*set both or neither|OPL_DEMO_PASSWORD_FILE: is missing/);
  });

  it.each([{ OPL_OPERATOR_EMAIL: "ops@example.fi" }, { OPL_OPERATOR_PASSWORD_FILE: "binding" }])("does not take half of an operator", (half) => {
    const changes = "OPL_OPERATOR_PASSWORD_FILE" in half ? { OPL_OPERATOR_PASSWORD_FILE: join(folder, half.OPL_OPERATOR_PASSWORD_FILE) } : half;
    expect(() => read(changes)).toThrow(/OPL_OPERATOR_PASSWORD_FILE: .*set both or neither|OPL_OPERATOR_PASSWORD_FILE: is missing/);
  });

  it("names every bad variable in one report", () => {
    const short = join(folder, "short");
    writeFileSync(short, "too short");
    const bad = {
      OPL_SESSION_SECRET_FILE: short,
      OPL_TRUSTED_PROXIES: "10.0.0.0/8, proxy",
      OPL_TIME_ZONE: "Moon/Base",
      OPL_INGEST_URL: undefined,
      OPL_SESSION_IDLE_MINUTES: "1",
    };
    let report = "";
    try {
      read(bad);
    } catch (error) {
      report = String(error);
    }
    for (const name of Object.keys(bad)) expect(report).toContain(`${name}:`);
    expect(report).not.toContain("too short");
  });
});
