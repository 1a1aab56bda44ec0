import type { KeyObject } from "node:crypto";
import { certificatesOf } from "./bundle.ts";
import { parseCertificate } from "./certificate.ts";
import type { EidasCertificate } from "./certificate.ts";
import { findPath, issued } from "./chain.ts";
import { errors } from "./errors.ts";
import { certifiedKey, isSameKey } from "./key-pair.ts";
import type { CertificateRequest } from "./request/read.ts";

export interface IssuedCertificate {
  readonly certificate: EidasCertificate;
  /** Leaf first, each followed by its issuer, as far as they were given. */
  readonly chainPem: readonly string[];
}

/** What was asked for. */
export interface IssuedFor {
  readonly privateKey?: KeyObject | undefined;
  readonly request?: CertificateRequest | undefined;
}

/** Why a certificate was refused; in `details.reason` of `ERR_CERTIFICATE_NOT_AS_ASKED`. */
export type IssuedRefusal = "key" | "organization-identifier" | "purpose" | "roles";

/**
 * Takes what a QTSP sent, certificates in any order (see `certificatesOf`), and puts the chain in order; what did not issue the leaf
 * is left out. With a key or a request, the leaf must be what was asked for. Dates and trust are `judgeCertificate`'s to ask.
 * @throws ERR_CERTIFICATE_UNREADABLE, or ERR_CERTIFICATE_NOT_AS_ASKED with an `IssuedRefusal`
 */
export function importCertificate(input: string | Uint8Array, { privateKey, request }: IssuedFor = {}): IssuedCertificate {
  const given = certificatesOf(input).map((der) => parseCertificate(der));
  const keys = [privateKey, request?.publicKey].filter((key) => key !== undefined);
  const leaf = keys.length === 0 ? onlyLeaf(given) : leafOf(given, keys);
  if (request !== undefined) compare(leaf, request);
  return { certificate: leaf, chainPem: findPath(leaf, given).map(({ pem }) => pem) };
}

/** The latest, where a key was certified again. */
function leafOf(given: readonly EidasCertificate[], keys: readonly KeyObject[]): EidasCertificate {
  const own = given.filter((certificate) => {
    const certified = certifiedKey(certificate);
    return certified !== undefined && keys.every((key) => isSameKey(key, certified));
  });
  const [latest] = own.toSorted((a, b) => Temporal.Instant.compare(b.notAfter, a.notAfter));
  if (latest === undefined) throw refuse("key", "The certificate was issued for another key than ours.");
  return latest;
}

function onlyLeaf(given: readonly EidasCertificate[]): EidasCertificate {
  const [leaf, another] = given.filter((each) => !given.some((other) => other !== each && issued(each, other)));
  if (leaf !== undefined && (another === undefined || another.thumbprint === leaf.thumbprint)) return leaf;
  throw errors.ERR_CERTIFICATE_UNREADABLE({ message: "Several certificates were issued at once; without our key nobody can tell which one is meant." });
}

function compare({ organizationIdentifier, psd2, qcTypes }: EidasCertificate, asked: CertificateRequest): void {
  const wanted = asked.subject.organizationIdentifier;
  if (organizationIdentifier !== wanted) {
    throw refuse(
      "organization-identifier",
      `The certificate names the organizationIdentifier ${organizationIdentifier ?? "of nobody"}; ${wanted ?? "none"} was asked for.`,
    );
  }
  if (!sameMembers(qcTypes, asked.qcTypes))
    throw refuse("purpose", `The certificate is of the type ${listOf(qcTypes)}; ${listOf(asked.qcTypes)} was asked for.`);
  const [granted, roles] = [psd2?.roles ?? [], asked.psd2?.roles ?? []];
  if (!sameMembers(granted, roles)) throw refuse("roles", `The certificate gives the roles ${listOf(granted)}; ${listOf(roles)} were asked for.`);
}

const sameMembers = (some: readonly string[], others: readonly string[]): boolean => new Set(some).symmetricDifference(new Set(others)).size === 0;
const listOf = (words: readonly string[]): string => (words.length === 0 ? "none" : words.join(", "));

function refuse(reason: IssuedRefusal, message: string) {
  return errors.ERR_CERTIFICATE_NOT_AS_ASKED({ message, details: { reason } });
}
