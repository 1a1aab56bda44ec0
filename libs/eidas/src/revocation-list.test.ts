import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOplError } from "@opl/errors";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readRevocationList } from "./index.ts";
import { extension, makeCertificate, makeRevocationList } from "./testing/make-certificate.ts";

const authority = await makeCertificate("C=FI, CN=Test CA", undefined, { ca: true });
const sameName = await makeCertificate("C=FI, CN=Test CA", undefined, { ca: true });
const [issuer, namesake] = [new X509Certificate(authority.pem), new X509Certificate(sameName.pem)];
const certificate = async (serialNumber: string) => new X509Certificate((await makeCertificate("CN=bank", authority, { serialNumber })).pem);
const list = await makeRevocationList(authority, { serialNumbers: ["4001", "00ff02"] });
const point = "2.5.29.28";

describe("a revocation list", () => {
  it("names serial numbers, whatever zeros stand in front, and says from when to when it counts", async () => {
    const read = readRevocationList(list);
    expect(read.size).toBe(2);
    expect(read.names(await certificate("4001"))).toBe(true);
    expect(read.names(await certificate("00ff02"))).toBe(true);
    expect(read.names(await certificate("4002"))).toBe(false);
    expect([read.thisUpdate, read.nextUpdate].map(String)).toEqual(["2026-01-01T00:00:00Z", "2031-01-01T00:00:00Z"]);
  });

  it("in PEM is the same, and an empty one names nothing", async () => {
    const pem = `-----BEGIN X509 CRL-----\n${list.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END X509 CRL-----\n`;
    expect(readRevocationList(Buffer.from(pem)).names(await certificate("4001"))).toBe(true);
    const empty = readRevocationList(await makeRevocationList(authority, { serialNumbers: [] }));
    expect([empty.size, empty.names(await certificate("4001"))]).toEqual([0, false]);
  });

  it("is signed by whoever holds the key, not by who bears the name", () => {
    const read = readRevocationList(list);
    expect([read.isSignedBy(issuer), read.isSignedBy(namesake), read.isSignedBy(issuer)]).toEqual([true, false, true]);
    const tampered = Buffer.from(list);
    const place = tampered.indexOf(Buffer.from("02024001", "hex"));
    tampered[place + 3] = 2;
    expect(readRevocationList(tampered).isSignedBy(issuer)).toBe(false);
  });

  it.each([
    ["that it names certificates of one kind only", extension(point, true, "30038101ff")],
    ["where the part of the list is kept", extension(point, true, "3014a012a010860e687474703a2f2f612e622f63726c")],
    ["its number", extension("2.5.29.20", false, "020105")],
    ["what nobody has to know", extension("1.2.3.4", false, "0500")],
  ])("may say %s", async (_what, one) => {
    const read = readRevocationList(await makeRevocationList(authority, { serialNumbers: ["4001"], extensions: [one] }));
    expect([read.size, read.isSignedBy(issuer)]).toEqual([1, true]);
  });

  it.each([
    ["an indirect one", { extensions: [extension(point, true, "30038401ff")] }, /of other authorities/],
    ["a delta list", { extensions: [extension("2.5.29.27", true, "020105")] }, /delta list/],
    ["a delta list that does not call it critical", { extensions: [extension("2.5.29.27", false, "020105")] }, /delta list/],
    ["one with something critical", { extensions: [extension("1.2.3.4", true, "0500")] }, /critical extension 1\.2\.3\.4/],
    ["one whose entries have another issuer", { entryExtensions: [extension("2.5.29.29", true, "3000")] }, /critical extension 2\.5\.29\.29/],
  ])("is refused in words: %s", async (_what, options, words) => {
    const made = await makeRevocationList(authority, { serialNumbers: ["4001"], ...options });
    expect(() => readRevocationList(made)).toThrow(expect.objectContaining({ code: "ERR_REVOCATION_LIST_UNFIT", message: expect.stringMatching(words) }));
  });

  it("signed with SHA-1 is refused, as everywhere in TLS", () => {
    const sha1 = Buffer.from(list.toString("hex").replaceAll("2a8648ce3d040302", "2a8648ce3d040301"), "hex");
    expect(() => readRevocationList(sha1)).toThrow(expect.objectContaining({ code: "ERR_REVOCATION_LIST_UNFIT" }));
  });
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)(`what OpenSSL writes${hasOpenssl ? "" : " (skipped: there is no openssl command)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "revocation-list-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[string, string[], string[]]>([
    ["RSA", ["-newkey", "rsa:2048"], ["-md", "sha512"]],
    ["RSA-PSS", ["-newkey", "rsa:2048"], ["-md", "sha384", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:48"]],
    ["a key for RSA-PSS alone", ["-newkey", "rsa-pss"], ["-md", "sha256", "-sigopt", "rsa_pss_saltlen:32"]],
    ["ECDSA", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], ["-md", "sha384"]],
  ])("with %s is read, and its signature holds", async (_algorithm, key, signature) => {
    const run = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
    run("req", "-x509", ...key, "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/C=FI/CN=List CA");
    writeFileSync(join(folder, "ca.cnf"), "[ca]\ndefault_ca=here\n[here]\ndatabase=index.txt\ncrlnumber=number\n");
    writeFileSync(join(folder, "number"), "01\n");
    writeFileSync(join(folder, "index.txt"), "R\t310101000000Z\t260101000000Z,keyCompromise\t4001\tunknown\t/CN=bank\n");
    run("ca", "-config", "ca.cnf", "-gencrl", "-crldays", "7", "-keyfile", "ca.key", "-cert", "ca.pem", "-out", "ca.crl", ...signature);
    const read = readRevocationList(readFileSync(join(folder, "ca.crl")));
    expect([read.isSignedBy(new X509Certificate(readFileSync(join(folder, "ca.pem")))), read.isSignedBy(issuer)]).toEqual([true, false]);
    expect([read.size, read.names(await certificate("4001")), read.names(await certificate("4002"))]).toEqual([1, true, false]);
    expect(read.nextUpdate?.since(read.thisUpdate).total("hours")).toBe(7 * 24);
  });
});

describe("what is no revocation list", () => {
  const der = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["a page", Buffer.from("<html>404</html>")],
    ["a certificate", authority.der],
    ["a certificate in PEM", Buffer.from(authority.pem)],
    ["armour around nothing", Buffer.from("-----BEGIN X509 CRL-----\n-----END X509 CRL-----")],
    ["a length of 4 GB", der("30 84 ff ff ff ff")],
    ["a length of 2^64", der("30 88 ff ff ff ff ff ff ff ff")],
    ["an indefinite length", der("30 80 00 00")],
    ["half a list", list.subarray(0, list.length / 2)],
    ["a list and a byte", Buffer.concat([list, der("00")])],
    ["a thirteenth month", Buffer.from(list.toString("latin1").replace("260101000000Z", "261301000000Z"), "latin1")],
    ["four million empty elements", Buffer.concat([der("30 84 00 7a 12 00"), Buffer.alloc(8_000_000, der("05 00"))])],
    ["a list with four million empty elements", Buffer.concat([der("30 84 00 7a 12 06 30 84 00 7a 12 00"), Buffer.alloc(8_000_000, der("05 00"))])],
    ["eight million openings", Buffer.alloc(8_000_000, 0x30)],
    ["eight million letters", Buffer.alloc(8_000_000, 0x41)],
  ])("%s is refused with a code", (_what, bytes) => {
    expect(() => readRevocationList(bytes)).toThrow(expect.objectContaining({ code: "ERR_REVOCATION_LIST_UNREADABLE" }));
  });

  it("damage is found: read or refused, and signed by nobody any more", () => {
    const change = fc.tuple(fc.nat(list.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([index, by]) => {
        const damaged = Buffer.from(list);
        damaged[index] = (damaged[index] ?? 0) ^ by;
        try {
          expect(readRevocationList(damaged).isSignedBy(issuer)).toBe(false);
        } catch (error) {
          if (!isOplError(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
