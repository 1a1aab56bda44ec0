import { objectIdentifier, readElements, readObjectIdentifier, sequence, utf8String, type Der, type Element } from "./der.ts";

/** ETSI TS 119 495: the roles of a payment service provider, by object identifier. */
export const pspRoles = {
  "0.4.0.19495.1.1": "PSP_AS",
  "0.4.0.19495.1.2": "PSP_PI",
  "0.4.0.19495.1.3": "PSP_AI",
  "0.4.0.19495.1.4": "PSP_IC",
} as const;
export type PspRole = (typeof pspRoles)[keyof typeof pspRoles];

/** ETSI EN 319 412-5: what a qualified certificate is for. */
export type QcType = "esign" | "eseal" | "web";

/** What the statements of a certificate, or of a request for one, say. */
export interface QcStatements {
  readonly types: readonly QcType[];
  readonly roles: readonly PspRole[];
  /** Object identifiers of roles that nobody defined. */
  readonly unknownRoles: readonly string[];
  readonly authorityName: string;
  readonly authorityId: string;
}

const complianceOid = "0.4.0.1862.1.1";
const typeOid = "0.4.0.1862.1.6";
const psd2Oid = "0.4.0.19495.2";
const typeByOid: Readonly<Record<string, QcType>> = { "0.4.0.1862.1.6.1": "esign", "0.4.0.1862.1.6.2": "eseal", "0.4.0.1862.1.6.3": "web" };

/** Reads the content of a qcStatements extension; undefined where it is no such thing. Roles count by their identifiers, never by their names. */
export function readQcStatements(bytes: Uint8Array): QcStatements | undefined {
  try {
    const statements = new Map(children(only(readElements(bytes))).map((each) => readStatement(each)));
    const types = statements.get(typeOid);
    const psd2 = statements.get(psd2Oid);
    const [roles, name, id] = psd2 === undefined ? [] : children(psd2);
    const oids = roles === undefined ? [] : children(roles).map((role) => readObjectIdentifier(children(role)[0]?.content ?? new Uint8Array()));
    return {
      types: types === undefined ? [] : children(types).flatMap((each) => typeByOid[readObjectIdentifier(each.content)] ?? []),
      roles: oids.flatMap((oid) => roleOf(oid) ?? []),
      unknownRoles: oids.filter((oid) => roleOf(oid) === undefined),
      authorityName: textOf(name),
      authorityId: textOf(id),
    };
  } catch {
    return undefined;
  }
}

/** Content of the qcStatements extension of a PSD2 certificate. */
export function qcStatements({
  type,
  roles,
  authorityName,
  authorityId,
}: { type: QcType } & Pick<QcStatements, "roles" | "authorityName" | "authorityId">): Der {
  const oidOfType = Object.keys(typeByOid).find((oid) => typeByOid[oid] === type) ?? "";
  const rolesOfPsp = roles.map((role) => sequence(objectIdentifier(oidOfRole(role)), utf8String(role)));
  return sequence(
    sequence(objectIdentifier(complianceOid)),
    sequence(objectIdentifier(typeOid), sequence(objectIdentifier(oidOfType))),
    sequence(objectIdentifier(psd2Oid), sequence(sequence(...rolesOfPsp), utf8String(authorityName), utf8String(authorityId))),
  );
}

function readStatement(statement: Element): [string, Element | undefined] {
  const [oid, info] = children(statement);
  return [readObjectIdentifier(oid?.content ?? new Uint8Array()), info];
}

function children(element: Element): Element[] {
  if (element.tag !== 0x30) throw new TypeError("a DER sequence was expected");
  return readElements(element.content);
}

function only(elements: readonly Element[]): Element {
  const [first] = elements;
  if (first === undefined || elements.length !== 1) throw new TypeError("one DER element was expected");
  return first;
}

function roleOf(oid: string): PspRole | undefined {
  return (pspRoles as Readonly<Record<string, PspRole>>)[oid];
}

function oidOfRole(role: PspRole): string {
  return Object.entries(pspRoles).find(([, name]) => name === role)?.[0] ?? "";
}

function textOf(element: Element | undefined): string {
  return element === undefined ? "" : Buffer.from(element.content).toString("utf8");
}
