import forge from "node-forge";
import { decodeAsn1, encodeAsn1 } from "./asn1.ts";
import type { EidasCertificate } from "./certificate.ts";
import { errors } from "./errors.ts";
import { oids } from "./oids.ts";

/** How organizationIdentifier is written, about which banks differ: dotted with a hexadecimal value as RFC 4514 wants it, dotted with text, or by name. */
export type IdentifierSpelling = "hex" | "text" | "name";

/** RFC 4514 section 3 */
const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.25": "DC",
};

/** The subject as text (RFC 4514): the last part of the certificate comes first. @throws ERR_CERTIFICATE_UNREADABLE */
export function subjectName({ der }: Pick<EidasCertificate, "der">, identifier: IdentifierSpelling): string {
  const [signed] = children(decodeAsn1(der));
  // Before the subject: version (where there is one), serial number, algorithm, issuer, validity.
  const fields = children(signed).filter(({ tagClass }) => tagClass === forge.asn1.Class.UNIVERSAL);
  const parts = children(fields[4]).map((set) =>
    children(set)
      .map((attribute) => writeAttribute(attribute, identifier))
      .join("+"),
  );
  return parts.toReversed().join(",");
}

function writeAttribute(attribute: forge.asn1.Asn1, identifier: IdentifierSpelling): string {
  const [type, value] = children(attribute);
  if (type === undefined || value === undefined) throw errors.ERR_CERTIFICATE_UNREADABLE();
  const oid = forge.asn1.derToOid(String(type.value));
  const isIdentifier = oid === oids.organizationIdentifier;
  const name = isIdentifier && identifier === "name" ? "organizationIdentifier" : shortNames[oid];
  if (name === undefined && !(isIdentifier && identifier === "text")) return `${oid}=#${encodeAsn1(value).toString("hex")}`;
  return `${name ?? oid}=${escapeValue(textOf(value))}`;
}

function textOf({ type, value }: forge.asn1.Asn1): string {
  const bytes = Buffer.from(String(value), "latin1");
  return bytes.toString(type === forge.asn1.Type.UTF8 ? "utf8" : "latin1");
}

/** RFC 4514 2.4 */
function escapeValue(text: string): string {
  return text.replaceAll(/[",+;<>\\]|^[# ]| $/g, (character) => `\\${character}`);
}

function children(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  if (node === undefined || !Array.isArray(node.value)) throw errors.ERR_CERTIFICATE_UNREADABLE();
  return node.value;
}
