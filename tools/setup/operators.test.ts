import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServiceTokens } from "@opl/service";
import { afterAll, describe, expect, it } from "vitest";
import { operatorTokens } from "./ask.ts";
import { kubernetesObjects } from "./kubernetes.ts";
import { keepSecret, makeOperatorKey, makeSecrets, readSecret } from "./secrets.ts";

const root = mkdtempSync(path.join(tmpdir(), "opl-operators-"));
afterAll(() => rmSync(root, { recursive: true }));
const [platform, alices] = [path.join(root, "platform"), path.join(root, "alice")];

function verifier() {
  const folder = path.join(platform, "bank-gateway");
  const jwks: { keys: object[] } = JSON.parse(readFileSync(path.join(folder, "service-jwks.json"), "utf8"));
  return createServiceTokens({ service: "bank-gateway", privateJwk: JSON.parse(readSecret(path.join(folder, "service-key.json"))), jwks });
}

describe("operators by name", () => {
  it("a person makes the key, the platform gets the public half, and tokens say who asks", async () => {
    const publicKey = makeOperatorKey(alices, "alice");
    expect(publicKey).toMatchObject({ kid: "operator:alice", crv: "Ed25519" });
    expect(publicKey).not.toHaveProperty("d");
    expect(statSync(path.join(alices, "operator-key.json")).mode & 0o077).toBe(0);
    makeSecrets(platform);
    const token = await operatorTokens(alices).issue("bank-gateway");
    await expect(verifier().verify(token, "bank-gateway")).rejects.toMatchObject({ code: "ERR_SERVICE_TOKEN_REFUSED" });
    mkdirSync(path.join(platform, "operators"));
    writeFileSync(path.join(platform, "operators", "alice.json"), JSON.stringify(publicKey));
    makeSecrets(platform);
    expect(await verifier().verify(token, "bank-gateway")).toEqual({ issuer: "operator", subject: "alice" });
    // The key that all share still asks, and names nobody.
    expect(await verifier().verify(await operatorTokens(platform).issue("bank-gateway"), "bank-gateway")).toEqual({ issuer: "operator" });
  });

  it("nothing of a named operator but the public half reaches a cluster", () => {
    keepSecret(path.join(platform, "postgres"), "admin-password");
    const objects = JSON.stringify(kubernetesObjects(platform));
    expect(objects).toContain("operator:alice");
    expect(objects).not.toContain((JSON.parse(readSecret(path.join(alices, "operator-key.json"))) as { d: string }).d);
  });

  it("a key is not replaced, a strange name and a file with the private half are refused", () => {
    expect(() => makeOperatorKey(alices, "alice")).toThrow(/exists already/);
    expect(() => makeOperatorKey(path.join(root, "x"), "bob:2")).toThrow(/small letters/);
    writeFileSync(path.join(platform, "operators", "eve.json"), readFileSync(path.join(alices, "operator-key.json")));
    expect(() => makeSecrets(platform)).toThrow(/only its public half/);
    writeFileSync(path.join(platform, "operators", "eve.json"), JSON.stringify({ kty: "OKP", crv: "Ed25519", x: "AA", kid: "bank-gateway" }));
    expect(() => makeSecrets(platform)).toThrow(/no public key of an operator/);
  });
});
