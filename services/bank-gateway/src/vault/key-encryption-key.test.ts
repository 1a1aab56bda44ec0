import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateDataKey } from "@opl/sealing";
import { parseConfig } from "@opl/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTransitServer } from "../../../../libs/sealing/test/transit-server.ts";
import type { TransitServer } from "../../../../libs/sealing/test/transit-server.ts";
import { checkKekConfig, kekConfig, openKek } from "./key-encryption-key.ts";

const folder = mkdtempSync(join(tmpdir(), "opl-kek-"));
const [file, tokenFile] = [join(folder, "kek"), join(folder, "token")];
let server: TransitServer;
beforeAll(async () => {
  server = await startTransitServer();
  writeFileSync(file, `kek-1:${randomBytes(32).toString("base64")}`);
  writeFileSync(tokenFile, server.state.token);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const schema = z.object(kekConfig).superRefine(checkKekConfig);
const read = (env: Record<string, string>) => parseConfig(schema, env, { service: "bank-gateway" });
const transit = () => ({ OPL_KEK_TRANSIT_URL: server.url, OPL_KEK_TRANSIT_KEY: "ledger", OPL_KEK_TRANSIT_TOKEN_FILE: tokenFile });
const whose = { dataKeyId: "d1" };

describe("where the key-encryption key is", () => {
  it("a file, a vault, or both: one wraps, the other opens what it wrapped, in either direction", async () => {
    expect(await openKek(read({ OPL_KEK_FILE: file })).currentKeyId()).toBe("kek-1");
    expect(await openKek(read(transit())).currentKeyId()).toBe("transit:ledger:v1");
    const { plaintext, wrapped } = await generateDataKey(openKek(read({ OPL_KEK_FILE: file })), whose);
    const both = openKek(read({ OPL_KEK_FILE: file, ...transit() }));
    expect(await both.currentKeyId()).toBe("transit:ledger:v1");
    expect((await both.unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
    const moved = await both.wrap(plaintext, whose);
    // What the replicas run with before one of them wraps with the vault, and on the way back.
    const ready = openKek(read({ OPL_KEK_FILE: file, ...transit(), OPL_KEK_WRAPS_WITH: "file" }));
    expect(await ready.currentKeyId()).toBe("kek-1");
    expect((await ready.unwrap(moved, whose)).equals(plaintext)).toBe(true);
    server.state.sealed = true;
    expect((await both.unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
    await expect(both.unwrap(moved, whose)).rejects.toMatchObject({ code: "ERR_KEK_UNAVAILABLE" });
    server.state.sealed = false;
  });

  it.each<[string, () => Record<string, string | undefined>, readonly string[]]>([
    ["nothing", () => ({}), ["OPL_KEK_FILE"]],
    ["a vault without key and token", () => ({ OPL_KEK_TRANSIT_URL: "https://v.example" }), ["OPL_KEK_TRANSIT_KEY", "OPL_KEK_TRANSIT_TOKEN_FILE"]],
    ["a key without a vault", () => ({ OPL_KEK_FILE: file, OPL_KEK_TRANSIT_KEY: "ledger" }), ["OPL_KEK_TRANSIT_URL", "OPL_KEK_TRANSIT_TOKEN_FILE"]],
    [
      "a CA without a vault",
      () => ({ OPL_KEK_FILE: file, OPL_KEK_TRANSIT_CA_PATH: file }),
      ["OPL_KEK_TRANSIT_URL", "OPL_KEK_TRANSIT_KEY", "OPL_KEK_TRANSIT_TOKEN_FILE"],
    ],
    ["a vault in clear", () => ({ ...transit(), OPL_KEK_TRANSIT_URL: "http://vault.example:8200" }), ["OPL_KEK_TRANSIT_URL"]],
    ["no address", () => ({ ...transit(), OPL_KEK_TRANSIT_URL: "vault" }), ["OPL_KEK_TRANSIT_URL"]],
    ["a key that is a path", () => ({ ...transit(), OPL_KEK_TRANSIT_KEY: "../sys/seal" }), ["OPL_KEK_TRANSIT_KEY"]],
    ["a mount that climbs", () => ({ ...transit(), OPL_KEK_TRANSIT_MOUNT: "transit/../sys" }), ["OPL_KEK_TRANSIT_MOUNT"]],
  ])("%s is named as what is wrong", (_what, env, variables) => {
    const given = Object.fromEntries(Object.entries(env()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    expect(() => read(given)).toThrow(expect.objectContaining({ code: "ERR_CONFIG", details: { service: "bank-gateway", variables } }));
  });
});
