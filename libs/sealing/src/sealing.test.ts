import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileKek, generateDataKey, keyring, open, rewrap, seal } from "./index.ts";

const key = (): string => randomBytes(32).toString("base64");
const whose = { psuId: "p1", purpose: "tokens" };
const place = { psuId: "p1", consentId: "c1", aspspId: "op-fi", column: "refresh_token" };

describe("seal and open", () => {
  const kek = keyring(key());

  it("gives back what was sealed, bytes or text", async () => {
    const { plaintext } = await generateDataKey(kek, whose);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.dictionary(fc.string(), fc.string()), async (bytes, aad) => {
        expect(open(plaintext, seal(plaintext, Buffer.from(bytes), aad), aad).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(open(plaintext, seal(plaintext, "tökén", place), place).toString()).toBe("tökén");
  });

  it("has the shape version, fingerprint, nonce, tag, ciphertext, and never the same nonce", async () => {
    const { plaintext } = await generateDataKey(kek, whose);
    const sealed = Array.from({ length: 200 }, () => seal(plaintext, "x", place));
    expect(sealed[0]?.length).toBe(1 + 8 + 12 + 16 + 1);
    expect(new Set(sealed.map((value) => value.subarray(9, 21).toString("hex"))).size).toBe(200);
    expect(new Set(sealed.map((value) => value.subarray(0, 9).toString("hex"))).size).toBe(1);
  });

  it("TM-01 does not open elsewhere: another row, column, person, or with a part missing", async () => {
    const { plaintext } = await generateDataKey(kek, whose);
    const sealed = seal(plaintext, "token", place);
    const others = [{ ...place, psuId: "p2" }, { ...place, column: "access_token" }, { ...place, extra: "" }, { psuId: "p1" }, {}];
    for (const aad of others) expect(() => open(plaintext, sealed, aad)).toThrow(expect.objectContaining({ code: "ERR_SEAL_BROKEN" }));
    // Order of the names does not matter, their borders do.
    expect(open(plaintext, sealed, Object.fromEntries(Object.entries(place).toReversed())).toString()).toBe("token");
    const tricky = seal(plaintext, "x", { a: "bc", d: "e" });
    expect(() => open(plaintext, tricky, { ab: "c", d: "e" })).toThrow();
  });

  it("notices every changed bit and every cut", async () => {
    const { plaintext } = await generateDataKey(kek, whose);
    const sealed = seal(plaintext, "token", place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => open(plaintext, changed, place)).toThrow(expect.objectContaining({ code: "ERR_SEAL_BROKEN" }));
    }
    for (let length = 0; length < sealed.length; length += 1) expect(() => open(plaintext, sealed.subarray(0, length), place)).toThrow();
  });

  it("does not open with another data key", async () => {
    const [one, two] = [await generateDataKey(kek, whose), await generateDataKey(kek, whose)];
    expect(() => open(two.plaintext, seal(one.plaintext, "x", place), place)).toThrow();
  });
});

describe("data keys under key-encryption keys", () => {
  it("opens only for whom it was made", async () => {
    const kek = keyring(key());
    const { plaintext, wrapped } = await generateDataKey(kek, whose);
    expect((await kek.unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
    await expect(kek.unwrap(wrapped, { ...whose, psuId: "p2" })).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
  });

  it("rotates: the first line wraps, all lines unwrap, a removed key opens nothing", async () => {
    const [first, second] = [key(), key()];
    const before = keyring(`k1:${first}`);
    const { plaintext, wrapped } = await generateDataKey(before, whose);
    const during = keyring(`# newest first\nk2:${second}\nk1:${first}\n`);
    expect(await during.currentKeyId()).toBe("k2");
    const rewrapped = await rewrap(during, wrapped, whose);
    expect(rewrapped.keyId).toBe("k2");
    const after = keyring(`k2:${second}`);
    expect((await after.unwrap(rewrapped, whose)).equals(plaintext)).toBe(true);
    await expect(after.unwrap(wrapped, whose)).rejects.toMatchObject({ code: "ERR_SEAL_KEY_UNKNOWN" });
  });

  it("overwrites no wrapping before the new one has opened", async () => {
    const [before, during] = [keyring(`k1:${key()}`), keyring(`k2:${key()}`)];
    const { wrapped } = await generateDataKey(before, whose);
    const lying = { ...during, unwrap: (one: typeof wrapped) => (one.keyId === "k1" ? before.unwrap(one, whose) : Promise.resolve(randomBytes(32))) };
    await expect(rewrap(lying, wrapped, whose)).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
  });

  it("does not take a wrapped key under another id", async () => {
    const [a, b] = [key(), key()];
    const kek = keyring(`a:${a}\nb:${b}`);
    const { wrapped } = await generateDataKey(kek, whose);
    await expect(kek.unwrap({ ...wrapped, keyId: "b" }, whose)).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
  });

  it("reads one bare key from a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "opl-sealing-"));
    const file = join(folder, "kek");
    writeFileSync(file, `${key()}\n`);
    expect(await fileKek(file).currentKeyId()).toBe("kek");
    rmSync(folder, { recursive: true });
    expect(() => fileKek(file)).toThrow(expect.objectContaining({ code: "ERR_KEYRING_UNUSABLE" }));
  });

  it.each([
    ["nothing", ""],
    ["a short key", "k1:AAAA"],
    ["a long key", `k1:${randomBytes(33).toString("base64")}`],
    ["no base64", `k1:${"!".repeat(44)}`],
    ["a strange id", `K 1:${key()}`],
    ["one id twice", `k1:${key()}\nk1:${key()}`],
  ])("refuses %s and tells nothing of it", (_, text) => {
    const refusal = (() => {
      try {
        keyring(text, "kek file");
        return undefined;
      } catch (error) {
        return error as Error;
      }
    })();
    expect(refusal).toMatchObject({ code: "ERR_KEYRING_UNUSABLE" });
    const secret = text.split(":")[1];
    if (secret) expect(JSON.stringify(refusal?.message)).not.toContain(secret);
  });
});
