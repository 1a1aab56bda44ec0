import { createPrivateKey } from "node:crypto";
import { certificateDer, certificatePem, certifiesKey, classifyKeys, parseCertificate } from "@opl/eidas";
import type { CertificatePurpose, EidasCertificate } from "@opl/eidas";
import { completeRsaPrivateJwk, fitsAlgorithm } from "@opl/fapi";
import type { Jwk, JwsAlgorithm } from "@opl/fapi";
import { errors } from "../errors.ts";
import type { ClientIdentity } from "../egress/dispatcher.ts";
import type { IssuedCertificates } from "../registration-schemes/scheme.ts";

/** One of our keys at a bank, with the certificate that belongs to it. */
export interface TppKey {
  readonly jwk: Jwk;
  readonly kid: string;
  readonly algorithm: string;
  readonly purpose: CertificatePurpose;
  readonly certificate: EidasCertificate;
  /** Leaf first. */
  readonly chainPem: readonly string[];
}

/**
 * Reads a private key set with its certificates; RSA keys come back complete.
 * @throws ERR_ASPSP_PROTOCOL for a key without certificate, or with the certificate of another key
 */
export function readTppKeys(jwks: readonly Jwk[]): TppKey[] {
  const purposes = classifyKeys(jwks);
  return jwks.map((jwk, index) => {
    const chainPem = (jwk.x5c ?? []).map((entry) => certificatePem(certificateDer(entry)));
    const [leaf] = chainPem;
    if (leaf === undefined || jwk.kid === undefined) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "key-without-certificate" } });
    const key = completeRsaPrivateJwk(jwk);
    const certificate = parseCertificate(leaf);
    if (!certifiesKey(certificate, createPrivateKey({ key, format: "jwk" }))) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "key-mismatch" } });
    return { jwk: key, kid: jwk.kid, algorithm: String(jwk.alg), purpose: purposes[index] ?? "qsealc", certificate, chainPem };
  });
}

/** Which of the issued keys we use, and who they say we are. */
export interface TppIdentity {
  readonly qwac: TppKey;
  readonly seal: TppKey;
  readonly tppId: string;
  readonly organizationIdentifier: string;
}

/** @throws ERR_ASPSP_NOT_REGISTERED without a valid key for either use, ERR_ASPSP_PROTOCOL without an identifier */
export function identifyTpp(
  { tppId, keys }: Pick<IssuedCertificates, "tppId"> & { readonly keys: readonly TppKey[] },
  algorithms: readonly JwsAlgorithm[],
  now: Temporal.Instant,
): TppIdentity {
  const [qwac, seal] = [chooseQwac(keys, now), chooseQsealc(keys, algorithms, now).key];
  const { organizationIdentifier } = qwac.certificate;
  if (organizationIdentifier === undefined) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "certificate-without-identifier" } });
  return { qwac, seal, organizationIdentifier, tppId: tppId ?? organizationIdentifier.replace(/^PSD/, "") };
}

/** The key for mutual TLS: the first QWAC that is valid now, as the bank lists them. */
export function chooseQwac(keys: readonly TppKey[], now: Temporal.Instant): TppKey {
  const qwac = keys.find(({ purpose, certificate }) => purpose === "qwac" && isValid(certificate, now));
  if (qwac === undefined) throw errors.ERR_ASPSP_NOT_REGISTERED({ message: "We hold no valid QWAC for this bank." });
  return qwac;
}

/** The key for signatures: the valid QSealC that notes the algorithm wanted most, else one whose type can do it. */
export function chooseQsealc(keys: readonly TppKey[], algorithms: readonly JwsAlgorithm[], now: Temporal.Instant): { key: TppKey; algorithm: JwsAlgorithm } {
  const seals = keys.filter(({ purpose, certificate }) => purpose === "qsealc" && isValid(certificate, now));
  for (const able of [notes, isOfType]) {
    for (const algorithm of algorithms) {
      const key = seals.find((seal) => able(seal, algorithm));
      if (key !== undefined) return { key, algorithm };
    }
  }
  throw errors.ERR_ASPSP_NOT_REGISTERED({ message: "We hold no valid QSealC for this bank with an algorithm it accepts." });
}

/** Whether a valid QSealC can sign so. */
export function canSign(keys: readonly TppKey[], algorithm: JwsAlgorithm, now: Temporal.Instant): boolean {
  return keys.some((key) => key.purpose === "qsealc" && isValid(key.certificate, now) && (notes(key, algorithm) || isOfType(key, algorithm)));
}

export function clientIdentity({ jwk, certificate, chainPem }: TppKey): ClientIdentity {
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  return {
    certificatePem: chainPem.join(""),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
    thumbprint: certificate.thumbprint,
  };
}

function notes(seal: TppKey, algorithm: JwsAlgorithm): boolean {
  return seal.algorithm === algorithm;
}

function isOfType({ jwk: { alg: _noted, ...bare } }: TppKey, algorithm: JwsAlgorithm): boolean {
  return fitsAlgorithm(bare, algorithm);
}

function isValid({ notBefore, notAfter }: EidasCertificate, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(notBefore, now) <= 0 && Temporal.Instant.compare(now, notAfter) < 0;
}
