import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeAsn1, encodeAsn1 } from "./asn1.ts";
import { buildChain, parseCertificate, parseOrganizationIdentifier } from "./index.ts";

const folder = resolve(process.env.OPL_SHARED_DIR ?? resolve(import.meta.dirname, "../../../../shared"), "vectors/certificates");
const present = existsSync(folder);
const read = (name: string) => readFileSync(resolve(folder, name), "utf8");

describe.skipIf(!present)(`published PSD2 certificates${present ? "" : " (skipped: no folder of vectors, see OPL_SHARED_DIR)"}`, () => {
  it("a bank as server: authority, role, identifier", () => {
    const certificate = parseCertificate(read("aspsp-psd2.mtls.apis.op.fi.crt"));
    expect(certificate).toMatchObject({
      commonName: "psd2.mtls.apis.op.fi",
      country: "FI",
      organizationIdentifier: "PSDFI-FINFSA-0751699-0",
      isQualified: true,
      qcTypes: ["web"],
      keyUsage: ["digitalSignature", "keyEncipherment"],
      extendedKeyUsage: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
      isCa: false,
      psd2: { roles: ["PSP_AS"], ncaName: "Finnish Financial Supervisory Authority", ncaId: "FI-FINFSA" },
    });
    expect(certificate.subject).toContain("OP Vähittäisasiakkaat Oyj");
    expect(certificate.notAfter.toString()).toBe("2026-01-04T22:59:00Z");
    expect(parseOrganizationIdentifier("PSDFI-FINFSA-0751699-0")).toEqual({ country: "FI", nca: "FINFSA", number: "0751699-0" });
  });

  it("a third party with two roles", () => {
    expect(parseCertificate(read("multicert-psd2-eidas.cer"))).toMatchObject({
      organizationIdentifier: "PSDGB-FCA-827001",
      organizationalUnits: ["PSD2 Qualified Website Authentication"],
      psd2: { roles: ["PSP_AI", "PSP_PI"], ncaId: "GB-FCA" },
    });
  });

  it("roles come from their OIDs when the names beside them are wrong", () => {
    const { psd2 } = parseCertificate(read("dev-transport.pem"));
    expect(psd2).toEqual({ roles: ["PSP_IC", "PSP_AI", "PSP_PI"], ncaName: "ForgeRock Financial Authority", ncaId: "GB-FFA" });
  });

  it("a seal and its issuer make a chain that has expired", () => {
    const [leaf, issuer] = [read("adorsys-certificateValid.crt"), read("adorsys-TCA3.crt")];
    expect(parseCertificate(leaf)).toMatchObject({ keyUsage: ["nonRepudiation"], psd2: { roles: ["PSP_AS", "PSP_PI", "PSP_AI"], ncaId: "EU-NCA" } });
    const inTime = buildChain(leaf, [issuer], { now: Temporal.Instant.from("2018-04-01T00:00:00Z") });
    expect(inTime.certificates.map((certificate) => certificate.commonName)).toEqual(["www.example.tpp.com", "e-Szigno Test CA3"]);
    expect(inTime.problems).toEqual([]);
    const late = buildChain(leaf, [issuer], { now: Temporal.Instant.from("2026-11-22T00:00:00Z") });
    expect(late.problems.map((problem) => problem.reason)).toEqual(["expired"]);
    const strict = buildChain(leaf, [issuer], { now: Temporal.Instant.from("2018-04-01T00:00:00Z"), trustAnchors: [read("dev-transport.pem")] });
    expect(strict.problems.map((problem) => problem.reason)).toEqual(["issuer-missing"]);
  });

  it.each(["adorsys-TCA3.crt", "aspsp-psd2.mtls.apis.op.fi.crt", "multicert-psd2-eidas.cer"])(
    "%s reads the same as PEM, as base64 DER and as bytes",
    (name) => {
      const fromPem = parseCertificate(read(name));
      const base64 = fromPem.der.toString("base64");
      expect(parseCertificate(base64)).toEqual(fromPem);
      expect(parseCertificate(fromPem.der)).toEqual(fromPem);
      expect(encodeAsn1(decodeAsn1(fromPem.der)).equals(fromPem.der)).toBe(true);
      expect(fromPem.thumbprint).toMatch(/^[\w-]{43}$/);
    },
  );
});
