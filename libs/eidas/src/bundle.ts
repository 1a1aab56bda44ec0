import forge from "node-forge";
import { decodeAsn1, encodeAsn1, oid } from "./asn1.ts";
import { errors } from "./errors.ts";

const maxBytes = 262_144;
const maxCertificates = 32;
const armour = /-----BEGIN (CERTIFICATE|X509 CERTIFICATE|PKCS7|CMS)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;
const signedData = encodeAsn1(oid("1.2.840.113549.1.7.2"));

/** DER of every certificate in PEM, DER or a certs-only PKCS#7 message (RFC 5652 5.1), also in the bare base64 of RFC 7030 4.1.3. @throws ERR_CERTIFICATE_UNREADABLE */
export function certificatesOf(input: string | Uint8Array): Buffer[] {
  if (input.length > maxBytes) throw unreadable(`There are more than ${maxBytes} bytes.`);
  const certificates = typeof input === "string" ? fromText(input) : fromBytes(Buffer.from(input));
  if (certificates.length === 0) throw unreadable("There is no certificate in it.");
  if (certificates.length > maxCertificates) throw unreadable(`There are more than ${maxCertificates} certificates in it.`);
  return certificates;
}

/** DER of this length begins with two bytes that no text does: the tag of a sequence and the size of its length. */
function fromBytes(bytes: Buffer): Buffer[] {
  return bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80 ? fromDer(bytes) : fromText(bytes.toString("latin1"));
}

function fromText(text: string): Buffer[] {
  const blocks = text.includes("-----BEGIN ") ? Array.from(text.matchAll(armour), (match) => match[2] ?? "") : [text];
  return blocks.flatMap((block) => {
    const base64 = block.replaceAll(/\s/g, "");
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw unreadable("It is neither PEM, DER nor base64.");
    return fromDer(Buffer.from(base64, "base64"));
  });
}

/** PKCS#7 begins with the identifier of its content, a certificate with what is signed. */
function fromDer(der: Buffer): Buffer[] {
  const [first, content] = children(decode(der));
  if (first?.type !== forge.asn1.Type.OID) return [der];
  if (!encodeAsn1(first).equals(signedData)) throw unreadable("It is PKCS#7, but not of signed data, which carries certificates.");
  const certificates = children(children(content)[0]).find(({ tagClass, type }) => tagClass === forge.asn1.Class.CONTEXT_SPECIFIC && (type as number) === 0);
  return certificates === undefined ? [] : children(certificates).map((certificate) => encodeAsn1(certificate));
}

function decode(der: Buffer): forge.asn1.Asn1 {
  try {
    return decodeAsn1(der);
  } catch (error) {
    throw unreadable("It is neither a certificate nor PKCS#7.", error);
  }
}

function children(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  if (node === undefined || !Array.isArray(node.value)) throw unreadable("It is neither a certificate nor PKCS#7.");
  return node.value;
}

function unreadable(why: string, cause?: unknown) {
  return errors.ERR_CERTIFICATE_UNREADABLE({ message: `What was issued cannot be read: ${why}`, ...(cause === undefined ? {} : { cause }) });
}
