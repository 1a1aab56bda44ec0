import { objectIdentifier, sequence, utf8String, type Der } from "./der.ts";

/** OP's spelling of the three roles a third party can hold. */
export const tppRoles = ["AIS", "PIS", "CBPII"] as const;
export type TppRole = (typeof tppRoles)[number];

/** ETSI TS 119 495: object identifier and name of each role inside a certificate. */
const roleOfPsp: Record<TppRole, { oid: string; name: string }> = {
  AIS: { oid: "0.4.0.19495.1.3", name: "PSP_AI" },
  PIS: { oid: "0.4.0.19495.1.2", name: "PSP_PI" },
  CBPII: { oid: "0.4.0.19495.1.4", name: "PSP_IC" },
};

/** The extension that qualified certificates carry their statements in. */
export const qcStatementsOid = "1.3.6.1.5.5.7.1.3";
const psd2StatementOid = "0.4.0.19495.2";

/** Content of the qcStatements extension: the PSD2 statement alone, with the generator's made-up authority. */
export function psd2QcStatements(roles: readonly TppRole[]): Der {
  const rolesOfPsp = roles.map((role) => sequence(objectIdentifier(roleOfPsp[role].oid), utf8String(roleOfPsp[role].name)));
  const statement = sequence(sequence(...rolesOfPsp), utf8String("OP TEST NCA"), utf8String("OP-TEST"));
  return sequence(sequence(objectIdentifier(psd2StatementOid), statement));
}

/** The roles named in a qcStatements extension, found by their object identifiers. */
export function rolesInQcStatements(statements: Buffer): TppRole[] {
  return tppRoles.filter((role) => statements.includes(objectIdentifier(roleOfPsp[role].oid)));
}
