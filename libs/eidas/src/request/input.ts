import type { CertificatePurpose } from "../classify.ts";
import { psd2RoleOids } from "../oids.ts";
import { parseOrganizationIdentifier } from "../organization-identifier.ts";
import type { Psd2Statement } from "../qc-statements.ts";

/** Who the certificate is to name. */
export interface RequestSubject {
  /** ISO 3166, such as `FI`. */
  readonly country: string;
  readonly organization: string;
  readonly commonName: string;
  /** ETSI TS 119 495 clause 5.2.1: `PSDFI-FINFSA-1234567-8`. */
  readonly organizationIdentifier: string;
  readonly locality?: string | undefined;
  readonly organizationalUnit?: string | undefined;
}

/** What a QTSP is asked to certify. */
export interface CertificateRequestInput {
  readonly purpose: CertificatePurpose;
  readonly subject: RequestSubject;
  readonly psd2: Psd2Statement;
  /** Host names of a QWAC, in ASCII. */
  readonly dnsNames?: readonly string[] | undefined;
}

const maxDnsNames = 50;
const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/i;

/** What is wrong with a request before anybody is asked, one sentence each. Lengths are the upper bounds of X.520 and TS 119 495. */
export function requestFaults({ purpose, subject, psd2, dnsNames = [] }: CertificateRequestInput): string[] {
  return [
    ...(purpose === "qwac" || purpose === "qsealc" ? [] : ["The purpose is neither qwac nor qsealc."]),
    ...(/^[A-Z]{2}$/.test(subject.country) ? [] : ["The country (C) is not two capital letters, such as FI."]),
    ...textFaults("organization (O)", subject.organization, 64),
    ...textFaults("common name (CN)", subject.commonName, 64),
    ...(subject.locality === undefined ? [] : textFaults("locality (L)", subject.locality, 128)),
    ...(subject.organizationalUnit === undefined ? [] : textFaults("unit (OU)", subject.organizationalUnit, 64)),
    ...textFaults("organizationIdentifier", subject.organizationIdentifier, 256),
    ...textFaults("name of the authority", psd2.ncaName, 256),
    ...authorityFaults(subject.organizationIdentifier, psd2.ncaId),
    ...roleFaults(psd2.roles),
    ...dnsFaults(purpose, dnsNames),
  ];
}

function textFaults(name: string, text: string, maxLength: number): string[] {
  if (text.trim() === "") return [`The ${name} is empty.`];
  const characters = Array.from(text).length;
  if (characters > maxLength) return [`The ${name} has ${characters} characters; ${maxLength} are allowed.`];
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) return [`The ${name} holds characters that are no text.`];
  return text === text.trim() ? [] : [`The ${name} begins or ends with a space.`];
}

/** The identifier says which authority gave it; the statement must name the same one. */
function authorityFaults(organizationIdentifier: string, ncaId: string): string[] {
  const identifier = parseOrganizationIdentifier(organizationIdentifier);
  return [
    ...(identifier === undefined ? ["The organizationIdentifier is not of the form PSDFI-FINFSA-1234567-8: PSD and country, authority, number."] : []),
    ...(/^[A-Z]{2}-[A-Z]{2,8}$/.test(ncaId) ? [] : ["The id of the authority is not of the form FI-FINFSA: country, authority."]),
    ...(identifier === undefined || ncaId === `${identifier.country}-${identifier.nca}`
      ? []
      : [`The organizationIdentifier is of ${identifier.country}-${identifier.nca}, but the authority is named as another one.`]),
  ];
}

function roleFaults(roles: Psd2Statement["roles"]): string[] {
  if (roles.length === 0) return ["No PSD2 role is named."];
  if (roles.some((role) => !(role in psd2RoleOids))) return [`A PSD2 role is none of ${Object.keys(psd2RoleOids).join(", ")}.`];
  return new Set(roles).size === roles.length ? [] : ["A PSD2 role is named twice."];
}

function dnsFaults(purpose: CertificatePurpose, dnsNames: readonly string[]): string[] {
  if (dnsNames.length === 0) return [];
  if (purpose !== "qwac") return ["Only a QWAC carries host names."];
  if (dnsNames.length > maxDnsNames) return [`More than ${maxDnsNames} host names are given.`];
  return dnsNames.every((name) => hostName.test(name)) ? [] : ["A host name is not a full one in ASCII, such as tpp.example.com; wildcards are not given."];
}
