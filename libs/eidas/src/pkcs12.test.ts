import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";
import { describe, expect, it } from "vitest";
import { certifiesKey, parseCertificate, readPkcs12 } from "./index.ts";

/** EC P-256, self-signed, AES-256 and HMAC-SHA-256 as OpenSSL 3 writes them; the passphrase is "sesame". */
const elliptic = Buffer.from(
  "MIIELAIBAzCCA+IGCSqGSIb3DQEHAaCCA9MEggPPMIIDyzCCAoIGCSqGSIb3DQEHBqCCAnMwggJvAgEAMIICaAYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgK6NNnkYnPUwICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOYEPTH7r6kyDyhBmcIUQTeAggIABl2wmaZJqudUDEw0Rp/545EIOksMj0ZT8NtR48xxsGiCdStM7TxINJ1EYw+2fb39zF63vbO+hDaA3MDwx/scTixjbFQ/DDSGnWy/9etLOCPDt7Uz35fGYaBTZnYCw2qzZnFWOaHq2agY+TYoQjOrsTAeXaZuTk97l0RspiNG0hiEjvJv7X6OkR1quzXFQGsFscg5Jo4pX6AsQGRo9COmYPyTlEiF9DUWWlI10QtQE7U7vqSKF8A6nQcbWHqcHhIgXF7N7TD3nR4w1pHCs6GiuXVfS6PU/ycysBVow9mq4MhE7t4Wefz+uevJQUlv8w9AylJCbzyhAI9ZdkIIu6sCvTD1DkcScMPH75cMXOAz0p2aO7WeD4avv1ZKYB9Uk3jqIe/SQKOx6/STmn+kUy34/tXAznKKUgolQiyeMH6nbDAmJvvFI1unspaxFOjI9thmTCJJHGGe6aQZhIUdU4wS21UFv7OKH8LWqz8ACtKjOatmbXOL2UMCoCoAJ5RSo47YrGE4vvZkMTlWlF2GUS7D2ANPJk9qlYWlBbU6cL+rOuHKzJF52a8Lu5Dv6EDNSt9v02QNr9AgO2SCjqJFjxdNI31q2uEkpUWf6SFB7dve/t6mZ+noURerj/ess39G8dUjtjU7RQSvSpwV7Lk7FXMzFp4LGxbE30HvWgnuVp2OoVcwggFBBgkqhkiG9w0BBwGgggEyBIIBLjCCASowggEmBgsqhkiG9w0BDAoBAqCB7zCB7DBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQI7eta6tNgQj8CAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCI5KD0Xw9/r1AKIKG6lBKOBIGQRq+UKJZF9YWTFMKOiIYqTd0g39I7IterrWdUBZM7n+Q7POi4SnFXSSHXh0SDOvo0K2l8edgCzGd7s1vbYMd82wMVPa8qnXzXAjXr8WGk9PXRN6fivZFPAIaccyCBuTnH35RqPVKiN2jx/7JcMrNzCaGlcgN2oPf+Nx6iF1fjLx9ChmE2AuUr9x/cGA21AJyzMSUwIwYJKoZIhvcNAQkVMRYEFPIMSDyWNF6JYNpOrOE7kE9zcXS9MEEwMTANBglghkgBZQMEAgEFAAQgJis0U5/Y0SwDgBqyaSoL/7xvo/E0lSVv8WuYf/qCj1cECBXmmfkyMkqYAgIIAA==",
  "base64",
);

function made(name: string): { key: forge.pki.rsa.PrivateKey; certificate: forge.pki.Certificate } {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = "01";
  certificate.validity = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2031-01-01T00:00:00Z") };
  certificate.setSubject([{ name: "commonName", value: name }]);
  certificate.setIssuer([{ name: "commonName", value: name }]);
  certificate.sign(key, forge.md.sha256.create());
  return { key, certificate };
}

function packed(key: forge.pki.rsa.PrivateKey | null, certificates: forge.pki.Certificate[]): Buffer {
  return Buffer.from(forge.asn1.toDer(forge.pkcs12.toPkcs12Asn1(key as never, certificates, "sesame", { algorithm: "aes256" })).getBytes(), "binary");
}

describe("readPkcs12", () => {
  const own = made("own");
  const issuer = made("issuer");

  it("gives the key and the chain with the certificate of the key first, wherever it lies in the file", () => {
    const { privateKey, chainPem } = readPkcs12(packed(own.key, [issuer.certificate, own.certificate]), "sesame");
    expect(chainPem.map((pem) => parseCertificate(pem).commonName)).toEqual(["own", "issuer"]);
    expect(certifiesKey(parseCertificate(chainPem[0] ?? ""), privateKey)).toBe(true);
    expect(certifiesKey(parseCertificate(chainPem[1] ?? ""), privateKey)).toBe(false);
  });

  it("reads EC keys too", () => {
    const { privateKey, chainPem } = readPkcs12(elliptic, "sesame");
    expect(privateKey.asymmetricKeyType).toBe("ec");
    expect(chainPem.map((pem) => parseCertificate(pem).commonName)).toEqual(["TEST TPP"]);
  });

  it.each([
    ["another passphrase", () => readPkcs12(elliptic, "other"), "passphrase"],
    ["no passphrase", () => readPkcs12(packed(own.key, [own.certificate]), ""), "passphrase"],
    ["something else", () => readPkcs12(Buffer.from("-----BEGIN CERTIFICATE-----"), "sesame"), "format"],
    ["a file without a key", () => readPkcs12(packed(null, [own.certificate]), "sesame"), "no-key"],
    ["the certificate of another key", () => readPkcs12(packed(own.key, [issuer.certificate]), "sesame"), "no-certificate"],
  ])("refuses %s, saying so", (_what, read, reason) => {
    expect(read).toThrow(expect.objectContaining({ code: "ERR_PKCS12_UNREADABLE", details: { reason } }));
  });
});

describe("the work a PKCS#12 file asks for", () => {
  /** Where a salt of eight bytes and the count 2048 stand. */
  const counts = [...elliptic.toString("hex").matchAll(/0408.{16}02020800/g)].map(({ index }) => index / 2);

  it("is limited, wherever the number stands", () => {
    expect(counts).toHaveLength(3);
    for (const index of counts) {
      // A salt of seven bytes leaves room for a number of three: 700,000.
      const greedy = Buffer.from(elliptic);
      Buffer.from([0x04, 0x07, 1, 2, 3, 4, 5, 6, 7, 0x02, 0x03, 0x0a, 0xae, 0x60]).copy(greedy, index);
      expect(() => readPkcs12(greedy, "sesame")).toThrow(expect.objectContaining({ code: "ERR_PKCS12_UNREADABLE", details: { reason: "format" } }));
    }
  });
});

describe("the hash of a signature", () => {
  it("is told, so that SHA-1 can be refused", () => {
    const { certificate, key } = made("old");
    expect(parseCertificate(forge.pki.certificateToPem(certificate)).signatureHash).toBe("SHA-256");
    certificate.sign(key, forge.md.sha1.create());
    expect(parseCertificate(forge.pki.certificateToPem(certificate)).signatureHash).toBe("SHA-1");
  });
});
