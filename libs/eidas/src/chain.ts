import { X509Certificate } from "node:crypto";
import { parseCertificate } from "./certificate.ts";
import type { EidasCertificate } from "./certificate.ts";

/** Why a chain is not good; the certificate concerned is named by its subject. */
export interface ChainProblem {
  readonly reason: "not-yet-valid" | "expired" | "issuer-not-a-ca" | "issuer-missing" | "not-trusted";
  readonly subject: string;
}

export interface CertificateChain {
  /** Leaf first, each followed by its issuer, as far as they could be found. */
  readonly certificates: readonly EidasCertificate[];
  readonly problems: readonly ChainProblem[];
}

export interface ChainOptions {
  readonly now: Temporal.Instant;
  /** Roots that are trusted. Without them the chain is only put in order and judged by its dates. */
  readonly trustAnchors?: readonly (string | Uint8Array)[];
}

const maxLength = 8;

/** Orders certificates from leaf to root by issuer name and signature, and says what is wrong with them now. */
export function buildChain(leaf: string | Uint8Array, others: readonly (string | Uint8Array)[], options: ChainOptions): CertificateChain {
  const anchors = (options.trustAnchors ?? []).map(parseCertificate);
  const certificates = findPath(parseCertificate(leaf), [...others.map(parseCertificate), ...anchors]);
  return { certificates, problems: findProblems(certificates, anchors, options) };
}

/** The leaf and its issuers, one after the other, as far as they are among the candidates. */
export function findPath(leaf: EidasCertificate, candidates: readonly EidasCertificate[]): EidasCertificate[] {
  const path = [leaf];
  while (path.length < maxLength) {
    const last = path.at(-1);
    const issuer = last === undefined || isSelfIssued(last) ? undefined : candidates.find((candidate) => issued(candidate, last));
    if (issuer === undefined) break;
    path.push(issuer);
  }
  return path;
}

function findProblems(certificates: readonly EidasCertificate[], anchors: readonly EidasCertificate[], { now, trustAnchors }: ChainOptions): ChainProblem[] {
  const problems: ChainProblem[] = [];
  for (const [index, { subject, notBefore, notAfter, isCa }] of certificates.entries()) {
    if (Temporal.Instant.compare(now, notBefore) < 0) problems.push({ reason: "not-yet-valid", subject });
    if (Temporal.Instant.compare(now, notAfter) > 0) problems.push({ reason: "expired", subject });
    if (index > 0 && !isCa) problems.push({ reason: "issuer-not-a-ca", subject });
  }
  const last = certificates.at(-1);
  if (trustAnchors !== undefined && last !== undefined && !anchors.some(({ thumbprint }) => thumbprint === last.thumbprint)) {
    problems.push({ reason: isSelfIssued(last) ? "not-trusted" : "issuer-missing", subject: last.subject });
  }
  return problems;
}

export function isSelfIssued({ subject, issuer }: EidasCertificate): boolean {
  return subject === issuer;
}

/** Whether the names fit and the signature holds. */
export function issued(issuer: EidasCertificate, certificate: EidasCertificate): boolean {
  if (issuer.subject !== certificate.issuer) return false;
  try {
    return new X509Certificate(certificate.der).verify(new X509Certificate(issuer.der).publicKey);
  } catch {
    // A key or algorithm that OpenSSL cannot use proves nothing.
    return false;
  }
}
