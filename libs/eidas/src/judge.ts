import type { KeyObject } from "node:crypto";
import { parseCertificate } from "./certificate.ts";
import type { EidasCertificate } from "./certificate.ts";
import { buildChain, isSelfIssued } from "./chain.ts";
import type { CertificateChain, ChainProblem } from "./chain.ts";
import { statedPurposes } from "./classify.ts";
import type { CertificatePurpose } from "./classify.ts";
import { certifiedKey, isSameKey } from "./key-pair.ts";
import { oids } from "./oids.ts";
import type { Psd2Role } from "./oids.ts";
import { parseOrganizationIdentifier } from "./organization-identifier.ts";

/** Everything that can be wrong with a certificate of ours; the words are stable. */
export type CertificateProblemReason =
  | "unreadable"
  | ChainProblem["reason"]
  | "chain-broken"
  | "self-issued"
  | "is-a-ca"
  | "weak-signature-hash"
  | "weak-key"
  | "key-mismatch"
  | "wrong-purpose"
  | "purpose-unstated"
  | "wrong-key-usage"
  | "key-usage-missing"
  | "not-qualified"
  | "psd2-statement-missing"
  | "role-missing"
  | "organization-identifier-missing"
  | "organization-identifier-form"
  | "country-differs"
  | "authority-differs"
  | "subject-country-differs";

export interface CertificateProblem {
  readonly reason: CertificateProblemReason;
  /** An error: the certificate must not be used. A warning: it may, and somebody should know. */
  readonly severity: "error" | "warning";
  readonly sentence: string;
}

export interface CertificateExpectation {
  readonly now: Temporal.Instant;
  readonly purpose: CertificatePurpose;
  /** Every role it must hold. */
  readonly roles: readonly Psd2Role[];
  /** Roots that are trusted, and then the chain must lead to one; without them nobody is asked for trust, and a missing issuer is only told. */
  readonly trustAnchors?: readonly (string | Uint8Array)[] | undefined;
  /** Our key, of either half, that it must belong to. */
  readonly key?: KeyObject | undefined;
  /** Errors that are only warnings here: `toleratedInSandbox`, or none for a bank in production. */
  readonly tolerated?: readonly CertificateProblemReason[] | undefined;
}

export interface CertificateJudgement {
  /** The leaf; absent when it cannot be read. */
  readonly certificate: EidasCertificate | undefined;
  /** Leaf first, each followed by its issuer, as far as they are known. */
  readonly chain: readonly EidasCertificate[];
  readonly key: { readonly type: string; readonly bits: number } | undefined;
  /** What it says it is for; both, or nothing, is possible. */
  readonly statedPurposes: readonly CertificatePurpose[];
  readonly problems: readonly CertificateProblem[];
}

/** What certificates of banks' sandboxes lack of ETSI TS 119 495, and which those banks take nevertheless. */
export const toleratedInSandbox: readonly CertificateProblemReason[] = [
  "organization-identifier-form",
  "country-differs",
  "authority-differs",
  "psd2-statement-missing",
  "purpose-unstated",
  "key-usage-missing",
];

/** Worth telling and never a reason to refuse: UK certificates are not qualified, and a TPP may sit in another country than its authority. */
const onlyTold: readonly CertificateProblemReason[] = ["not-qualified", "subject-country-differs"];

type Finding = Omit<CertificateProblem, "severity">;

const maxCertificates = 16;

/**
 * Judges a chain, leaf first, by what it is wanted for: facts and problems, in this order: chain, key, purpose, PSD2. Revocation
 * is not asked. @throws ERR_CERTIFICATE_UNREADABLE for a trust anchor that cannot be read; the chain itself never throws
 */
export function judgeCertificate(chain: readonly (string | Uint8Array)[], expected: CertificateExpectation): CertificateJudgement {
  const { now, trustAnchors, tolerated = [] } = expected;
  const [leaf, ...others] = chain.slice(0, maxCertificates).map((input) => read(input));
  const toldOnly = trustAnchors === undefined ? [...onlyTold, "issuer-missing"] : onlyTold;
  const unreadable = readingFindings(chain.length, [leaf, ...others]);
  const withSeverity = (findings: readonly Finding[]): CertificateProblem[] =>
    findings.map((finding) => ({ ...finding, severity: toldOnly.includes(finding.reason) || tolerated.includes(finding.reason) ? "warning" : "error" }));
  if (leaf === undefined) return { certificate: undefined, chain: [], key: undefined, statedPurposes: [], problems: withSeverity(unreadable) };

  const given = others.filter((other) => other !== undefined);
  const built = buildChain(
    leaf.der,
    given.map(({ der }) => der),
    { now, ...(trustAnchors === undefined ? {} : { trustAnchors }) },
  );
  const problems = [
    ...unreadable,
    ...built.problems.map((problem) => chainFinding(problem, leaf)),
    ...brokenFindings(built.certificates, given),
    ...issuerFindings(built, given),
    ...hashFindings(built.certificates),
    ...keyFindings(built.certificates, expected.key),
    ...purposeFindings(leaf, expected.purpose),
    ...usageFindings(leaf, expected.purpose),
    ...statementFindings(leaf, expected.roles),
    ...identifierFindings(leaf),
  ];
  return {
    certificate: leaf,
    chain: built.certificates,
    key: sizeOf(certifiedKey(leaf)),
    statedPurposes: statedPurposes(leaf),
    problems: withSeverity(problems),
  };
}

function read(input: string | Uint8Array): EidasCertificate | undefined {
  try {
    return parseCertificate(input);
  } catch {
    return undefined;
  }
}

function readingFindings(count: number, [leaf, ...others]: readonly (EidasCertificate | undefined)[]): Finding[] {
  if (count === 0) return [{ reason: "unreadable", sentence: "There is no certificate." }];
  if (count > maxCertificates) return [{ reason: "unreadable", sentence: `There are ${count} certificates; a chain has at most ${maxCertificates}.` }];
  if (leaf === undefined) return [{ reason: "unreadable", sentence: "The certificate cannot be read." }];
  return others.includes(undefined) ? [{ reason: "unreadable", sentence: "A certificate of the chain behind it cannot be read." }] : [];
}

function chainFinding({ reason, subject }: ChainProblem, leaf: EidasCertificate): Finding {
  const which = subject === leaf.subject ? "The certificate" : `The certificate of its issuer ${subject}`;
  const sentences = {
    "not-yet-valid": `${which} is not valid yet.`,
    expired: `${which} has expired.`,
    "issuer-not-a-ca": `${which} may issue none: it is of no authority.`,
    "issuer-missing": `${which} was issued by somebody who is neither in the chain nor trusted.`,
    "not-trusted": `${which} ends the chain and is not trusted.`,
  };
  return { reason, sentence: sentences[reason] };
}

/** A certificate that hangs on nothing breaks a chain that has no end; behind a whole chain it only lies around. */
function brokenFindings(path: readonly EidasCertificate[], given: readonly EidasCertificate[]): Finding[] {
  const last = path.at(-1);
  const loose = given.find(({ thumbprint }) => !path.some((each) => each.thumbprint === thumbprint));
  if (loose === undefined || last === undefined || isSelfIssued(last)) return [];
  return [{ reason: "chain-broken", sentence: `The chain breaks behind ${last.subject}: ${loose.subject} did not issue it.` }];
}

/** A QTSP vouches for a leaf: it is issued by another, is none of an authority, and whoever is shown it can find its issuer. */
function issuerFindings({ certificates: [leaf, issuer], problems }: CertificateChain, given: readonly EidasCertificate[]): Finding[] {
  if (leaf === undefined) return [];
  const authority: Finding[] = leaf.isCa ? [{ reason: "is-a-ca", sentence: "The certificate is one of an authority, not of a TPP (CA:TRUE)." }] : [];
  if (isSelfIssued(leaf)) return [{ reason: "self-issued", sentence: "The certificate was issued by itself: nobody vouches for it." }, ...authority];
  if (issuer !== undefined || given.length > 0 || problems.some(({ reason }) => reason === "issuer-missing")) return authority;
  return [chainFinding({ reason: "issuer-missing", subject: leaf.subject }, leaf), ...authority];
}

/** What a root signs itself with proves nothing and does not matter; a leaf that signs itself is no root. */
function hashFindings(path: readonly EidasCertificate[]): Finding[] {
  return path
    .filter((certificate, index) => index === 0 || !isSelfIssued(certificate))
    .filter((certificate) => certificate.signatureHash !== undefined && !/^SHA-?(256|384|512)$/.test(certificate.signatureHash))
    .map(({ subject, signatureHash }) => ({
      reason: "weak-signature-hash",
      sentence: `The certificate ${subject} is signed with ${signatureHash}, which TLS refuses.`,
    }));
}

function keyFindings(path: readonly EidasCertificate[], ours: KeyObject | undefined): Finding[] {
  const weak = path.flatMap((certificate): Finding[] => {
    const size = sizeOf(certifiedKey(certificate));
    if (size === undefined) return [{ reason: "weak-key", sentence: `The key of the certificate ${certificate.subject} is of a kind that cannot be used.` }];
    if (size.bits >= (size.type.startsWith("rsa") ? 2048 : 256)) return [];
    return [{ reason: "weak-key", sentence: `The certificate ${certificate.subject} has a key of ${size.type} with ${size.bits} bits, which is too short.` }];
  });
  const certified = path[0] === undefined ? undefined : certifiedKey(path[0]);
  const isOurs = ours === undefined || (certified !== undefined && isSameKey(ours, certified));
  return isOurs ? weak : [...weak, { reason: "key-mismatch", sentence: "The certificate belongs to another key than ours." }];
}

const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521, secp256k1: 256 };

/** Curves and kinds that nobody certifies for PSD2 count as nothing. */
function sizeOf(key: KeyObject | undefined): CertificateJudgement["key"] {
  const type = key?.asymmetricKeyType;
  if (type === undefined) return undefined;
  const { modulusLength, namedCurve } = key?.asymmetricKeyDetails ?? {};
  if (type === "ed25519") return { type, bits: 256 };
  if (type === "ed448") return { type, bits: 456 };
  return { type, bits: (type.startsWith("rsa") ? modulusLength : curveBits[namedCurve ?? ""]) ?? 0 };
}

const names = { qwac: "QWAC, for connections", qsealc: "QSealC, for signatures" } as const;

function purposeFindings(leaf: EidasCertificate, purpose: CertificatePurpose): Finding[] {
  const stated = statedPurposes(leaf);
  if (stated.length === 0)
    return [{ reason: "purpose-unstated", sentence: "The certificate does not say what it is for: it has neither QcType nor usages of TLS." }];
  if (!stated.includes(purpose)) {
    return [{ reason: "wrong-purpose", sentence: `The certificate is a ${stated.map((each) => names[each]).join(" and a ")}, not a ${names[purpose]}.` }];
  }
  const { extendedKeyUsage } = leaf;
  const mayConnect = extendedKeyUsage.length === 0 || extendedKeyUsage.some((usage) => usage === oids.clientAuth || usage === oids.anyExtendedKeyUsage);
  if (purpose === "qsealc" || mayConnect) return [];
  return [{ reason: "wrong-purpose", sentence: "The certificate is not for TLS clients: its extended key usage lacks clientAuth." }];
}

function usageFindings({ keyUsage }: EidasCertificate, purpose: CertificatePurpose): Finding[] {
  const wanted = purpose === "qwac" ? (["digitalSignature"] as const) : (["nonRepudiation", "digitalSignature"] as const);
  if (wanted.some((usage) => keyUsage.includes(usage))) return [];
  return keyUsage.length === 0
    ? [{ reason: "key-usage-missing", sentence: "The certificate names no key usage." }]
    : [{ reason: "wrong-key-usage", sentence: `The key usage of the certificate, ${keyUsage.join(", ")}, lacks ${wanted.join(" or ")}.` }];
}

function statementFindings({ psd2, isQualified }: EidasCertificate, roles: readonly Psd2Role[]): Finding[] {
  const unqualified: Finding[] = isQualified
    ? []
    : [{ reason: "not-qualified", sentence: "The certificate does not declare itself qualified (QcCompliance)." }];
  if (psd2 === undefined)
    return [...unqualified, { reason: "psd2-statement-missing", sentence: "The certificate carries no PSD2 statement, so it gives us no role." }];
  const missing = roles.filter((role) => !psd2.roles.includes(role));
  if (missing.length === 0) return unqualified;
  return [...unqualified, { reason: "role-missing", sentence: `The certificate does not hold the role ${missing.join(", ")}.` }];
}

/** ETSI TS 119 495 clause 5.2.1, and that identifier, statement and country of the subject are of one mind. */
function identifierFindings({ organizationIdentifier, psd2, country }: EidasCertificate): Finding[] {
  const homeless: Finding[] =
    psd2 === undefined || country === undefined || psd2.ncaId.startsWith(`${country}-`)
      ? []
      : [{ reason: "subject-country-differs", sentence: `The subject sits in ${country}, its authority is ${psd2.ncaId}.` }];
  if (organizationIdentifier === undefined) {
    return [{ reason: "organization-identifier-missing", sentence: "The certificate names no organizationIdentifier (OID 2.5.4.97)." }, ...homeless];
  }
  const identifier = parseOrganizationIdentifier(organizationIdentifier);
  if (identifier === undefined) {
    return [
      {
        reason: "organization-identifier-form",
        sentence: "The organizationIdentifier is not of the form PSDFI-FINFSA-1234567-8: PSD and country, authority, number.",
      },
      ...homeless,
    ];
  }
  if (psd2 === undefined) return homeless;
  const [ncaCountry, ...nca] = psd2.ncaId.split("-");
  const says = `the organizationIdentifier says ${identifier.country}-${identifier.nca}, the PSD2 statement ${psd2.ncaId}`;
  return [
    ...(identifier.country === ncaCountry ? [] : [{ reason: "country-differs", sentence: `The countries differ: ${says}.` } as const]),
    ...(identifier.nca === nca.join("-") ? [] : [{ reason: "authority-differs", sentence: `The authorities differ: ${says}.` } as const]),
    ...homeless,
  ];
}
