import type { KeyObject } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeQtsp } from "@opl/eidas/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "./run-command.ts";
import { writeEidasFiles } from "./testing/eidas-files.ts";
import { goodSettings, runHere } from "./testing/run.ts";

/** Every mistake that shows before the network is touched; those on the way to the bank are in registration.int.test.ts. */
let folder: string;
let count = 0;
let qtsp: Awaited<ReturnType<typeof makeQtsp>>;
let another: typeof qtsp;
let good: Record<"qwac" | "seal" | "ecQwac" | "ecSeal", Awaited<ReturnType<typeof writeEidasFiles>>>;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "opl-mistakes-"));
  [qtsp, another] = [await makeQtsp(), await makeQtsp({ name: "Another Trust", intermediateHash: "SHA-1" })];
  good = {
    qwac: await writeEidasFiles(folder, "qwac", await qtsp.certify("qwac")),
    seal: await writeEidasFiles(folder, "seal", await qtsp.certify("qsealc")),
    ecQwac: await writeEidasFiles(folder, "ec-qwac", await qtsp.certify("qwac", { keyType: "ec" })),
    ecSeal: await writeEidasFiles(folder, "ec-seal", await qtsp.certify("qsealc", { keyType: "ec" })),
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(settings: object | string, { args = [], out, machine = {} }: { args?: string[]; out?: string; machine?: Partial<Machine> } = {}) {
  const env = path.join(folder, `env-${(count += 1)}.json`);
  writeFileSync(env, typeof settings === "string" ? settings : JSON.stringify(settings));
  return runHere(["tpp", "register", "--env", env, "--out", out ?? path.join(folder, `out-${count}`), ...args], machine);
}

/** Settings with certificates of one's own, some of them changed. */
function own(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return goodSettings({
    OP_QWAC_CERT_PATH: good.qwac.certificate,
    OP_QWAC_KEY_PATH: good.qwac.key,
    OP_QSEAL_CERT_PATH: good.seal.certificate,
    OP_QSEAL_KEY_PATH: good.seal.key,
    OP_QSEAL_KID: "seal-1",
    OP_PUBLIC_JWKS_URL: "https://localhost:9/jwks.json",
    ...changes,
  });
}

/** Settings with one certificate that is not as a good one. */
const made = async (purpose: "qwac" | "qsealc", name: string, deviations: Parameters<typeof qtsp.certify>[1]) =>
  written(name, await qtsp.certify(purpose, deviations));
const written = async (name: string, certificate: { purpose: "qwac" | "qsealc"; privateKey: KeyObject; chainPem: readonly string[] }) => {
  const files = await writeEidasFiles(folder, name, certificate);
  return certificate.purpose === "qwac"
    ? { OP_QWAC_CERT_PATH: files.certificate, OP_QWAC_KEY_PATH: files.key }
    : { OP_QSEAL_CERT_PATH: files.certificate, OP_QSEAL_KEY_PATH: files.key };
};
const production = { OP_ENVIRONMENT: "production", OP_CERT_GENERATION_URL: undefined, OP_COUNTRY: undefined, OP_TPP_NAME: undefined };
const onlyAis = { psd2: { roles: ["PSP_AI"], ncaName: "Finnish Financial Supervisory Authority", ncaId: "FI-FINFSA" } } as const;
const notOfPsd2 = { organizationIdentifier: "PSDOP-SANDBOX-TPP-1", psd2: null } as const;
const p12 = (changes: Record<string, unknown>) =>
  own({ OP_QWAC_CERT_PATH: undefined, OP_QWAC_KEY_PATH: undefined, OP_QWAC_P12_PATH: good.qwac.p12, ...changes });

describe("a mistake with certificates and keys ends with 65 and one sentence", () => {
  it.each<[string, () => object | Promise<object>, RegExp]>([
    ["a file that is not there", () => own({ OP_QWAC_CERT_PATH: "none.pem" }), /none\.pem \(OP_QWAC_CERT_PATH\) is not there; correct the path/],
    ["a key file without a key", () => own({ OP_QWAC_KEY_PATH: good.qwac.certificate }), /OP_QWAC_KEY_PATH\) holds no PEM private key/],
    ["a certificate file without a certificate", () => own({ OP_QSEAL_CERT_PATH: good.seal.key }), /OP_QSEAL_CERT_PATH\) holds no PEM certificate/],
    ["the key of another certificate", () => own({ OP_QWAC_KEY_PATH: good.seal.key }), /not the certificate of the key in OP_QWAC_KEY_PATH/],
    ["an encrypted key without passphrase", () => own({ OP_QWAC_KEY_PATH: good.qwac.encryptedKey }), /is encrypted; set OP_CERT_PASSPHRASE/],
    ["a wrong passphrase", () => own({ OP_QWAC_KEY_PATH: good.qwac.encryptedKey, OP_CERT_PASSPHRASE: "other-words" }), /does not open with OP_CERT_PASSPHRASE/],
    ["PKCS#12 without passphrase", () => p12({}), /\.p12 \(OP_QWAC_P12_PATH\) needs a passphrase; set OP_CERT_PASSPHRASE/],
    ["PKCS#12 with a wrong passphrase", () => p12({ OP_CERT_PASSPHRASE: "other-words" }), /OP_QWAC_P12_PATH\) does not open with OP_CERT_PASSPHRASE/],
    ["PEM given as PKCS#12", () => p12({ OP_QWAC_P12_PATH: good.qwac.certificate }), /is not a PKCS#12 file/],
    [
      "an expired QWAC",
      async () => own(await made("qwac", "ended", { notAfter: "2026-02-01T00:00:00Z" })),
      /QWAC in .*ended\.pem cannot be used: the certificate has expired; have a new one issued.*to 2026-02-01T00:00:00Z/,
    ],
    [
      "a QSealC that is not valid yet",
      async () => own(await made("qsealc", "early", { notBefore: "2035-01-01T00:00:00Z" })),
      /QSealC in .*early\.pem cannot be used: the certificate is not valid yet; set the clock.*from 2035-01-01/,
    ],
    [
      "a SHA-1 leaf",
      async () => own(await made("qwac", "weak", { hash: "SHA-1" })),
      /QWAC in .*weak\.pem cannot .* CN=ledger\.example is signed with SHA-1.*OP_TLS_ALLOW_LEGACY/,
    ],
    [
      "a SHA-1 intermediate",
      async () => own(await written("weak-chain", await another.certify("qwac"))),
      /QWAC in .*weak-chain\.pem .* CN=Another Trust Qualified CA is signed with SHA-1.*OP_TLS_ALLOW_LEGACY/,
    ],
    ["QWAC and QSealC exchanged", () => own({ ...swapped() }), /QWAC in .*seal\.pem cannot be used: the certificate is a QSealC, .* not a QWAC, .*; exchange/],
    [
      "two organisations",
      async () => own(await made("qsealc", "stranger", { organizationIdentifier: "PSDFI-FINFSA-9" })),
      /QWAC is of PSDFI-FINFSA-1234567-8 and the QSealC of PSDFI-FINFSA-9/,
    ],
    [
      "no organizationIdentifier",
      async () => own(await made("qwac", "nobody", { organizationIdentifier: null })),
      /nobody\.pem .* names no organizationIdentifier/,
    ],
    [
      "a role the licence does not give",
      async () => own(await made("qwac", "ais", onlyAis)),
      /ais\.pem .* does not hold the role PSP_PI, PSP_IC; take the role out of OP_ROLES/,
    ],
    [
      "in production no PSD2 statement in the QWAC",
      async () => own({ ...production, ...(await made("qwac", "plain", { psd2: null })) }),
      /QWAC in .*plain\.pem cannot be used: the certificate carries no PSD2 statement, .*; give a certificate .* issued for PSD2/,
    ],
    [
      "in production no PSD2 statement in the QSealC",
      async () => own({ ...production, ...(await made("qsealc", "plain-seal", { psd2: null })) }),
      /QSealC in .*plain-seal\.pem cannot be used: the certificate carries no PSD2 statement, .*; give a certificate .* issued for PSD2/,
    ],
    [
      "in production a missing role",
      async () => own({ ...production, ...(await made("qwac", "ais-only", onlyAis)) }),
      /QWAC in .*ais-only\.pem cannot be used: the certificate does not hold the role PSP_PI, PSP_IC; take the role out of OP_ROLES/,
    ],
    [
      "in production a QSealC as QWAC",
      () => own({ ...production, OP_QWAC_CERT_PATH: good.seal.certificate, OP_QWAC_KEY_PATH: good.seal.key }),
      /QWAC in .*seal\.pem cannot be used: the certificate is a QSealC, for signatures, not a QWAC, for connections; exchange/,
    ],
    [
      "in production a certificate that does not say what it is for",
      async () => own({ ...production, ...(await made("qsealc", "untold", { qcType: null })) }),
      /QSealC in .*untold\.pem cannot be used: the certificate does not say what it is for/,
    ],
    [
      "in production an expired QSealC",
      async () => own({ ...production, ...(await made("qsealc", "ended-seal", { notAfter: "2026-02-01T00:00:00Z" })) }),
      /QSealC in .*ended-seal\.pem cannot be used: the certificate has expired; have a new one issued/,
    ],
    [
      "in production a chain that does not join",
      async () => own({ ...production, ...(await written("loose", await withForeignChain())) }),
      /QWAC in .*loose\.pem cannot be used: the chain breaks behind .*: .*Another Trust.* did not issue it; put the certificates of its issuers behind it/,
    ],
    [
      "in production a certificate as the sandbox's generator makes it",
      async () => own({ ...production, ...(await made("qwac", "of-sandbox", notOfPsd2)), ...(await made("qsealc", "of-sandbox-seal", notOfPsd2)) }),
      /QWAC in .*of-sandbox\.pem cannot be used: the certificate carries no PSD2 statement/,
    ],
    ["an algorithm the key cannot do", () => own({ OP_SIGNING_ALG: "ES256" }), /No QSealC has a key for ES256; set OP_SIGNING_ALG/],
    ["a ca.pem without certificate", () => own({ OP_CA_BUNDLE_PATH: good.qwac.key }), /OP_CA_BUNDLE_PATH\) holds no PEM certificate/],
  ])("%s", async (_what, settings, sentence) => {
    const { code, err } = await run(await settings());
    expect(err.trim()).toMatch(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(65);
  });

  it("certificates that are right pass, from PEM, encrypted PEM and PKCS#12, and SHA-1 where it is allowed", async () => {
    // The next thing to fail is the connection.
    const weak = { ...(await made("qwac", "allowed", { hash: "SHA-1" })), OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT: true };
    const sealed = { OP_QWAC_KEY_PATH: good.qwac.encryptedKey, OP_CERT_PASSPHRASE: "sesame" };
    const ec = { OP_QWAC_P12_PATH: good.ecQwac.p12, OP_QSEAL_CERT_PATH: good.ecSeal.certificate, OP_QSEAL_KEY_PATH: good.ecSeal.key };
    const right = [
      own(),
      own(sealed),
      p12({ OP_CERT_PASSPHRASE: "sesame" }),
      own(weak),
      own(production),
      p12({ ...production, ...ec, OP_CERT_PASSPHRASE: "sesame" }),
    ];
    for (const settings of right) expect(await run(settings)).toMatchObject({ code: 69, err: expect.not.stringContaining("About the") });
  });

  it("a sandbox is shown what it makes itself: no PSD2 statement, no QcType, an identifier of its own form", async () => {
    const lacking = { ...notOfPsd2, qcType: null } as const;
    const settings = own({ ...(await made("qwac", "lacking", lacking)), ...(await made("qsealc", "lacking-seal", lacking)) });
    expect(await run(settings)).toMatchObject({ code: 69, err: expect.not.stringContaining("certificate") });
  });

  it("what production may be shown and somebody should know is said: a certificate that is not qualified, or comes without its issuer", async () => {
    const bare = await qtsp.certify("qwac", { isQualified: false });
    const settings = own({ ...production, ...(await written("bare", { ...bare, chainPem: bare.chainPem.slice(0, 1) })) });
    const { code, err } = await run(settings);
    expect(err).toMatch(/About the QWAC in .*bare\.pem: The certificate does not declare itself qualified/);
    expect(err).toMatch(/About the QWAC in .*bare\.pem: The certificate was issued by somebody who is neither in the chain nor trusted/);
    expect(code).toBe(69);
  });

  async function withForeignChain() {
    const [mine, theirs] = [await qtsp.certify("qwac"), await another.certify("qwac")];
    return { ...mine, chainPem: [mine.chainPem[0], theirs.chainPem[1]] };
  }

  function swapped() {
    return {
      OP_QWAC_CERT_PATH: good.seal.certificate,
      OP_QWAC_KEY_PATH: good.seal.key,
      OP_QSEAL_CERT_PATH: good.qwac.certificate,
      OP_QSEAL_KEY_PATH: good.qwac.key,
    };
  }
});

describe("a mistake with the command line ends with 64, one with the env file with 78, one with the folder with 73", () => {
  it.each([
    [["tpp", "register", "--out", "x"], /--env FILE is missing/],
    [["tpp", "register", "--env", "x"], /--out DIR is missing/],
    [["tpp", "renew"], /There is no command "tpp renew"/],
    [["--env", "x"], /The command is missing/],
    [["tpp", "register", "--outt", "x"], /Unknown option '--outt'/],
    [["tpp", "register", "--env", "x", "--out", "y", "--timeout", "soon"], /--timeout soon is not a number/],
    [["tpp", "register", "--env", "x", "--out", "y", "--register-again"], /goes with --resume only/],
  ])("%j", async (args, sentence) => {
    const { code, err } = await runHere(args);
    expect(err).toMatch(sentence);
    expect(code).toBe(64);
  });

  it("no arguments, or --help, print the help", async () => {
    for (const args of [[], ["--help"], ["tpp", "register", "--help"]])
      expect(await runHere(args)).toMatchObject({ code: 0, out: expect.stringContaining("--register-again") });
  });

  it("an env file that is not there, or is wrong", async () => {
    expect(await runHere(["tpp", "register", "--env", path.join(folder, "none.json"), "--out", "x"])).toMatchObject({
      code: 78,
      err: expect.stringContaining("is not there; copy env.example.json"),
    });
    const { code, err } = await run(goodSettings({ OP_API_KEY: "", OP_ROLES: ["AISP"] }));
    expect(code).toBe(78);
    expect(err).toMatch(/has 2 problems:\n {2}OP_API_KEY must not be empty\.\n {2}OP_ROLES\[0\] "AISP" is not a role at OP; write AIS\./);
  });

  it("a folder with other files, below a file, or used by another run", async () => {
    const other = path.join(folder, "other");
    mkdirSync(other);
    writeFileSync(path.join(other, "thesis.txt"), "");
    expect(await run(goodSettings(), { out: other })).toMatchObject({ code: 73, err: expect.stringContaining("holds other files, such as thesis.txt") });
    expect(await run(goodSettings(), { out: path.join(other, "thesis.txt", "x") })).toMatchObject({
      code: 73,
      err: expect.stringContaining("a part of its path is a file"),
    });
    const busy = path.join(folder, "busy");
    mkdirSync(busy);
    writeFileSync(path.join(busy, "run.lock"), "1");
    expect(await run(goodSettings(), { out: busy, machine: { isAlive: () => true } })).toMatchObject({
      code: 73,
      err: expect.stringContaining("Another run (process 1)"),
    });
    // The process of the lock is gone: it is taken over, and given back at the end.
    expect((await run(goodSettings(), { out: busy })).code).toBe(69);
    expect(existsSync(path.join(busy, "run.lock"))).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)("a folder this user may not write", async () => {
    const closed = path.join(folder, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    expect(await run(goodSettings(), { out: path.join(closed, "x") })).toMatchObject({
      code: 73,
      err: expect.stringContaining("this user may not write there"),
    });
  });

  it.each([
    ["deleted", undefined],
    ["cut short", '{"tppId":'],
    ["emptied", "{}"],
  ])("a finished registration whose registration.json was %s", async (_how, text) => {
    const out = mkdtempSync(path.join(folder, "finished-"));
    const at = "2026-01-01T00:00:00Z";
    const state = { version: 1, startedAt: at, certifiedFor: null, softwareClientId: null, sending: null, validated: [], finishedAt: at };
    writeFileSync(path.join(out, "state.json"), JSON.stringify(state));
    if (text !== undefined) writeFileSync(path.join(out, "registration.json"), text);
    const { code, err } = await run(goodSettings(), { out });
    expect(err.trim()).toMatch(/^The registration in .* is finished, but its registration\.json is missing or damaged; put back .*\.$/);
    expect(code).toBe(73);
  });

  it("an unfinished run is not begun anew, and its certificates stay those of its name", async () => {
    const out = path.join(folder, "unfinished");
    expect((await run(goodSettings(), { out })).code).toBe(69);
    expect(readdirSync(out)).toEqual([".gitignore", "state.json"]);
    expect(await run(goodSettings(), { out })).toMatchObject({ code: 73, err: expect.stringContaining("go on with --resume") });
    expect(await run(goodSettings({ OP_TPP_NAME: "Other" }), { out, args: ["--resume"] })).toMatchObject({
      code: 78,
      err: expect.stringContaining("OP_TPP_NAME changed"),
    });
    expect((await run(goodSettings(), { out, args: ["--resume"] })).code).toBe(69);
  });
});
