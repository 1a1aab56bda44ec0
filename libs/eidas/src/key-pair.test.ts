import { createPublicKey, generateKeyPairSync, webcrypto } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isSameKey } from "./key-pair.ts";

const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const [ec, ec2, rsa] = [pair(), pair(), generateKeyPairSync("rsa", { modulusLength: 2048 })];

describe("isSameKey", () => {
  it("compares halves of any kind", () => {
    expect([
      isSameKey(ec.privateKey, ec.publicKey),
      isSameKey(ec.publicKey, createPublicKey(ec.privateKey)),
      isSameKey(rsa.privateKey, rsa.privateKey),
    ]).toEqual([true, true, true]);
    expect([isSameKey(ec.privateKey, ec2.privateKey), isSameKey(ec.publicKey, rsa.publicKey), isSameKey(rsa.privateKey, ec.privateKey)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("leaves no trace that would spoil the next key that is read", async () => {
    isSameKey(ec.publicKey, rsa.publicKey);
    const pkcs8 = ec.privateKey.export({ type: "pkcs8", format: "der" });
    await expect(webcrypto.subtle.importKey("pkcs8", pkcs8, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"])).resolves.toMatchObject({
      type: "private",
    });
  });
});
