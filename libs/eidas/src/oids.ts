/** Object identifiers by the names of the standards that define them. */
export const oids = {
  organizationIdentifier: "2.5.4.97",
  qcStatements: "1.3.6.1.5.5.7.1.3",
  /** ETSI EN 319 412-5 */
  qcCompliance: "0.4.0.1862.1.1",
  qcType: "0.4.0.1862.1.6",
  /** ETSI TS 119 495 */
  psd2Statement: "0.4.0.19495.2",
  /** RFC 5280 4.2.1.12 */
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  anyExtendedKeyUsage: "2.5.29.37.0",
  /** RFC 8017 A.2.4 */
  md5WithRsa: "1.2.840.113549.1.1.4",
} as const;

/** ETSI EN 319 412-5 clause 4.2.3 */
export const qcTypes = {
  "0.4.0.1862.1.6.1": "esign",
  "0.4.0.1862.1.6.2": "eseal",
  "0.4.0.1862.1.6.3": "web",
} as const;
export type QcType = (typeof qcTypes)[keyof typeof qcTypes];
export const qcTypeOids = byName(qcTypes);

/** ETSI TS 119 495 clause 5.1; the OID decides, names beside it are free text and often wrong. */
export const psd2Roles = {
  "0.4.0.19495.1.1": "PSP_AS",
  "0.4.0.19495.1.2": "PSP_PI",
  "0.4.0.19495.1.3": "PSP_AI",
  "0.4.0.19495.1.4": "PSP_IC",
} as const;
export type Psd2Role = (typeof psd2Roles)[keyof typeof psd2Roles];
export const psd2RoleOids = byName(psd2Roles);

function byName<Name extends string>(names: Readonly<Record<string, Name>>): Readonly<Record<Name, string>> {
  return Object.fromEntries(Object.entries(names).map(([id, name]) => [name, id])) as Record<Name, string>;
}
