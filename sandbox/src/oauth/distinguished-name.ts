import { readElements } from "../ca/der.ts";

interface NamePart {
  readonly oid: string;
  readonly value: string;
  /** How the attribute is written: by name, or dotted with text or with hexadecimal DER. */
  readonly spelling: Spelling;
}

export type Spelling = "name" | "text" | "hex";

const organizationIdentifierOid = "2.5.4.97";
const oidByName: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  SERIALNUMBER: "2.5.4.5",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  STREET: "2.5.4.9",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  BUSINESSCATEGORY: "2.5.4.15",
  ORGANIZATIONIDENTIFIER: organizationIdentifierOid,
  DC: "0.9.2342.19200300.100.1.25",
};

/** Parts of a distinguished name written as RFC 4514 says, in the order of the text; undefined where it is no such text. */
export function readDistinguishedName(text: string): readonly NamePart[] | undefined {
  const parts = splitUnescaped(text).map((part) => readPart(part));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** Whether the text names this subject. The text runs from the most specific part, the certificate towards it. */
export function namesSubject(text: string, subject: readonly { readonly oid: string; readonly value: string }[]): boolean {
  const parts = readDistinguishedName(text);
  const inOrder = subject.toReversed();
  return parts?.length === inOrder.length && parts.every((part, index) => part.oid === inOrder[index]?.oid && part.value === inOrder[index]?.value);
}

/** How the text writes organizationIdentifier, about which banks differ. */
export function spellingOfIdentifier(text: string): Spelling | undefined {
  return readDistinguishedName(text)?.find((part) => part.oid === organizationIdentifierOid)?.spelling;
}

function splitUnescaped(text: string): string[] {
  return text.match(/(?:\\.|[^,\\])+/gsu) ?? [];
}

function readPart(text: string): NamePart | undefined {
  const at = text.indexOf("=");
  const type = text.slice(0, at).trim();
  const raw = text.slice(at + 1).trim();
  const dotted = /^(?:OID\.)?(\d+(?:\.\d+)+)$/i.exec(type)?.[1];
  const oid = dotted ?? oidByName[type.toUpperCase()];
  if (at < 1 || oid === undefined || raw === "") return undefined;
  const value = raw.startsWith("#") ? fromHex(raw.slice(1)) : unescape(raw);
  return value === undefined ? undefined : { oid, value, spelling: dotted === undefined ? "name" : raw.startsWith("#") ? "hex" : "text" };
}

function fromHex(hex: string): string | undefined {
  try {
    const [element] = readElements(Buffer.from(hex, "hex"));
    return element === undefined ? undefined : Buffer.from(element.content).toString("utf8");
  } catch {
    return undefined;
  }
}

/** Undoes `\,` and `\C3\A4`. */
function unescape(text: string): string {
  const bytes = text.replaceAll(/((?:\\[0-9a-f]{2})+)/giu, (run) => Buffer.from(run.replaceAll("\\", ""), "hex").toString("utf8"));
  return bytes.replaceAll(/\\(.)/gsu, "$1");
}
