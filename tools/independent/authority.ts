import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { X509Certificate } from "node:crypto";
import forge from "node-forge";

interface Issuer {
  readonly key: forge.pki.rsa.PrivateKey;
  readonly certificate: forge.pki.Certificate;
}

/** A trust service provider that shares nothing with the project: it issues what a request asks for. */
export interface IndependentAuthority {
  readonly rootPem: string;
  /** Leaf, then the authority's own certificate, for a PKCS#10 request. */
  issue(csrPem: string): string;
  /** Key and certificate of a server on this machine. */
  serverIdentity(): { readonly key: string; readonly cert: string };
}

const qcStatements = "1.3.6.1.5.5.7.1.3";
const oneDayMs = 86_400_000;

export function independentAuthority(): IndependentAuthority {
  const root = selfSigned();
  return {
    rootPem: pemOf(root.certificate),
    issue(csrPem) {
      const request = forge.pki.certificationRequestFromPem(csrPem, true);
      if (!request.verify()) throw new Error("The request does not prove that its sender has the key.");
      const asked: { id?: string; value?: unknown }[] = request.getAttribute({ name: "extensionRequest" })?.extensions ?? [];
      const statements = asked.find(({ id }) => id === qcStatements);
      if (statements === undefined) throw new Error("A request without QCStatements.");
      const usage = asked.filter(({ id }) => id === "2.5.29.15" || id === "2.5.29.37");
      return issued(root, request.publicKey as forge.pki.rsa.PublicKey, request.subject.attributes, [
        { name: "basicConstraints", cA: false },
        ...usage,
        statements,
      ]);
    },
    serverIdentity() {
      const { privateKey, publicKey } = newKeys();
      const names = { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] };
      return { key: forge.pki.privateKeyToPem(privateKey), cert: issued(root, publicKey, [{ name: "commonName", value: "localhost" }], [names]) };
    },
  };
}

function newKeys(): { privateKey: forge.pki.rsa.PrivateKey; publicKey: forge.pki.rsa.PublicKey } {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const key = forge.pki.privateKeyFromPem(privateKey);
  return { privateKey: key, publicKey: forge.pki.setRsaPublicKey(key.n, key.e) };
}

function selfSigned(): Issuer {
  const { privateKey, publicKey } = newKeys();
  const certificate = dated(publicKey);
  const name = [{ name: "commonName", value: "Independent Test CA" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
  ]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return { key: privateKey, certificate };
}

function issued(root: Issuer, publicKey: forge.pki.rsa.PublicKey, subject: forge.pki.CertificateField[], extensions: unknown[]): string {
  const certificate = dated(publicKey);
  certificate.setSubject(subject);
  certificate.setIssuer(root.certificate.subject.attributes);
  certificate.setExtensions(extensions as never);
  certificate.sign(root.key, forge.md.sha256.create());
  return pemOf(certificate) + pemOf(root.certificate);
}

function dated(publicKey: forge.pki.rsa.PublicKey): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = `4${randomBytes(8).toString("hex")}`;
  certificate.validity = { notBefore: new Date(Date.now() - oneDayMs), notAfter: new Date(Date.now() + 365 * oneDayMs) };
  return certificate;
}

function pemOf(certificate: forge.pki.Certificate): string {
  return forge.pki.certificateToPem(certificate).replaceAll("\r", "");
}

/** The subject's attributes by object identifier or short name, whatever order and spelling a text of it has. */
export function subjectAttributes(certificate: X509Certificate): ReadonlyMap<string, string> {
  return new Map(certificate.subject.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
