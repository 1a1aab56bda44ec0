import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { errors } from "../errors.ts";

/** The certificates of a PEM file that a setting names. @throws ERR_SANDBOX_CONFIG, in words */
export function readRoots(setting: string, file: string): X509Certificate[] {
  try {
    const armoured = readFileSync(file, "utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (armoured.length > 0) return armoured.map((pem) => new X509Certificate(pem));
  } catch (cause) {
    throw unreadable(setting, file, cause);
  }
  throw unreadable(setting, file);
}

/** Roots that are trusted, and authorities known to stand below them. */
export interface Issuers {
  readonly roots: readonly X509Certificate[];
  readonly between: readonly X509Certificate[];
}

/** Whether a certificate was issued, by name and signature, below one of the roots; the issuers between may come in any order. */
export function leadsToRoot(leaf: X509Certificate, { between, roots }: Issuers): boolean {
  let last = leaf;
  for (let steps = 0; steps <= between.length; steps += 1) {
    if (roots.some((root) => issued(root, last))) return true;
    const issuer = between.find((each) => issued(each, last));
    if (issuer === undefined) return false;
    last = issuer;
  }
  return false;
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function unreadable(setting: string, file: string, cause?: unknown): Error {
  return errors.ERR_SANDBOX_CONFIG({ message: `The configuration of the sandbox is not usable:\n  ${setting}: ${file} holds no certificates in PEM`, cause });
}
