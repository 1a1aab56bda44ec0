import forge from "node-forge";

const { Class, Type } = forge.asn1;
type Node = forge.asn1.Asn1;

/** Reads DER or BER; bit strings stay bytes, so that writing gives back what was read. Throws the library's own errors. */
export function decodeAsn1(bytes: Uint8Array): Node {
  const options = { strict: true, parseAllBytes: true, decodeBitStrings: false };
  return forge.asn1.fromDer(Buffer.from(bytes).toString("latin1"), options as unknown as boolean);
}

export function encodeAsn1(node: Node): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), "latin1");
}

const primitive = (type: forge.asn1.Type, bytes: string): Node => forge.asn1.create(Class.UNIVERSAL, type, false, bytes);

export const sequence = (...parts: Node[]): Node => forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
export const set = (...parts: Node[]): Node => forge.asn1.create(Class.UNIVERSAL, Type.SET, true, parts);
/** `[0]` around what is given, or in place of its tag where bytes are given. */
export const tagged = (content: Node[] | string): Node => forge.asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, Array.isArray(content), content);
export const oid = (text: string): Node => primitive(Type.OID, forge.asn1.oidToDer(text).getBytes());
export const integer = (value: number): Node => primitive(Type.INTEGER, forge.asn1.integerToDer(value).getBytes());
export const octets = (bytes: Uint8Array): Node => primitive(Type.OCTETSTRING, Buffer.from(bytes).toString("latin1"));
export const utf8 = (text: string): Node => primitive(Type.UTF8, Buffer.from(text, "utf8").toString("latin1"));
export const nothing = (): Node => primitive(Type.NULL, "");
