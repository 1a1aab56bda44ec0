import { randomBytes } from "node:crypto";
import { keyring } from "@opl/sealing";
import { newId, systemClock } from "@opl/service";
import { silentLogger, testDatabase } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tables } from "../db/tables.ts";
import { rewrapDataKeys } from "../usecases/rewrap-data-keys.ts";
import { createVault } from "./vault.ts";
import type { SecretSlot } from "./vault.ts";

const [oldLine, newLine] = [`kek-1:${randomBytes(32).toString("base64")}`, `kek-2:${randomBytes(32).toString("base64")}`];
const slot = (subject: string, change: Partial<SecretSlot> = {}): SecretSlot => ({ owner: "psu:1", purpose: "tokens", aspspId: "op", subject, ...change });

let database: TestDatabase<Tables>;
beforeAll(async () => {
  database = await testDatabase<Tables>({ service: "bank-gateway" });
});
afterAll(() => database?.[Symbol.asyncDispose]());

const vaultWith = (...lines: string[]) => createVault({ db: database.database.db, kek: keyring(lines.join("\n")), clock: systemClock, newId });

describe("the vault", () => {
  it("opens what it sealed, in another process too", async () => {
    const value = await vaultWith(oldLine).seal(slot("a"), "secret");
    expect((await vaultWith(oldLine).open(slot("a"), value)).toString()).toBe("secret");
    expect(value.sealed.includes("secret")).toBe(false);
  });

  it.each([
    ["row", { subject: "b" }],
    ["owner", { owner: "psu:2" }],
    ["purpose", { purpose: "raw-messages" }],
    ["bank", { aspspId: "other" }],
  ] as const)("TM-01 refuses to open at another %s", async (_what, change) => {
    const vault = vaultWith(oldLine);
    const value = await vault.seal(slot("a"), "secret");
    await expect(vault.open(slot("a", change), value)).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
  });

  it("many at once for a new person share one key", async () => {
    const [one, other] = [vaultWith(oldLine), vaultWith(oldLine)];
    const values = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : other).seal(slot(`s${n}`, { owner: "psu:many" }), `v${n}`)));
    expect(new Set(values.map(({ dataKeyId }) => dataKeyId)).size).toBe(1);
    for (const [n, value] of values.entries()) {
      expect((await vaultWith(oldLine).open(slot(`s${n}`, { owner: "psu:many" }), value)).toString()).toBe(`v${n}`);
    }
  });

  it("cannot open anything without the key-encryption key", async () => {
    const value = await vaultWith(oldLine).seal(slot("a"), "secret");
    await expect(vaultWith(newLine).open(slot("a"), value)).rejects.toMatchObject({ code: "ERR_SEAL_KEY_UNKNOWN" });
  });

  it("D16 after a rotation the old key-encryption key can go, and a second run has nothing to do", async () => {
    const value = await vaultWith(oldLine).seal(slot("a", { owner: "psu:rotated" }), "secret");
    const kek = keyring([newLine, oldLine].join("\n"));
    const { signal } = new AbortController();
    const ctx = { db: database.database.db, logger: silentLogger() };
    expect(await rewrapDataKeys(ctx, kek, signal)).toMatchObject({ changed: expect.toSatisfy((n: number) => n > 0), failed: 0, left: 0 });
    expect((await vaultWith(newLine).open(slot("a", { owner: "psu:rotated" }), value)).toString()).toBe("secret");
    expect(await rewrapDataKeys(ctx, kek, signal)).toEqual({ changed: 0, failed: 0, left: 0 });
  });
});
