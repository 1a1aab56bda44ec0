import { X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { EidasCertificate } from "./certificate.ts";

/** Whether the certificate was issued for this private key. */
export function certifiesKey({ der }: Pick<EidasCertificate, "der">, privateKey: KeyObject): boolean {
  return new X509Certificate(der).checkPrivateKey(privateKey);
}
