import { createHash } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { parseCertificate } from "./certificate.ts";
import type { EidasCertificate } from "./certificate.ts";
import type { CertificatePurpose } from "./classify.ts";
import { errors } from "./errors.ts";
import { certifiedKey, isSameKey, publicHalf } from "./key-pair.ts";

/** A public key as a key set shows it, with its certificates (RFC 7517 4.7, 4.9). */
export type CertifiedJwk = PublicMembers & {
  readonly kid: string;
  readonly use: "sig" | "enc";
  readonly alg?: string;
  /** Base64 DER, leaf first. */
  readonly x5c: readonly string[];
  readonly "x5t#S256": string;
};

type PublicMembers =
  | { readonly kty: "RSA"; readonly n: string; readonly e: string }
  | { readonly kty: "EC"; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: "OKP"; readonly crv: string; readonly x: string };

export interface CertifiedJwkInput {
  /** Leaf first. */
  readonly chainPem: readonly string[];
  readonly kid: string;
  readonly use: "sig" | "enc";
  readonly alg?: string | undefined;
  /** Ours, of either half; it must be the certified one. */
  readonly key?: KeyObject | undefined;
}

/**
 * The public key of a certificate as a JWK. It is taken from the certificate, so nothing private can be in it.
 * @throws ERR_CERTIFICATE_UNREADABLE, or ERR_CERTIFICATE_NOT_AS_ASKED when `key` is another one
 */
export function certifiedJwk({ chainPem, kid, use, alg, key }: CertifiedJwkInput): CertifiedJwk {
  const [leaf, ...issuers] = chainPem.map((pem) => parseCertificate(pem));
  if (leaf === undefined) throw errors.ERR_CERTIFICATE_UNREADABLE({ message: "There is no certificate of the key." });
  const publicKey = publicKeyOf(leaf);
  if (key !== undefined && !isSameKey(key, publicKey)) {
    throw errors.ERR_CERTIFICATE_NOT_AS_ASKED({ message: "The certificate belongs to another key than ours.", details: { reason: "key" } });
  }
  const x5c = [leaf, ...issuers].map(({ der }) => der.toString("base64"));
  return { ...publicMembers(publicKey), kid, use, ...(alg === undefined ? {} : { alg }), x5c, "x5t#S256": leaf.thumbprint };
}

/** How a key id follows from a certificate; which one holds is a fact of a bank or of a directory. */
export const keyIdRules = {
  /** RFC 7638 with SHA-256: the same for every certificate of one key. */
  "jwk-thumbprint": (certificate) => jwkThumbprint(publicKeyOf(certificate)),
  /** As `x5t#S256`. */
  "certificate-thumbprint": ({ thumbprint }) => thumbprint,
  /** As the UK directory names keys. SHA-1 proves nothing; it is a name here. */
  "certificate-sha1": ({ der }) => createHash("sha1").update(der).digest("base64url"),
  /** As OP's certificate generator names keys: the purpose in its spelling and the serial number. */
  "purpose-and-serial": ({ serialNumber }, purpose) => `${purpose === "qwac" ? "qwac" : "qeseal"}-${serialBytes(serialNumber).toString("base64url")}`,
} as const satisfies Readonly<Record<string, (certificate: EidasCertificate, purpose: CertificatePurpose) => string>>;
export type KeyIdRule = keyof typeof keyIdRules;

/** RFC 7638 3, SHA-256, base64url. */
export function jwkThumbprint(key: KeyObject): string {
  const members: Readonly<Record<string, string>> = publicMembers(publicHalf(key));
  return createHash("sha256")
    .update(JSON.stringify(members, Object.keys(members).toSorted()))
    .digest("base64url");
}

/** Members are picked by name: just those that RFC 7638 3.2 hashes. */
function publicMembers(publicKey: KeyObject): PublicMembers {
  const { kty, crv, x, y, n, e } = publicKey.export({ format: "jwk" });
  if (kty === "RSA" && n !== undefined && e !== undefined) return { kty, n, e };
  if (kty === "EC" && crv !== undefined && x !== undefined && y !== undefined) return { kty, crv, x, y };
  if (kty === "OKP" && crv !== undefined && x !== undefined) return { kty, crv, x };
  throw unusable();
}

function publicKeyOf(certificate: EidasCertificate): KeyObject {
  const key = certifiedKey(certificate);
  if (key === undefined) throw unusable();
  return key;
}

/** Without the zero that DER puts before a number whose first bit is set. */
function serialBytes(hex: string): Buffer {
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return bytes[0] === 0 && bytes.length > 1 ? bytes.subarray(1) : bytes;
}

function unusable() {
  return errors.ERR_CERTIFICATE_UNREADABLE({ message: "The key of the certificate is of a kind that no key set shows." });
}
