import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "@opl/service";
import { afterAll, expect, it } from "vitest";
import { configSchema } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "opl-gateway-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

it.each([
  ["OPL_QTSP_TRUST_ANCHORS_PATH", file("empty.pem", "no certificate\n"), "there is no certificate in the file"],
  ["OPL_QTSP_TRUST_ANCHORS_PATH", file("broken.pem", broken), "the file cannot be read as certificates in PEM"],
  ["OPL_QTSP_TRUST_ANCHORS_PATH", join(folder, "none.pem"), "the file cannot be read as certificates in PEM"],
  ["OPL_DATABASE_POOL_SIZE", "5", "expected a whole number from 6 to 200"],
])("%s with %s stops the start: %s", (name, value, message) => {
  expect(() => parseConfig(configSchema, { [name]: value }, { service: "bank-gateway" })).toThrow(new RegExp(`${name}.*${message}`));
});
