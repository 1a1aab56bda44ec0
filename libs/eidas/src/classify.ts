import { parseCertificate } from "./certificate.ts";
import type { EidasCertificate } from "./certificate.ts";
import { oids } from "./oids.ts";

export type CertificatePurpose = "qwac" | "qsealc";

/** The part of a JWK that tells what its certificate is for. */
export interface CertifiedKey {
  readonly kid?: string | undefined;
  readonly x5c?: readonly string[] | undefined;
}

const qwacUnit = "PSD2 Qualified Website Authentication";

/**
 * Tells which keys of a set belong to a QWAC and which to a QSealC: by key id, else by the leaf certificate
 * (`statedPurposes`), else by place: the first one is the QWAC. The answers are in the order of the keys.
 */
export function classifyKeys(keys: readonly CertifiedKey[]): CertificatePurpose[] {
  const known = keys.map((key) => purposeByKid(key) ?? purposeByLeaf(key));
  if (known.includes("qwac")) return known.map((purpose) => purpose ?? "qsealc");
  const firstUnknown = known.indexOf(undefined);
  return known.map((purpose, index) => purpose ?? (index === firstUnknown ? "qwac" : "qsealc"));
}

function purposeByKid({ kid }: CertifiedKey): CertificatePurpose | undefined {
  if (kid?.includes("qwac")) return "qwac";
  return kid?.includes("qeseal") || kid?.includes("qseal") ? "qsealc" : undefined;
}

function purposeByLeaf({ x5c }: CertifiedKey): CertificatePurpose | undefined {
  const leaf = x5c?.[0];
  if (leaf === undefined) return undefined;
  return statedPurposes(parseCertificate(leaf))[0];
}

/** What a certificate says it is for: by unit of the subject and QcType, and where it names no QcType by the usages of TLS. */
export function statedPurposes({ organizationalUnits, qcTypes, extendedKeyUsage }: EidasCertificate): CertificatePurpose[] {
  const isForTls = qcTypes.length === 0 && extendedKeyUsage.some((usage) => usage === oids.clientAuth || usage === oids.serverAuth);
  const isQwac = organizationalUnits.includes(qwacUnit) || qcTypes.includes("web") || isForTls;
  return [...(isQwac ? (["qwac"] as const) : []), ...(qcTypes.includes("eseal") ? (["qsealc"] as const) : [])];
}
