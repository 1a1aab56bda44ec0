import { judgeCertificate, parseCertificate, toleratedInSandbox } from "@opl/eidas";
import type { CertificateProblem, CertificateProblemReason, EidasCertificate, Psd2Role } from "@opl/eidas";
import type { JwsAlgorithm } from "@opl/fapi";
import { fitsAlgorithm } from "@opl/fapi";
import { chooseQsealc, identifyTpp } from "../../../services/bank-gateway/src/banks/keys.ts";
import type { TppIdentity, TppKey } from "../../../services/bank-gateway/src/banks/keys.ts";
import { sha1Remedy } from "../bank/explain-failure.ts";
import { errors } from "../errors.ts";
import type { Settings } from "../settings/read-settings.ts";
import type { Role } from "../settings/schema.ts";

const certifiedAs: Readonly<Record<Role, Psd2Role>> = { AIS: "PSP_AI", PIS: "PSP_PI", CBPII: "PSP_IC" };

export interface CheckedKeys extends TppIdentity {
  readonly algorithm: JwsAlgorithm;
  /** What somebody should know of the certificates, though they may be used. */
  readonly warnings: readonly string[];
}

/** A key with its chain in order, and what is to be said about its certificate. */
interface JudgedKey extends TppKey {
  readonly problems: readonly CertificateProblem[];
}

/**
 * Chooses the keys for mutual TLS and for signatures, and refuses what the bank or TLS would refuse later with fewer words. A bank in
 * production is shown nothing that sandboxes alone tolerate.
 * @throws ERR_OPL_CERTIFICATE
 */
export function checkKeys(keys: readonly TppKey[], tppId: string | undefined, settings: Settings, now: Temporal.Instant): CheckedKeys {
  const usable = (["qwac", "qsealc"] as const).flatMap((purpose) => usableFor(purpose, keys, settings, now));
  const algorithms: readonly JwsAlgorithm[] = settings.OP_SIGNING_ALG === undefined ? ["RS256", "PS256", "ES256"] : [settings.OP_SIGNING_ALG];
  const seals = usable.filter(({ purpose }) => purpose === "qsealc");
  if (!seals.some(({ jwk: { alg: _alg, ...jwk } }) => algorithms.some((algorithm) => fitsAlgorithm(jwk, algorithm)))) {
    throw refuse(`No QSealC has a key for ${algorithms.join(", ")}; set OP_SIGNING_ALG to an algorithm that its key can do, or leave it out.`);
  }
  const identity = identifyTpp({ tppId, keys: usable }, algorithms, now);
  checkOrganisation(identity);
  const warnings = usable.filter((key) => key === identity.qwac || key === identity.seal).flatMap((key) => warningsOf(key, settings));
  return { ...identity, algorithm: chooseQsealc(usable, algorithms, now).algorithm, warnings };
}

function usableFor(purpose: TppKey["purpose"], keys: readonly TppKey[], settings: Settings, now: Temporal.Instant): JudgedKey[] {
  const judged = keys.filter((key) => key.purpose === purpose).map((key) => judge(key, settings, now));
  const usable = judged.filter(({ problems }) => errorIn(problems) === undefined);
  if (usable.length > 0) return usable;
  const [first] = judged;
  const problem = first === undefined ? undefined : errorIn(first.problems);
  if (first === undefined || problem === undefined) throw refuse(`The certificate generator gave no ${nameOf(purpose)}; tell the bank.`);
  throw refuse(`The ${placeOf(first, settings)} cannot be used: ${withoutFullStop(problem)}; ${remedyFor(problem.reason, first, now)}.`);
}

function judge(key: TppKey, settings: Settings, now: Temporal.Instant): JudgedKey {
  const { chain, problems } = judgeCertificate(key.chainPem, {
    now,
    purpose: key.purpose,
    roles: key.purpose === "qwac" ? settings.OP_ROLES.map((role) => certifiedAs[role]) : [],
    tolerated: [
      ...(settings.OP_ENVIRONMENT === "sandbox" ? toleratedInSandbox : []),
      ...(settings.OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT ? (["weak-signature-hash"] as const) : []),
    ],
  });
  return { ...key, chainPem: chain.map(({ pem }) => pem), problems };
}

function errorIn(problems: readonly CertificateProblem[]): CertificateProblem | undefined {
  return problems.find(({ severity }) => severity === "error");
}

/** In a sandbox nearly every certificate lacks something. */
function warningsOf(key: JudgedKey, settings: Settings): string[] {
  return settings.OP_ENVIRONMENT === "sandbox" ? [] : key.problems.map(({ sentence }) => `About the ${placeOf(key, settings)}: ${sentence}`);
}

const chainRemedy = "put the certificates of its issuers behind it in the file, as its provider delivered them";
const remedies: Readonly<Partial<Record<CertificateProblemReason, string>>> = {
  unreadable: "export it anew",
  "issuer-not-a-ca": chainRemedy,
  "issuer-missing": chainRemedy,
  "chain-broken": chainRemedy,
  "weak-signature-hash": sha1Remedy,
  "weak-key": "have one issued for an RSA key of 2048 bits at least, or for EC P-256",
  "wrong-purpose": "exchange the QWAC and QSEAL files, or give a certificate of the right kind",
  "role-missing": "take the role out of OP_ROLES (AIS for PSP_AI, PIS for PSP_PI, CBPII for PSP_IC), or have a certificate issued that holds it",
};

function remedyFor(reason: CertificateProblemReason, { certificate: { notBefore, notAfter } }: TppKey, now: Temporal.Instant): string {
  const dates = `it is valid from ${notBefore.toString()} to ${notAfter.toString()}, and this machine's clock says ${now.round("second").toString()}`;
  if (reason === "not-yet-valid") return `set the clock if that is wrong, or wait (${dates})`;
  if (reason === "expired") return `have a new one issued, or set the clock if that is wrong (${dates})`;
  return remedies[reason] ?? "give a certificate that a trust service provider issued for PSD2 (ETSI TS 119 495)";
}

function checkOrganisation({ qwac, seal }: TppIdentity): void {
  if (qwac.certificate.organizationIdentifier === seal.certificate.organizationIdentifier) return;
  throw refuse(
    `The QWAC is of ${qwac.certificate.organizationIdentifier} and the QSealC of ${seal.certificate.organizationIdentifier}; use two certificates of one organisation.`,
  );
}

/** Certificates of a key as far as they are known, leaf first. */
export function chainOf({ chainPem }: Pick<TppKey, "chainPem">): EidasCertificate[] {
  return chainPem.map((pem) => parseCertificate(pem));
}

function placeOf({ purpose }: TppKey, settings: Settings): string {
  if (!settings.ownCertificates) return `generated ${nameOf(purpose)}`;
  const kind = purpose === "qwac" ? "QWAC" : "QSEAL";
  return `${nameOf(purpose)} in ${settings[`OP_${kind}_P12_PATH`] ?? settings[`OP_${kind}_CERT_PATH`]}`;
}

function nameOf(purpose: TppKey["purpose"]): string {
  return purpose === "qwac" ? "QWAC" : "QSealC";
}

/** To go on behind a colon. */
function withoutFullStop({ sentence }: CertificateProblem): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, "")}`;
}

function refuse(message: string) {
  return errors.ERR_OPL_CERTIFICATE({ message });
}
