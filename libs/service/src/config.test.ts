import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  Secret,
  databaseConfig,
  describeConfig,
  flag,
  httpConfig,
  integer,
  jsonFile,
  list,
  logConfig,
  natsConfig,
  parseConfig,
  secretFile,
  serviceTokenConfig,
  url,
} from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "opl-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const schema = z.object({ ...httpConfig, ...databaseConfig, ...natsConfig, ...serviceTokenConfig, ...logConfig });
const publicKey = { kty: "OKP", crv: "Ed25519", x: "x", kid: "consent" };
const good = {
  OPL_HTTP_PORT: "8080",
  OPL_DATABASE_URL: "postgres://consent@db/opl",
  OPL_NATS_URL: "nats://nats:4222",
  OPL_SERVICE_KEY_FILE: file("key.json", '{"d":"canary-key"}\n'),
  OPL_SERVICE_JWKS_FILE: file("jwks.json", JSON.stringify({ keys: [publicKey] })),
};

function report(env: Record<string, string | undefined>): string {
  try {
    parseConfig(schema, env, { service: "consent" });
    return "no report";
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_CONFIG", kind: "invalid" });
    return (error as Error).message;
  }
}

describe("parseConfig", () => {
  it("reads typed values, defaults and files", () => {
    const config = parseConfig(schema, { ...good, UNRELATED: "x", OPL_NATS_USER: "" }, { service: "consent" });
    expect(config).toMatchObject({
      OPL_HTTP_HOST: "127.0.0.1",
      OPL_HTTP_PORT: 8080,
      OPL_DATABASE_POOL_SIZE: 8,
      OPL_LOG_LEVEL: "info",
      OPL_SERVICE_JWKS_FILE: { keys: [publicKey] },
    });
    expect(config.OPL_NATS_USER).toBeUndefined();
    expect(config.OPL_SERVICE_KEY_FILE.reveal()).toBe('{"d":"canary-key"}');
    expect("UNRELATED" in config).toBe(false);
  });

  it("reports every bad variable at once, with what is expected", () => {
    const text = report({
      OPL_HTTP_PORT: "99999",
      OPL_DATABASE_URL: "mysql://db",
      OPL_DATABASE_POOL_SIZE: "many",
      OPL_LOG_LEVEL: "loud",
      OPL_NATS_PASSWORD_FILE: "/nowhere/at/all",
    });
    const lines = text.split("\n");
    expect(lines[0]).toBe("The configuration of consent is not usable; 8 variables need attention:");
    expect(
      lines
        .slice(1)
        .map((line) => line.trim().split(":")[0])
        .toSorted((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1)),
    ).toEqual([
      "OPL_DATABASE_POOL_SIZE",
      "OPL_DATABASE_URL",
      "OPL_HTTP_PORT",
      "OPL_LOG_LEVEL",
      "OPL_NATS_PASSWORD_FILE",
      "OPL_NATS_URL",
      "OPL_SERVICE_JWKS_FILE",
      "OPL_SERVICE_KEY_FILE",
    ]);
    expect(text).toContain("OPL_HTTP_PORT: expected a whole number from 0 to 65535");
    expect(text).toContain("OPL_DATABASE_URL: expected a URL that begins with postgres:// or postgresql://");
    expect(text).toContain("OPL_NATS_URL: is missing");
    expect(text).toContain("OPL_NATS_PASSWORD_FILE: the file cannot be read (ENOENT)");
  });

  it("speaks of one variable in the singular", () => {
    expect(report({ ...good, OPL_HTTP_PORT: "8e3" })).toContain("1 variable needs attention");
  });

  it("G-16 never repeats a value, which may be a secret in the wrong place", () => {
    const text = report({
      ...good,
      OPL_DATABASE_URL: "canary-url",
      OPL_HTTP_PORT: "canary-port",
      OPL_SERVICE_KEY_FILE: "canary-path",
      OPL_SERVICE_JWKS_FILE: file("bad.json", "canary-content"),
    });
    expect(text).not.toContain("canary");
  });

  it.each([
    ["an empty file", file("empty", "\n"), "the file is empty"],
    ["a folder", folder, "the file cannot be read (EISDIR)"],
  ])("refuses %s as a secret", (_, path, why) => {
    expect(report({ ...good, OPL_SERVICE_KEY_FILE: path })).toContain(why);
  });

  it.each(["1.5", "0x10", " 1", "1e2", "+1", "NaN", "9".repeat(20)])("takes %j for no whole number", (text) => {
    expect(integer(0, 10).safeParse(text).success).toBe(false);
  });

  it("reads lists by commas, and each item by its own rule", () => {
    const urls = list(url("https"));
    expect([urls.parse(" https://a.example/x , https://b.example,"), urls.parse("")]).toEqual([["https://a.example/x", "https://b.example"], []]);
    expect(urls.safeParse("https://a.example,ftp://b.example").error?.issues).toEqual([
      expect.objectContaining({ message: "expected a URL that begins with https://" }),
    ]);
  });

  it("reads flags strictly and JSON files by their schema", () => {
    expect([flag().parse("true"), flag().parse("false"), flag().safeParse("1").success]).toEqual([true, false, false]);
    expect(jsonFile(z.object({ a: z.int() })).safeParse(file("a.json", '{"a":"1"}')).success).toBe(false);
  });
});

describe("Secret", () => {
  it("TM-01 shows itself only when asked", () => {
    const secret = secretFile().parse(file("secret", "canary-secret\n"));
    expect(secret).toBeInstanceOf(Secret);
    expect(secret.reveal()).toBe("canary-secret");
    for (const shown of [inspect({ deep: { secret } }), JSON.stringify({ secret }), secret.toString(), inspect(secret, { showHidden: true })]) {
      expect(shown).not.toContain("canary");
      expect(shown).toContain("[secret]");
    }
  });
});

describe("describeConfig", () => {
  it("tells name, default, necessity and meaning of each variable", () => {
    const rows = describeConfig(schema);
    expect(rows.map((row) => row.name)).toEqual(Object.keys(schema.shape));
    expect(rows.find((row) => row.name === "OPL_DATABASE_POOL_SIZE")).toEqual({
      name: "OPL_DATABASE_POOL_SIZE",
      required: false,
      default: "8",
      description: "connections at the most",
    });
    expect(rows.find((row) => row.name === "OPL_NATS_USER")).toMatchObject({ required: false, default: undefined });
    expect(rows.find((row) => row.name === "OPL_HTTP_PORT")).toMatchObject({ required: true, default: undefined });
    expect(rows.every((row) => row.description !== undefined)).toBe(true);
  });
});
