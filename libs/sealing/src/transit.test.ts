import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import forge from "node-forge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTransitServer } from "../test/transit-server.ts";
import type { TransitServer } from "../test/transit-server.ts";
import { generateDataKey, kekInTransition, keyring, rewrap, transitKek } from "./index.ts";

const whose = { dataKeyId: "d1", owner: "psu:1", purpose: "tokens" };

let folder: string;
let tokenFile: string;
let server: TransitServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "opl-transit-"));
  tokenFile = join(folder, "token");
  server = await startTransitServer();
  writeFileSync(tokenFile, `${server.state.token}\n`);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const kekAt = (url = server.url, more: { timeoutMs?: number; caFile?: string; key?: string } = {}) => transitKek({ url, tokenFile, key: "ledger", ...more });
const answerInstead = (answer: (response: ServerResponse) => unknown) => {
  server.state.interfere = (_request, response) => {
    answer(response);
    return true;
  };
};
const unavailable = (reason: string) => ({ code: "ERR_KEK_UNAVAILABLE", kind: "unavailable", details: { reason } });

describe("a key that stays in the vault", () => {
  it("wraps and unwraps, and says which version it used", async () => {
    const kek = kekAt();
    const { plaintext, wrapped } = await generateDataKey(kek, whose);
    expect(wrapped.keyId).toBe("transit:ledger:v1");
    expect(wrapped.bytes.toString()).toMatch(/^vault:v1:/);
    expect((await kek.unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
    expect(await kek.currentKeyId()).toBe("transit:ledger:v1");
  });

  it("opens only for whom it was made: the vault checks the associated data", async () => {
    const kek = kekAt();
    const { wrapped } = await generateDataKey(kek, whose);
    await expect(kek.unwrap(wrapped, { ...whose, owner: "psu:2" })).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
    const { dataKeyId: _left, ...less } = whose;
    await expect(kek.unwrap(wrapped, less)).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
  });

  it("sees a rotation at once; older versions open, re-wrapping brings them up, the old version can go", async () => {
    const kek = kekAt();
    const { plaintext, wrapped } = await generateDataKey(kek, whose);
    server.rotate();
    expect(await kek.currentKeyId()).toBe("transit:ledger:v2");
    expect((await kek.unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
    const rewrapped = await rewrap(kek, wrapped, whose);
    expect(rewrapped.keyId).toBe("transit:ledger:v2");
    server.state.minDecryptionVersion = 2;
    expect((await kek.unwrap(rewrapped, whose)).equals(plaintext)).toBe(true);
    await expect(kek.unwrap(wrapped, whose)).rejects.toMatchObject({ code: "ERR_SEAL_KEY_UNKNOWN", details: { keyId: "transit:ledger:v1" } });
  });

  it("takes nothing under another id, and asks the vault for nothing that is not its own", async () => {
    const kek = kekAt();
    const { wrapped } = await generateDataKey(kek, whose);
    const before = server.asked.length;
    await expect(kek.unwrap({ ...wrapped, keyId: "transit:ledger:v2" }, whose)).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
    for (const keyId of ["transit:other:v1", "kek-1"])
      await expect(kek.unwrap({ ...wrapped, keyId }, whose)).rejects.toMatchObject({ code: "ERR_SEAL_KEY_UNKNOWN" });
    for (const text of ["", "vault:v1:", "vault:v01:AAAA", "vault:v1:../../sys", `vault:v1:${"A".repeat(2_000)}`])
      await expect(kek.unwrap({ keyId: "transit:ledger:v1", bytes: Buffer.from(text) }, whose)).rejects.toMatchObject({ code: "ERR_SEAL_BROKEN" });
    expect(server.asked.length).toBe(before);
  });

  it("unwraps what a file wrapped while moving from the file to the vault", async () => {
    const file = keyring(`kek-1:${randomBytes(32).toString("base64")}`);
    const { plaintext, wrapped } = await generateDataKey(file, whose);
    const moving = kekInTransition(kekAt(), file);
    expect((await moving.unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
    const moved = await rewrap(moving, wrapped, whose);
    expect(moved.keyId).toBe("transit:ledger:v1");
    expect((await kekAt().unwrap(moved, whose)).equals(plaintext)).toBe(true);
    await expect(moving.unwrap({ ...wrapped, keyId: "kek-2" }, whose)).rejects.toMatchObject({ code: "ERR_SEAL_KEY_UNKNOWN" });
  });
});

describe("when the vault cannot serve", () => {
  it("a token that an agent replaced is read again, without a restart", async () => {
    const kek = kekAt();
    const { plaintext, wrapped } = await generateDataKey(kek, whose);
    server.state.token = "hvs.second";
    await expect(kek.unwrap(wrapped, whose)).rejects.toMatchObject(unavailable("token"));
    writeFileSync(tokenFile, "hvs.second\n");
    expect((await kek.unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
  });

  it("a token that is replaced while it is refused costs nobody a failure", async () => {
    const kek = kekAt();
    server.state.interfere = (_request, response) => {
      server.state.interfere = undefined;
      writeFileSync(tokenFile, "hvs.second\n");
      server.state.token = "hvs.second";
      response.writeHead(403).end(`{"errors":["permission denied"]}`);
      return true;
    };
    await expect(kek.wrap(randomBytes(32), whose)).resolves.toMatchObject({ keyId: "transit:ledger:v1" });
  });

  it.each([
    ["no token file", () => rmSync(tokenFile), "token"],
    ["an empty token file", () => writeFileSync(tokenFile, "\n"), "token"],
    ["a token that would be another header", () => writeFileSync(tokenFile, "a\r\nx-evil: 1"), "token"],
    ["a sealed vault", () => (server.state.sealed = true), "sealed"],
    ["a vault that never answers", () => (server.state.interfere = () => true), "timeout"],
  ])("%s: unavailable, with what to do", async (_what, spoil, reason) => {
    const { wrapped } = await generateDataKey(kekAt(), whose);
    const kek = kekAt(server.url, { timeoutMs: 1_000 });
    spoil();
    for (const ask of [() => kek.wrap(randomBytes(32), whose), () => kek.unwrap(wrapped, whose), () => kek.currentKeyId()])
      await expect(ask()).rejects.toMatchObject({ ...unavailable(reason), message: expect.not.stringContaining("hvs.") });
  });

  it("a body that begins and never ends is given up", async () => {
    answerInstead((response) => response.writeHead(200).write("{"));
    await expect(kekAt(server.url, { timeoutMs: 200 }).currentKeyId()).rejects.toMatchObject(unavailable("timeout"));
  });

  it("no such key: told for every question, also where the vault answers 400", async () => {
    const { wrapped } = await generateDataKey(kekAt(), whose);
    const other = kekAt(server.url, { key: "missing" });
    await expect(other.currentKeyId()).rejects.toMatchObject(unavailable("key"));
    await expect(other.wrap(randomBytes(32), whose)).rejects.toMatchObject(unavailable("key"));
    await expect(other.unwrap({ ...wrapped, keyId: "transit:missing:v1" }, whose)).rejects.toMatchObject(unavailable("key"));
  });

  it("nobody listens: unreachable, after a second try", async () => {
    const { url } = server;
    await server[Symbol.asyncDispose]();
    await expect(kekAt(url).currentKeyId()).rejects.toMatchObject(unavailable("unreachable"));
    server = await startTransitServer();
  });

  it.each([
    ["a lost connection", (_r: unknown, response: { destroy(): void }) => response.destroy()],
    ["a server that stumbles", (_r: unknown, response: { writeHead(status: number): { end(): void } }) => response.writeHead(502).end()],
  ])("%s once is asked again, twice is told", async (_what, spoil) => {
    let left = 1;
    server.state.interfere = (request, response) => {
      left -= 1;
      if (left >= 0) spoil(request, response);
      return left >= 0;
    };
    const kek = kekAt();
    await expect(kek.currentKeyId()).resolves.toBe("transit:ledger:v1");
    expect(server.asked).toEqual(["GET keys/ledger", "GET keys/ledger"]);
    left = 2;
    await expect(kek.currentKeyId()).rejects.toMatchObject({ code: "ERR_KEK_UNAVAILABLE" });
  });

  it("a sealed vault is asked once, a redirect is not followed", async () => {
    server.state.sealed = true;
    await expect(kekAt().currentKeyId()).rejects.toMatchObject(unavailable("sealed"));
    expect(server.asked).toHaveLength(1);
    server.state.sealed = false;
    answerInstead((response) => response.writeHead(307, { location: `${server.url}/v1/transit/keys/ledger` }).end());
    await expect(kekAt().currentKeyId()).rejects.toMatchObject(unavailable("standby"));
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ["more bytes than an answer can have", JSON.stringify({ data: { latest_version: 1, filler: "x".repeat(70_000) } })],
    ["no JSON", "<html>"],
    ["no data", "{}"],
    ["no version", `{"data":{"latest_version":"1; drop"}}`],
  ])("%s: an answer that was not agreed", async (_what, text) => {
    answerInstead((response) => response.writeHead(200).end(text));
    await expect(kekAt().currentKeyId()).rejects.toMatchObject({ code: "ERR_KEK_PROTOCOL", kind: "upstream" });
    await expect(kekAt().wrap(randomBytes(32), whose)).rejects.toMatchObject({ code: "ERR_KEK_PROTOCOL" });
  });

  it("a plaintext that is no data key is not taken", async () => {
    const kek = kekAt();
    const { wrapped } = await generateDataKey(kek, whose);
    answerInstead((response) => response.writeHead(200).end(`{"data":{"plaintext":"AAAA"}}`));
    await expect(kek.unwrap(wrapped, whose)).rejects.toMatchObject({ code: "ERR_KEK_PROTOCOL" });
  });
});

describe("over TLS", () => {
  it("trusts the given CA and nobody else", async () => {
    const { key, cert } = selfSigned();
    await using secure = await startTransitServer({ tls: { key, cert } });
    const [caFile, otherFile] = [join(folder, "ca.pem"), join(folder, "other.pem")];
    writeFileSync(caFile, cert);
    writeFileSync(otherFile, selfSigned().cert);
    const { plaintext, wrapped } = await generateDataKey(kekAt(secure.url, { caFile }), whose);
    expect((await kekAt(secure.url, { caFile }).unwrap(wrapped, whose)).equals(plaintext)).toBe(true);
    for (const trust of [{}, { caFile: otherFile }]) await expect(kekAt(secure.url, trust).currentKeyId()).rejects.toMatchObject(unavailable("unreachable"));
    expect(secure.asked).toHaveLength(2);
    expect(() => kekAt(secure.url, { caFile: join(folder, "none.pem") })).toThrow(expect.objectContaining({ code: "ERR_KEYRING_UNUSABLE" }));
  });
});

function selfSigned(): { key: string; cert: string } {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const own = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(own.n, own.e);
  certificate.serialNumber = "01";
  certificate.validity = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2046-01-01T00:00:00Z") };
  certificate.setSubject([{ name: "commonName", value: "vault" }]);
  certificate.setIssuer([{ name: "commonName", value: "vault" }]);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true },
    { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
  ]);
  certificate.sign(own, forge.md.sha256.create());
  return { key: privateKey, cert: forge.pki.certificateToPem(certificate) };
}
