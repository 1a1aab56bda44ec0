import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "./config.ts";

const directory = mkdtempSync(join(tmpdir(), "opl-ingest-config-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};
const good = {
  OPL_HTTP_PORT: "0",
  OPL_DATABASE_URL: "postgres://opl_ingest@127.0.0.1:5432/opl",
  OPL_NATS_URL: "nats://127.0.0.1:4222",
  OPL_BANK_GATEWAY_URL: "http://127.0.0.1:4001",
  OPL_SERVICE_KEY_FILE: file("key.json", "{}"),
  OPL_SERVICE_JWKS_FILE: file("jwks.json", JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x: "AA", kid: "bff" }] })),
};

describe("the configuration", () => {
  it("has defaults for what may be left out", () => {
    expect(loadConfig(good)).toMatchObject({
      OPL_DATABASE_SCHEMA: "opl_ingest",
      OPL_SYNC_UNATTENDED_PER_DAY: 4,
      OPL_SYNCS_AT_ONCE: 4,
      OPL_SYNC_PAGES_MAX: 500,
    });
  });

  it("names every bad variable in one report", () => {
    const bad = { ...good, OPL_BANK_GATEWAY_URL: "gateway", OPL_SYNC_UNATTENDED_PER_DAY: "5", OPL_DATABASE_URL: undefined };
    expect(() => loadConfig(bad)).toThrow(/OPL_DATABASE_URL[\s\S]*OPL_BANK_GATEWAY_URL[\s\S]*OPL_SYNC_UNATTENDED_PER_DAY/);
  });
});
