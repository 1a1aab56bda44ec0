import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCertificate, readPkcs12, writePkcs12 } from "./index.ts";
import { makeCertificate } from "./testing/make-certificate.ts";
import type { Made } from "./testing/make-certificate.ts";

const passphrase = "open sesame, 'please' \"now\"";
const keys = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  ec: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
} as const;
type Kind = keyof typeof keys;
const kinds = Object.keys(keys) as Kind[];
const leaves = {} as Record<Kind, Made>;
const files = {} as Record<Kind, Buffer>;
let issuer: Made;

beforeAll(async () => {
  issuer = await makeCertificate("CN=Test CA", undefined, { ca: true });
  for (const kind of kinds) {
    leaves[kind] = await makeCertificate(`CN=tpp ${kind}`, issuer, { privateKey: keys[kind] });
    files[kind] = await writePkcs12({ privateKey: keys[kind], chainPem: [leaves[kind].pem, issuer.pem], passphrase });
  }
});

describe("writePkcs12", () => {
  it.each(kinds)("writes an %s key and its chain for our own reader", (kind) => {
    const { privateKey, chainPem } = readPkcs12(files[kind], passphrase);
    expect(privateKey.equals(keys[kind])).toBe(true);
    expect(chainPem).toEqual([leaves[kind].pem, issuer.pem]);
    expect(() => readPkcs12(files[kind], "other")).toThrow(expect.objectContaining({ details: { reason: "passphrase" } }));
  });

  it("shows neither key nor certificate, and is another file each time", async () => {
    for (const part of [keys.ec.export({ type: "pkcs8", format: "der" }), leaves.ec.der, issuer.der]) expect(files.ec.includes(part)).toBe(false);
    const again = await writePkcs12({ privateKey: keys.ec, chainPem: [leaves.ec.pem, issuer.pem], passphrase });
    expect(again.equals(files.ec)).toBe(false);
  });

  it.each([
    ["no passphrase", () => ({ passphrase: "", chainPem: [leaves.ec.pem] }), "passphrase"],
    ["letters that readers take differently", () => ({ passphrase: "sésame", chainPem: [leaves.ec.pem] }), "passphrase"],
    ["no certificate", () => ({ passphrase, chainPem: [] }), "no-certificate"],
    ["the certificate of another key first", () => ({ passphrase, chainPem: [issuer.pem, leaves.ec.pem] }), "key-mismatch"],
  ])("refuses %s", async (_what, input, reason) => {
    await expect(writePkcs12({ privateKey: keys.ec, ...input() })).rejects.toMatchObject({ code: "ERR_PKCS12_UNWRITABLE", details: { reason } });
  });
});

const folder = mkdtempSync(join(tmpdir(), "pkcs12-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (kind: Kind): string => {
  const path = join(folder, `${kind}.p12`);
  writeFileSync(path, files[kind]);
  return path;
};

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)(`OpenSSL on our PKCS#12${hasOpenssl ? "" : " (skipped: there is no openssl command)"}`, () => {
  it.each(kinds)("reads the %s key and the chain", (kind) => {
    const text = execFileSync("openssl", ["pkcs12", "-in", fileOf(kind), "-passin", `pass:${passphrase}`, "-nodes"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(text.replaceAll(/\s/g, "")).toContain(keys[kind].export({ type: "pkcs8", format: "pem" }).replaceAll(/\s/g, ""));
    const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    expect(certificates.map((pem) => parseCertificate(pem).commonName)).toEqual([`tpp ${kind}`, "Test CA"]);
  });

  it.each(kinds)("finds PBES2, AES-256 and SHA-256 everywhere in the file of the %s key", (kind) => {
    const { stdout, stderr } = spawnSync("openssl", ["pkcs12", "-in", fileOf(kind), "-passin", `pass:${passphrase}`, "-info", "-noout"], { encoding: "utf8" });
    const scheme = "PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256";
    expect(`${stdout}${stderr}`).toMatch(/MAC: sha256, Iteration 10000/);
    expect(`${stdout}${stderr}`.split(scheme)).toHaveLength(3);
  });

  it.each(kinds)("writes an %s key that we read", (kind) => {
    const input = `${keys[kind].export({ type: "pkcs8", format: "pem" })}${leaves[kind].pem}${issuer.pem}`;
    const file = execFileSync("openssl", ["pkcs12", "-export", "-passout", `pass:${passphrase}`], { input });
    const { privateKey, chainPem } = readPkcs12(file, passphrase);
    expect(privateKey.equals(keys[kind])).toBe(true);
    expect(chainPem).toEqual([leaves[kind].pem, issuer.pem]);
  });
});

const hasKeytool = spawnSync("keytool", ["-help"]).status === 0;

describe.skipIf(!hasKeytool)(`Java on our PKCS#12${hasKeytool ? "" : " (skipped: there is no keytool command)"}`, () => {
  it.each(kinds)("lists the %s key with its chain", { timeout: 60_000 }, (kind) => {
    const options = ["-J-Duser.language=en", "-list", "-v", "-storetype", "PKCS12", "-keystore", fileOf(kind), "-storepass", passphrase];
    const text = execFileSync("keytool", options, { encoding: "utf8" });
    expect(text).toContain("PrivateKeyEntry");
    expect(text).toContain("Certificate chain length: 2");
    expect(text).toContain(`Owner: CN=tpp ${kind}`);
  });
});
