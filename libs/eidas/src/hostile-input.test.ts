import { generateKeyPairSync } from "node:crypto";
import { isOplError } from "@opl/errors";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importCertificate, judgeCertificate, parseCertificate, readCertificateRequest, requestCertificate } from "./index.ts";
import { extendedKeyUsage, keyUsage, makeCertificate, qcStatements } from "./testing/make-certificate.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const psd2 = { roles: ["PSP_AI"], ncaName: "Authority", ncaId: "FI-FINFSA" } as const;
const subject = { country: "FI", organization: "TEST TPP", commonName: "tpp", organizationIdentifier: "PSDFI-FINFSA-1" };
const issuer = await makeCertificate("CN=Test CA", undefined, { ca: true });
const extensions = [keyUsage("digitalSignature"), extendedKeyUsage("1.3.6.1.5.5.7.3.2"), qcStatements({ isQualified: true, types: ["web"], psd2 })];
const leaf = await makeCertificate("C=FI, O=TEST TPP, 2.5.4.97=PSDFI-FINFSA-1, CN=tpp", issuer, { privateKey, extensions });
const csr = Buffer.from((await requestCertificate({ purpose: "qwac", subject, psd2 }, privateKey)).replaceAll(/-----.+-----|\s/g, ""), "base64");

/** Some bytes changed, or the rest cut off. */
const damaged = (whole: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      length: fc.oneof({ weight: 4, arbitrary: fc.constant(whole.length) }, fc.nat(whole.length)),
    })
    .map(({ changes, length }) => {
      const copy = Buffer.from(whole);
      for (const [index, value] of changes) copy[index] = value;
      return copy.subarray(0, length);
    });

const ours = (error: unknown): boolean => isOplError(error) && error.kind !== "bug";

describe("what comes from outside, damaged, is read or refused with a code", () => {
  it.each<[string, Buffer, (bytes: Buffer) => unknown]>([
    ["a certificate", leaf.der, (bytes) => parseCertificate(bytes)],
    ["an issued certificate", leaf.der, (bytes) => importCertificate(bytes, { privateKey })],
    [
      "a request",
      csr,
      (bytes) => readCertificateRequest(`-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----`),
    ],
  ])("%s", async (_what, whole, read) => {
    const once = fc.asyncProperty(damaged(whole), async (bytes) => {
      try {
        await read(bytes);
      } catch (error) {
        if (!ours(error)) throw error;
      }
    });
    await fc.assert(once, { numRuns: 500 });
  });

  it("a chain is judged, never thrown over", () => {
    const expected = {
      now: Temporal.Instant.from("2026-11-22T10:00:00Z"),
      purpose: "qwac",
      roles: ["PSP_AI"],
      trustAnchors: [issuer.pem],
      key: privateKey,
    } as const;
    const once = fc.property(damaged(leaf.der), damaged(issuer.der), (bytes, issuerBytes) => {
      if (bytes.equals(leaf.der)) return;
      expect(judgeCertificate([bytes, issuerBytes], expected).problems.length).toBeGreaterThan(0);
    });
    fc.assert(once, { numRuns: 300 });
  });
});
