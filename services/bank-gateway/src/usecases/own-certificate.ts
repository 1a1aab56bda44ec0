import { createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { OwnCertificate, TppRole } from "@opl/contracts/model";
import { certifiedJwk, judgeCertificate, keyIdRules, toleratedInSandbox } from "@opl/eidas";
import type { CertificateJudgement, KeyIdRule, Psd2Role } from "@opl/eidas";
import { fitsAlgorithm, jwsAlgorithms } from "@opl/fapi";
import type { Jwk } from "@opl/fapi";
import type { OwnCertificateRow } from "../db/own-certificate-store.ts";
import { errors } from "../errors.ts";
import type { SecretSlot, Vault } from "../vault/vault.ts";

/** How certificates call the roles. */
export const certifiedRoles: Readonly<Record<TppRole, Psd2Role>> = { AIS: "PSP_AI", PIS: "PSP_PI", CBPII: "PSP_IC" };

/** How our keys are named where a bank has no rule of its own: the same name for every certificate of one key. */
export const usualKeyId: KeyIdRule = "jwk-thumbprint";

export async function sealOwnKey(vault: Vault, certificateId: string, privateKey: KeyObject) {
  return vault.seal(slotOf(certificateId), privateKey.export({ type: "pkcs8", format: "der" }));
}

export async function openOwnKey(vault: Vault, row: OwnCertificateRow): Promise<KeyObject> {
  return createPrivateKey({ key: await vault.open(slotOf(row.certificateId), row), type: "pkcs8", format: "der" });
}

function slotOf(certificateId: string): SecretSlot {
  return { owner: "tpp", purpose: "own-keys", aspspId: "-", subject: certificateId };
}

/** Judges as sandboxes do; a bank in production is stricter when it comes to using it. */
export function judgeOwn({ chainPem, purpose }: Pick<OwnCertificateRow, "chainPem" | "purpose">, now: Temporal.Instant): CertificateJudgement {
  return judgeCertificate(chainPem ?? [], { now, purpose, roles: [], tolerated: toleratedInSandbox });
}

/** The certified key of a chain, leaf first, as algorithms are chosen by it. @throws ERR_CERTIFICATE_UNREADABLE */
export function certifiedKeyOf(chainPem: readonly string[]): Jwk {
  const { use: _use, ...key } = certifiedJwk({ chainPem, kid: "", use: "sig" });
  return { ...key, x5c: [...key.x5c] };
}

/** @throws ERR_OWN_CERTIFICATE_REFUSED with what is wrong */
export function refuseUnusable(row: Pick<OwnCertificateRow, "chainPem" | "purpose">, now: Temporal.Instant): void {
  const wrong = judgeOwn(row, now).problems.filter(({ severity }) => severity === "error");
  if (wrong.length === 0) return refuseUnfitKey(row);
  throw errors.ERR_OWN_CERTIFICATE_REFUSED({
    message: wrong.map(({ sentence }) => sentence).join(" "),
    details: { problems: wrong.map(({ reason }) => reason) },
  });
}

/** A seal signs JWS; for that only some keys are of use (RFC 7518 3.1). A connection can be made with more. */
function refuseUnfitKey({ chainPem, purpose }: Pick<OwnCertificateRow, "chainPem" | "purpose">): void {
  const key = certifiedKeyOf(chainPem ?? []);
  if (purpose === "qwac" || jwsAlgorithms.some((algorithm) => fitsAlgorithm(key, algorithm))) return;
  throw errors.ERR_OWN_CERTIFICATE_REFUSED({
    message: `The key is of the curve ${key.crv ?? "unknown"}, with which no bank lets us sign: have a QSealC issued for RSA or for P-256.`,
    details: { problems: ["unfit-key"] },
  });
}

/** The public view of one of our own certificates. */
export function describeOwn(row: OwnCertificateRow, now: Temporal.Instant): OwnCertificate {
  const { certificateId, purpose, keyType, csrPem, createdAt, retiredAt, chainPem, refusal } = row;
  return {
    certificateId,
    purpose,
    keyType,
    status: retiredAt !== null ? "retired" : chainPem === null ? "requested" : "ready",
    createdAt: createdAt.toString(),
    retiredAt: retiredAt?.toString() ?? null,
    csrPem,
    ...(refusal === null ? {} : { refusal }),
    issued: chainPem === null ? null : describeIssued({ ...row, chainPem }, now),
  };
}

function describeIssued(row: OwnCertificateRow & { readonly chainPem: readonly string[] }, now: Temporal.Instant): OwnCertificate["issued"] {
  const { certificate, problems } = judgeOwn(row, now);
  if (certificate === undefined) return null;
  return {
    kid: keyIdRules[usualKeyId](certificate, row.purpose),
    algorithm: row.keyType === "rsa" ? "PS256" : "ES256",
    subject: certificate.subject,
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
    organizationIdentifier: certificate.organizationIdentifier ?? null,
    authorityId: certificate.psd2?.ncaId ?? null,
    roles: [...(certificate.psd2?.roles ?? [])],
    notBefore: certificate.notBefore.toString(),
    notAfter: certificate.notAfter.toString(),
    thumbprint: certificate.thumbprint,
    chainPem: [...row.chainPem],
    problems: problems.map(({ reason, sentence, severity }) => ({ reason, message: sentence, refused: severity === "error" })),
  };
}
