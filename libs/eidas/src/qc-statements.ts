import forge from "node-forge";
import { decodeAsn1, encodeAsn1, oid, sequence, utf8 } from "./asn1.ts";
import { errors } from "./errors.ts";
import { oids, psd2RoleOids, psd2Roles, qcTypeOids, qcTypes } from "./oids.ts";
import type { Psd2Role, QcType } from "./oids.ts";

export interface Psd2Statement {
  readonly roles: readonly Psd2Role[];
  /** National competent authority that licensed the TPP. */
  readonly ncaName: string;
  /** Its id, such as `FI-FINFSA`. */
  readonly ncaId: string;
}

export interface QcStatements {
  /** Declares itself a qualified certificate of the EU. */
  readonly isQualified: boolean;
  readonly types: readonly QcType[];
  readonly psd2: Psd2Statement | undefined;
}

/** Reads the QCStatements extension (RFC 3739 3.2.6) from its DER bytes; statements we do not know are passed over. */
export function readQcStatements(der: Uint8Array): QcStatements {
  const statements = children(decode(der)).map((statement) => {
    const [id, info] = children(statement);
    return { id: objectId(id), info };
  });
  const types = statements
    .filter(({ id }) => id === oids.qcType)
    .flatMap(({ info }) => children(info).map((type) => objectId(type)))
    .flatMap((id) => (id in qcTypes ? [qcTypes[id as keyof typeof qcTypes]] : []));
  const psd2 = statements.find(({ id }) => id === oids.psd2Statement)?.info;
  return {
    isQualified: statements.some(({ id }) => id === oids.qcCompliance),
    types,
    psd2: psd2 === undefined ? undefined : readPsd2(psd2),
  };
}

/** Writes what `readQcStatements` reads; a role gets the name that the standard gives it. */
export function writeQcStatements({ isQualified, types, psd2 }: QcStatements): Buffer {
  return encodeAsn1(
    sequence(
      ...(isQualified ? [sequence(oid(oids.qcCompliance))] : []),
      ...(types.length === 0 ? [] : [sequence(oid(oids.qcType), sequence(...types.map((type) => oid(qcTypeOids[type]))))]),
      ...(psd2 === undefined ? [] : [sequence(oid(oids.psd2Statement), writePsd2(psd2))]),
    ),
  );
}

function writePsd2({ roles, ncaName, ncaId }: Psd2Statement): forge.asn1.Asn1 {
  return sequence(sequence(...roles.map((role) => sequence(oid(psd2RoleOids[role]), utf8(role)))), utf8(ncaName), utf8(ncaId));
}

/** PSD2QcType ::= SEQUENCE { rolesOfPSP, nCAName, nCAId }; a role is SEQUENCE { OID, name }. */
function readPsd2(node: forge.asn1.Asn1): Psd2Statement {
  const [roles, ncaName, ncaId] = children(node);
  return {
    roles: children(roles)
      .map((role) => objectId(children(role)[0]))
      .flatMap((id) => (id in psd2Roles ? [psd2Roles[id as keyof typeof psd2Roles]] : [])),
    ncaName: text(ncaName),
    ncaId: text(ncaId),
  };
}

function decode(der: Uint8Array): forge.asn1.Asn1 {
  try {
    return decodeAsn1(der);
  } catch (error) {
    throw unreadable(error);
  }
}

function children(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  if (node === undefined || !Array.isArray(node.value)) throw unreadable();
  return node.value;
}

function objectId(node: forge.asn1.Asn1 | undefined): string {
  if (node?.type !== forge.asn1.Type.OID || typeof node.value !== "string") throw unreadable();
  return forge.asn1.derToOid(node.value);
}

function text(node: forge.asn1.Asn1 | undefined): string {
  if (typeof node?.value !== "string") throw unreadable();
  const bytes = Buffer.from(node.value, "binary");
  return node.type === forge.asn1.Type.UTF8 ? bytes.toString("utf8") : bytes.toString("latin1");
}

function unreadable(cause?: unknown) {
  return errors.ERR_CERTIFICATE_UNREADABLE({ message: "The QCStatements of the certificate cannot be read.", ...(cause === undefined ? {} : { cause }) });
}
