import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import forge from "node-forge";
import { beforeAll, describe, expect, it } from "vitest";
import { judgeCertificate, toleratedInSandbox } from "./index.ts";
import type { CertificateExpectation, CertificateJudgement, CertificateProblemReason, CertificatePurpose } from "./index.ts";
import type { QcStatements } from "./qc-statements.ts";
import { brokenStatements, extendedKeyUsage, keyUsage, makeCertificate, qcStatements } from "./testing/make-certificate.ts";
import type { MakeOptions, Made } from "./testing/make-certificate.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const [serverAuth, clientAuth] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] as const;
const tppName = "C=FI, O=TEST TPP, CN=tpp.example.com, 2.5.4.97=PSDFI-FINFSA-1234567-8";
const psd2 = { roles: ["PSP_AI", "PSP_PI"], ncaName: "Finnish Financial Supervisory Authority", ncaId: "FI-FINFSA" } as const;
const web: QcStatements = { isQualified: true, types: ["web"], psd2 };
const eseal: QcStatements = { isQualified: true, types: ["eseal"], psd2 };

let [root, intermediate, falseRoot] = [] as unknown as Made[];
beforeAll(async () => {
  root = await makeCertificate("CN=Test Root CA, C=FI", undefined, { ca: true });
  intermediate = await makeCertificate("CN=Test Intermediate CA, C=FI", root, { ca: true });
  falseRoot = await makeCertificate("CN=Another Root CA, C=FI", undefined, { ca: true });
});

const webExtensions = [keyUsage("digitalSignature"), extendedKeyUsage(serverAuth, clientAuth), qcStatements(web)];
const qwac = (subject = tppName, statements: QcStatements | undefined = web, options: MakeOptions = {}): Promise<Made> =>
  makeCertificate(subject, intermediate, {
    extensions: [keyUsage("digitalSignature"), extendedKeyUsage(serverAuth, clientAuth), ...(statements === undefined ? [] : [qcStatements(statements)])],
    ...options,
  });
const seal = (options: MakeOptions = {}): Promise<Made> =>
  makeCertificate(tppName, intermediate, { extensions: [keyUsage("nonRepudiation"), qcStatements(eseal)], ...options });

function judge(leaf: Made, expected: Partial<CertificateExpectation> = {}, chain: readonly Made[] = [leaf, intermediate!, root!]): CertificateJudgement {
  return judgeCertificate(
    chain.map(({ pem }) => pem),
    { now, purpose: "qwac", roles: ["PSP_AI"], trustAnchors: [root!.pem], ...expected },
  );
}

/** Without an issuer or roots, unless it is given some. */
const judgeAlone = (leaf: Made, expected: Partial<CertificateExpectation> = {}) => judge(leaf, { trustAnchors: undefined, ...expected }, [leaf]);

const reasons = ({ problems }: CertificateJudgement, severity?: "error" | "warning"): CertificateProblemReason[] =>
  problems.filter((problem) => severity === undefined || problem.severity === severity).map(({ reason }) => reason);

describe("judgeCertificate", () => {
  it("finds nothing wrong with a good QWAC and tells its facts", async () => {
    const leaf = await qwac();
    const judgement = judge(leaf, { roles: ["PSP_AI", "PSP_PI"], key: leaf.privateKey });
    expect(judgement).toMatchObject({ key: { type: "ec", bits: 256 }, statedPurposes: ["qwac"], problems: [] });
    expect(judgement.certificate?.organizationIdentifier).toBe("PSDFI-FINFSA-1234567-8");
    expect(judgement.chain.map(({ commonName }) => commonName)).toEqual(["tpp.example.com", "Test Intermediate CA", "Test Root CA"]);
  });

  it.each(["nonRepudiation", "digitalSignature"] as const)("finds nothing wrong with a good QSealC for %s", async (usage) => {
    const leaf = await seal({ extensions: [keyUsage(usage), qcStatements(eseal)], privateKey: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey });
    expect(judge(leaf, { purpose: "qsealc", key: createPublicKey(leaf.privateKey) })).toMatchObject({ key: { type: "rsa", bits: 2048 }, problems: [] });
  });

  it("tells by QcType and nothing else where both purposes are named", async () => {
    const both = await qwac(tppName, { ...web, types: ["web", "eseal"] });
    expect([judge(both), judge(both, { purpose: "qsealc" })].map((judgement) => reasons(judgement))).toEqual([[], []]);
  });

  it.each<[string, CertificateProblemReason, () => Promise<CertificateJudgement>]>([
    ["no certificate", "unreadable", async () => judgeCertificate([], { now, purpose: "qwac", roles: [] })],
    ["something else", "unreadable", async () => judgeCertificate(["YWJj"], { now, purpose: "qwac", roles: [] })],
    ["a broken statement", "unreadable", async () => judge(await qwac(tppName, undefined, { extensions: [brokenStatements()] }))],
    ["a broken issuer", "unreadable", async () => judgeCertificate([(await qwac()).pem, "YWJj", intermediate!.pem], { now, purpose: "qwac", roles: [] })],
    ["a crowd", "unreadable", async () => judge(await qwac(), {}, [await qwac(), ...Array.from({ length: 16 }, () => intermediate!)])],
    ["an end that has passed", "expired", async () => judge(await qwac(tppName, web, { notAfter: "2026-11-22T09:59:59Z" }))],
    ["a beginning to come", "not-yet-valid", async () => judge(await qwac(tppName, web, { notBefore: "2026-11-22T10:00:01Z" }))],
    ["an issuer that is no authority", "issuer-not-a-ca", async () => judgeBehind(await makeCertificate("CN=no authority", root))],
    ["an expired issuer", "expired", async () => judgeBehind(await makeCertificate("CN=old", root, { ca: true, notAfter: "2026-06-01T00:00:00Z" }))],
    ["a root that is not trusted", "not-trusted", async () => judge(await qwac(), { trustAnchors: [falseRoot!.pem] })],
    ["an issuer that nobody has", "issuer-missing", async () => judge(await qwac(), { trustAnchors: [falseRoot!.pem] }, [await qwac()])],
    ["a chain with a gap", "chain-broken", async () => judge(await qwac(), { trustAnchors: undefined }, [await qwac(), root!])],
    ["an issuer that is not with it", "issuer-missing", async () => judge(await qwac(), { trustAnchors: undefined }, [await qwac()])],
    ["itself as issuer", "self-issued", async () => judgeAlone(await makeCertificate(tppName, undefined, { extensions: webExtensions }))],
    ["powers of an authority", "is-a-ca", async () => judge(await qwac(tppName, web, { ca: true }))],
    ["SHA-1", "weak-signature-hash", async () => judge(await qwac(tppName, web, { hash: "SHA-1" }))],
    [
      "a short RSA key",
      "weak-key",
      async () => judge(await qwac(tppName, web, { privateKey: generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey })),
    ],
    ["another key", "key-mismatch", async () => judge(await qwac(), { key: root!.privateKey })],
    ["the type of a seal", "wrong-purpose", async () => judge(await qwac(tppName, eseal))],
    [
      "the type of a connection",
      "wrong-purpose",
      async () => judge(await seal({ extensions: [keyUsage("digitalSignature"), qcStatements(web)] }), { purpose: "qsealc" }),
    ],
    [
      "the unit of a connection",
      "wrong-purpose",
      async () => judge(await qwac(`${tppName}, OU=PSD2 Qualified Website Authentication`, { ...web, types: [] }), { purpose: "qsealc" }),
    ],
    [
      "a usage for servers alone",
      "wrong-purpose",
      async () =>
        judge(await makeCertificate(tppName, intermediate, { extensions: [keyUsage("digitalSignature"), extendedKeyUsage(serverAuth), qcStatements(web)] })),
    ],
    [
      "no word about its purpose",
      "purpose-unstated",
      async () => judge(await makeCertificate(tppName, intermediate, { extensions: [keyUsage("digitalSignature"), qcStatements({ ...web, types: [] })] })),
    ],
    [
      "the usage of a seal for TLS",
      "wrong-key-usage",
      async () => judge(await makeCertificate(tppName, intermediate, { extensions: [keyUsage("nonRepudiation"), qcStatements(web)] })),
    ],
    [
      "a usage that signs nothing",
      "wrong-key-usage",
      async () => judge(await seal({ extensions: [keyUsage("keyEncipherment"), qcStatements(eseal)] }), { purpose: "qsealc" }),
    ],
    ["no key usage", "key-usage-missing", async () => judge(await makeCertificate(tppName, intermediate, { extensions: [qcStatements(web)] }))],
    ["no declaration as qualified", "not-qualified", async () => judge(await qwac(tppName, { ...web, isQualified: false }))],
    ["a type alone", "psd2-statement-missing", async () => judge(await qwac(tppName, { ...web, psd2: undefined }))],
    [
      "one role of two",
      "role-missing",
      async () => judge(await qwac(tppName, { ...web, psd2: { ...psd2, roles: ["PSP_AI"] } }), { roles: ["PSP_AI", "PSP_PI"] }),
    ],
    ["no identifier", "organization-identifier-missing", async () => judge(await qwac("C=FI, CN=TEST TPP"))],
    ["the identifier of a tax office", "organization-identifier-form", async () => judge(await qwac("C=FI, CN=TEST TPP, 2.5.4.97=VATFI-12345678"))],
    ["an identifier of another authority", "authority-differs", async () => judge(await qwac("C=FI, CN=TEST TPP, 2.5.4.97=PSDFI-OTHER-1"))],
    ["a subject of another country", "subject-country-differs", async () => judge(await qwac("C=SE, CN=TEST TPP, 2.5.4.97=PSDFI-FINFSA-1"))],
  ])("finds in a certificate with %s alone: %s", async (_what, reason, make) => {
    const judgement = await make();
    expect(new Set(reasons(judgement))).toEqual(new Set([reason]));
    expect(judgement.problems.every(({ sentence }) => /^[A-Z].+\.$/.test(sentence))).toBe(true);
  });

  it("finds an identifier of another country, whose authority has the same letters", async () => {
    expect(reasons(judge(await qwac("C=FI, CN=TEST TPP, 2.5.4.97=PSDSE-FINFSA-1")))).toEqual(["country-differs"]);
  });

  it("refuses a certificate that is its own authority, signed with SHA-1, though nobody is asked for trust", async () => {
    const leaf = await makeCertificate(tppName, undefined, { extensions: webExtensions, ca: true, hash: "SHA-1" });
    expect(reasons(judgeAlone(leaf), "error")).toEqual(["self-issued", "is-a-ca", "weak-signature-hash"]);
    expect(reasons(judgeAlone(leaf, { tolerated: toleratedInSandbox }), "error")).toEqual(["self-issued", "is-a-ca", "weak-signature-hash"]);
  });

  it("a missing issuer is an error where roots are trusted, and else only told", async () => {
    const leaf = await qwac();
    expect(reasons(judgeAlone(leaf, { trustAnchors: [root!.pem] }), "error")).toEqual(["issuer-missing"]);
    expect(reasons(judgeAlone(leaf, { trustAnchors: [intermediate!.pem] }))).toEqual([]);
    expect(reasons(judgeAlone(leaf), "warning")).toEqual(["issuer-missing"]);
  });

  it("finds MD5 under a certificate, and lets a root sign itself with what it likes", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = forge.pki.privateKeyFromPem(privateKey.export({ type: "pkcs8", format: "pem" }));
    const certificate = forge.pki.createCertificate();
    Object.assign(certificate, { publicKey: forge.pki.setRsaPublicKey(key.n, key.e), serialNumber: "01" });
    certificate.setSubject([{ name: "commonName", value: "old" }]);
    const signed = (issuer: string) => {
      certificate.setIssuer([{ name: "commonName", value: issuer }]);
      certificate.sign(key, forge.md.md5.create());
      return judgeCertificate([forge.pki.certificateToPem(certificate)], { now, purpose: "qwac", roles: [] });
    };
    expect(reasons(signed("another"))).toContain("weak-signature-hash");
    const oldRoot = await makeCertificate("CN=Old Root CA, C=FI", undefined, { ca: true, hash: "SHA-1" });
    const leaf = await makeCertificate(tppName, oldRoot, { extensions: webExtensions });
    expect(reasons(judge(leaf, { trustAnchors: [oldRoot.pem] }, [leaf, oldRoot]))).toEqual([]);
  });

  it("keeps quiet about certificates that lie beside a whole chain", async () => {
    const leaf = await qwac();
    expect(reasons(judge(leaf, {}, [leaf, falseRoot!, root!, intermediate!]))).toEqual([]);
  });

  it("refuses in production what it only tells of in a sandbox, and nothing more", async () => {
    const extensions = [
      keyUsage("digitalSignature"),
      qcStatements({ isQualified: false, types: [], psd2: { ...psd2, ncaName: "OP TEST NCA", ncaId: "OP-TEST" } }),
    ];
    const leaf = await makeCertificate("C=FI, CN=TEST TPP, 2.5.4.97=PSDTEST TPP", intermediate, { extensions });
    const found = { errors: ["purpose-unstated", "organization-identifier-form"], warnings: ["not-qualified", "subject-country-differs"] };
    expect({ errors: reasons(judge(leaf), "error"), warnings: reasons(judge(leaf), "warning") }).toEqual(found);
    const inSandbox = judge(leaf, { tolerated: toleratedInSandbox });
    expect(reasons(inSandbox, "error")).toEqual([]);
    expect(reasons(inSandbox)).toEqual(reasons(judge(leaf)));
    expect(reasons(judge(leaf, { tolerated: toleratedInSandbox, roles: ["PSP_IC"] }), "error")).toEqual(["role-missing"]);
  });

  async function judgeBehind(issuer: Made): Promise<CertificateJudgement> {
    const extensions = [keyUsage("digitalSignature"), qcStatements(web)];
    const leaf = await makeCertificate(tppName, issuer, { extensions });
    return judge(leaf, {}, [leaf, issuer, root!]);
  }
});

const folder = resolve(process.env.OPL_SHARED_DIR ?? resolve(import.meta.dirname, "../../../../shared"), "vectors/certificates");
const present = existsSync(folder);

describe.skipIf(!present)(`judgeCertificate on published certificates${present ? "" : " (skipped: no folder of vectors, see OPL_SHARED_DIR)"}`, () => {
  interface Case {
    readonly purpose: CertificatePurpose;
    readonly at: string;
    readonly role: "PSP_AI" | "PSP_AS";
    readonly errors: readonly CertificateProblemReason[];
    readonly warnings: readonly CertificateProblemReason[];
  }
  const cases: Readonly<Record<string, readonly Case[]>> = {
    "aspsp-psd2.mtls.apis.op.fi.crt": [
      { purpose: "qwac", at: "2025-06-01", role: "PSP_AS", errors: [], warnings: ["issuer-missing"] },
      { purpose: "qwac", at: "2025-06-01", role: "PSP_AI", errors: ["role-missing"], warnings: ["issuer-missing"] },
      { purpose: "qsealc", at: "2026-11-22", role: "PSP_AS", errors: ["expired", "wrong-purpose"], warnings: ["issuer-missing"] },
    ],
    "multicert-psd2-eidas.cer": [
      { purpose: "qwac", at: "2020-06-01", role: "PSP_AI", errors: [], warnings: ["issuer-missing"] },
      { purpose: "qwac", at: "2019-01-01", role: "PSP_AI", errors: ["not-yet-valid"], warnings: ["issuer-missing"] },
      { purpose: "qsealc", at: "2026-11-22", role: "PSP_AS", errors: ["expired", "wrong-purpose", "role-missing"], warnings: ["issuer-missing"] },
    ],
    "adorsys-certificateValid.crt": [
      { purpose: "qsealc", at: "2018-04-01", role: "PSP_AI", errors: [], warnings: ["issuer-missing", "subject-country-differs"] },
      {
        purpose: "qwac",
        at: "2026-11-22",
        role: "PSP_AI",
        errors: ["expired", "wrong-purpose", "wrong-key-usage"],
        warnings: ["issuer-missing", "subject-country-differs"],
      },
    ],
    "dev-transport.pem": [
      { purpose: "qwac", at: "2026-11-22", role: "PSP_AI", errors: ["key-usage-missing"], warnings: ["issuer-missing", "subject-country-differs"] },
      {
        purpose: "qsealc",
        at: "2026-11-22",
        role: "PSP_AS",
        errors: ["wrong-purpose", "key-usage-missing", "role-missing"],
        warnings: ["issuer-missing", "subject-country-differs"],
      },
    ],
    "adorsys-TCA3.crt": [
      {
        purpose: "qsealc",
        at: "2026-11-22",
        role: "PSP_AI",
        errors: ["is-a-ca", "purpose-unstated", "wrong-key-usage", "psd2-statement-missing", "organization-identifier-missing"],
        warnings: ["issuer-missing", "not-qualified"],
      },
    ],
  };
  const read = (name: string): string => readFileSync(resolve(folder, name), "utf8");

  it("covers every file of the folder", () => {
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it.each(Object.entries(cases).flatMap(([name, each]) => each.map((one) => ({ name, ...one }))))(
    "$name as $purpose with $role at $at: refused for $errors",
    ({ name, purpose, at, role, errors, warnings }) => {
      const judgement = judgeCertificate([read(name)], { now: Temporal.Instant.from(`${at}T12:00:00Z`), purpose, roles: [role] });
      expect({ errors: reasons(judgement, "error"), warnings: reasons(judgement, "warning") }).toEqual({ errors, warnings });
    },
  );

  it("takes the certificate without key usage in a sandbox", () => {
    const judgement = judgeCertificate([read("dev-transport.pem")], { now, purpose: "qwac", roles: ["PSP_AI", "PSP_PI"], tolerated: toleratedInSandbox });
    expect(reasons(judgement, "error")).toEqual([]);
  });

  it("takes the seal with its issuer for trusted where that issuer is", () => {
    const chain = [read("adorsys-certificateValid.crt"), read("adorsys-TCA3.crt")];
    const expected = { now: Temporal.Instant.from("2018-04-01T00:00:00Z"), purpose: "qsealc", roles: ["PSP_AI"] } as const;
    expect(reasons(judgeCertificate(chain, { ...expected, trustAnchors: [chain[1] ?? ""] }), "error")).toEqual([]);
    expect(reasons(judgeCertificate(chain, { ...expected, trustAnchors: [read("dev-transport.pem")] }), "error")).toEqual(["issuer-missing"]);
  });
});
