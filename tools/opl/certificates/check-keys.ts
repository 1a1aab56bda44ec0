import { parseCertificate } from "@opl/eidas";
import type { EidasCertificate, Psd2Role } from "@opl/eidas";
import type { JwsAlgorithm } from "@opl/fapi";
import { fitsAlgorithm } from "@opl/fapi";
import { chooseQsealc, identifyTpp } from "../../../services/bank-gateway/src/banks/keys.ts";
import type { TppIdentity, TppKey } from "../../../services/bank-gateway/src/banks/keys.ts";
import { sha1Sentence } from "../bank/explain-failure.ts";
import { errors } from "../errors.ts";
import type { Settings } from "../settings/read-settings.ts";
import type { Role } from "../settings/schema.ts";

const certifiedAs: Readonly<Record<Role, Psd2Role>> = { AIS: "PSP_AI", PIS: "PSP_PI", CBPII: "PSP_IC" };

export interface CheckedKeys extends TppIdentity {
  readonly algorithm: JwsAlgorithm;
}

/**
 * Chooses the keys for mutual TLS and for signatures, and refuses what the bank or TLS would refuse later with fewer words.
 * @throws ERR_OPL_CERTIFICATE
 */
export function checkKeys(keys: readonly TppKey[], tppId: string | undefined, settings: Settings, now: Temporal.Instant): CheckedKeys {
  for (const purpose of ["qwac", "qsealc"] as const) {
    const candidates = keys.filter((key) => key.purpose === purpose);
    if (candidates.length === 0) throw refuse(`The certificate generator gave no ${nameOf(purpose)}; tell the bank.`);
    if (!candidates.some(({ certificate }) => isValid(certificate, now))) throw refuse(datesSentence(candidates[0] as TppKey, settings, now));
  }
  const algorithms: readonly JwsAlgorithm[] = settings.OP_SIGNING_ALG === undefined ? ["RS256", "PS256", "ES256"] : [settings.OP_SIGNING_ALG];
  const seals = keys.filter(({ purpose }) => purpose === "qsealc");
  if (!seals.some(({ jwk: { alg: _alg, ...jwk } }) => algorithms.some((algorithm) => fitsAlgorithm(jwk, algorithm)))) {
    throw refuse(`No QSealC has a key for ${algorithms.join(", ")}; set OP_SIGNING_ALG to an algorithm that its key can do, or leave it out.`);
  }
  const identity = identified(keys, tppId, algorithms, settings, now);
  for (const key of [identity.qwac, identity.seal]) checkHash(key, settings);
  checkPurposes(identity, settings);
  checkRoles(identity.qwac, settings);
  return { ...identity, algorithm: chooseQsealc(keys, algorithms, now).algorithm };
}

function identified(
  keys: readonly TppKey[],
  tppId: string | undefined,
  algorithms: readonly JwsAlgorithm[],
  settings: Settings,
  now: Temporal.Instant,
): TppIdentity {
  const without = keys.find(({ certificate }) => certificate.organizationIdentifier === undefined);
  if (without !== undefined) {
    throw refuse(
      `The ${placeOf(without, settings)} names no organizationIdentifier (OID 2.5.4.97), by which the bank knows a TPP; use an eIDAS certificate for PSD2.`,
    );
  }
  return identifyTpp({ tppId, keys }, algorithms, now);
}

/** A root signs itself, so its hash proves nothing and does not matter. */
function checkHash(key: TppKey, settings: Settings): void {
  if (settings.OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT || key.purpose !== "qwac") return;
  const weak = chainOf(key).find(({ signatureHash, subject, issuer }) => signatureHash === "SHA-1" && subject !== issuer);
  if (weak !== undefined) throw refuse(sha1Sentence(`The certificate ${weak.commonName ?? weak.subject} of the ${placeOf(key, settings)}`));
}

function checkPurposes({ qwac, seal }: TppIdentity, settings: Settings): void {
  if (qwac.certificate.qcTypes.includes("eseal") && !qwac.certificate.qcTypes.includes("web")) {
    throw refuse(`The ${placeOf(qwac, settings)} is a QSealC (for signatures), not a QWAC; exchange the QWAC and QSEAL files.`);
  }
  if (seal.certificate.qcTypes.includes("web") && !seal.certificate.qcTypes.includes("eseal")) {
    throw refuse(`The ${placeOf(seal, settings)} is a QWAC (for connections), not a QSealC; exchange the QWAC and QSEAL files.`);
  }
  if (qwac.certificate.organizationIdentifier !== seal.certificate.organizationIdentifier) {
    throw refuse(
      `The QWAC is of ${qwac.certificate.organizationIdentifier} and the QSealC of ${seal.certificate.organizationIdentifier}; use two certificates of one organisation.`,
    );
  }
}

function checkRoles(qwac: TppKey, settings: Settings): void {
  const { psd2 } = qwac.certificate;
  if (psd2 === undefined) return;
  const missing = settings.OP_ROLES.filter((role) => !psd2.roles.includes(certifiedAs[role]));
  if (missing.length > 0)
    throw refuse(`The ${placeOf(qwac, settings)} does not hold the role ${missing.join(", ")}; take it out of OP_ROLES or have the licence added.`);
}

/** Certificates of a key as far as they are known, leaf first. */
export function chainOf({ chainPem }: Pick<TppKey, "chainPem">): EidasCertificate[] {
  return chainPem.map((pem) => parseCertificate(pem));
}

function datesSentence(key: TppKey, settings: Settings, now: Temporal.Instant): string {
  const { notBefore, notAfter } = key.certificate;
  const at = now.round("second").toString();
  return Temporal.Instant.compare(now, notBefore) < 0
    ? `The ${placeOf(key, settings)} is valid only from ${notBefore.toString()}, and this machine says it is ${at}; set the clock if that is wrong, or wait.`
    : `The ${placeOf(key, settings)} expired at ${notAfter.toString()}; have a new one issued (if this machine's clock, ${at}, is wrong, set it).`;
}

function placeOf({ purpose }: TppKey, settings: Settings): string {
  if (!settings.ownCertificates) return `generated ${nameOf(purpose)}`;
  const kind = purpose === "qwac" ? "QWAC" : "QSEAL";
  return `${nameOf(purpose)} in ${settings[`OP_${kind}_P12_PATH`] ?? settings[`OP_${kind}_CERT_PATH`]}`;
}

function nameOf(purpose: TppKey["purpose"]): string {
  return purpose === "qwac" ? "QWAC" : "QSealC";
}

function isValid({ notBefore, notAfter }: EidasCertificate, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(notBefore, now) <= 0 && Temporal.Instant.compare(now, notAfter) < 0;
}

function refuse(message: string) {
  return errors.ERR_OPL_CERTIFICATE({ message });
}
