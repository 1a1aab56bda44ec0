import { createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { certificatePem, certifiesKey, parseCertificate, readPkcs12, splitPemBundle } from "@opl/eidas";
import type { CertificatePurpose } from "@opl/eidas";
import { isOplError } from "@opl/errors";
import type { Jwk } from "@opl/fapi";
import type { TppKey } from "../../../services/bank-gateway/src/banks/keys.ts";
import { errors } from "../errors.ts";
import type { Settings } from "../settings/read-settings.ts";
import type { SettingName } from "../settings/schema.ts";

type CertificateSetting = `OP_${"QWAC" | "QSEAL"}_${"CERT" | "P12"}_PATH`;

interface Source {
  readonly certificate: CertificateSetting;
  readonly privateKey: KeyObject;
  /** PEM, the certificate of the key first where the file says which that is. */
  readonly chainPem: readonly string[];
}

/**
 * Reads the person's own eIDAS certificates, from PEM or PKCS#12 files: the one of the key first, behind it what else the file holds.
 * @throws ERR_OPL_CERTIFICATE naming file and setting
 */
export function readOwnCertificates(settings: Settings): TppKey[] {
  return [toKey(sourceOf("QWAC", settings), "qwac", "qwac", settings), toKey(sourceOf("QSEAL", settings), "qsealc", settings.OP_QSEAL_KID ?? "", settings)];
}

function sourceOf(kind: "QWAC" | "QSEAL", settings: Settings): Source {
  const passphrase = settings.OP_CERT_PASSPHRASE;
  const bundle = settings[`OP_${kind}_P12_PATH`];
  if (bundle !== undefined) return { certificate: `OP_${kind}_P12_PATH`, ...openBundle(bundle, `OP_${kind}_P12_PATH`, passphrase) };
  const certificate = `OP_${kind}_CERT_PATH` as const;
  const key = `OP_${kind}_KEY_PATH` as const;
  const file = settings[certificate] ?? "";
  const chainPem = splitPemBundle(readText(file, certificate)).map((der) => certificatePem(der));
  if (chainPem.length === 0) throw unusable(certificate, file, "holds no PEM certificate (-----BEGIN CERTIFICATE-----); export it as PEM");
  return { certificate, chainPem, privateKey: openKey(settings[key] ?? "", key, passphrase) };
}

function toKey({ certificate: setting, privateKey, chainPem }: Source, purpose: CertificatePurpose, kid: string, settings: Settings): TppKey {
  const file = settings[setting] ?? "";
  const all = chainPem.map((pem) => parse(pem, setting, file));
  const leaf = all.find((each) => certifiesKey(each, privateKey));
  if (leaf === undefined) {
    throw unusable(setting, file, `is not the certificate of the key in ${setting.replace("_CERT_", "_KEY_")}; give the two files that belong together`);
  }
  const jwk: Jwk = { ...privateKey.export({ format: "jwk" }), kid, use: "sig" };
  return {
    jwk,
    kid,
    algorithm: algorithmOf(jwk, setting, file),
    purpose,
    certificate: leaf,
    chainPem: [leaf, ...all.filter((each) => each !== leaf)].map(({ pem }) => pem),
  };
}

function algorithmOf(jwk: Jwk, setting: SettingName, file: string): string {
  if (jwk.kty === "RSA") return "RS256";
  if (jwk.kty === "EC" && jwk.crv === "P-256") return "ES256";
  throw unusable(setting, file, `has a key of type ${jwk.crv ?? jwk.kty}, which this bank does not take; use RSA or EC P-256`);
}

function openBundle(file: string, setting: SettingName, passphrase: string | undefined) {
  const bytes = readBytes(file, setting);
  try {
    return readPkcs12(bytes, passphrase ?? "");
  } catch (error) {
    if (!isOplError(error)) throw error;
    const sentences: Readonly<Record<string, string>> = {
      passphrase: passphrase === undefined ? "needs a passphrase; set OP_CERT_PASSPHRASE" : "does not open with OP_CERT_PASSPHRASE; correct the passphrase",
      "no-key": "holds no private key; export it with its key",
      "no-certificate": "holds no certificate of its key; export it with its chain",
    };
    throw unusable(setting, file, sentences[String(error.details?.["reason"])] ?? "is not a PKCS#12 file; export it as .p12", error);
  }
}

function openKey(file: string, setting: SettingName, passphrase: string | undefined): KeyObject {
  const pem = readText(file, setting);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw unusable(setting, file, "holds no PEM private key (-----BEGIN PRIVATE KEY-----); export it as PEM");
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    if (!/ENCRYPTED/.test(pem)) throw unusable(setting, file, "is not a sound private key; export it anew", error);
    throw unusable(
      setting,
      file,
      passphrase === undefined ? "is encrypted; set OP_CERT_PASSPHRASE" : "does not open with OP_CERT_PASSPHRASE; correct the passphrase",
      error,
    );
  }
}

function parse(pem: string, setting: SettingName, file: string) {
  try {
    return parseCertificate(pem);
  } catch (error) {
    throw unusable(setting, file, "holds a certificate that cannot be read; export it anew", error);
  }
}

function readText(file: string, setting: SettingName): string {
  return readBytes(file, setting).toString("utf8");
}

/** A file that a setting names. @throws ERR_OPL_CERTIFICATE */
export function readBytes(file: string, setting: SettingName): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unusable(
      setting,
      file,
      code === "ENOENT" ? "is not there; correct the path, which counts from the env file" : `cannot be read (${code}); correct its rights`,
      error,
    );
  }
}

function unusable(setting: SettingName, file: string, what: string, cause?: unknown) {
  return errors.ERR_OPL_CERTIFICATE({
    message: `The file ${file} (${setting}) ${what}.`,
    details: { setting, file },
    ...(cause === undefined ? {} : { cause }),
  });
}
