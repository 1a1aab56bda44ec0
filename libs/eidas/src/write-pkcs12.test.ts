import { spawnSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import forge from "node-forge";
import { describe, expect, it } from "vitest";
import { parseCertificate, readPkcs12, writePkcs12 } from "./index.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

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

describe("writePkcs12", () => {
  const passphrase = "correct horse: battery";
  const rsa = made("own");
  const rsaKey = createPrivateKey(forge.pki.privateKeyToPem(rsa.key));
  const ec = readPkcs12(elliptic, "sesame");
  const kinds = [
    ["RSA", rsaKey, [rsa.certificate, made("issuer").certificate].map((one) => forge.pki.certificateToPem(one))],
    ["EC", ec.privateKey, [...ec.chainPem]],
  ] as const;

  it.each(kinds)("%s: is read back whole, and with no other passphrase", async (_kind, privateKey, chainPem) => {
    const file = await writePkcs12({ privateKey, chainPem, passphrase });
    const read = readPkcs12(file, passphrase);
    expect(read.privateKey.equals(privateKey)).toBe(true);
    expect(read.chainPem.map((pem) => parseCertificate(pem).thumbprint)).toEqual(chainPem.map((pem) => parseCertificate(pem).thumbprint));
    expect(() => readPkcs12(file, `${passphrase}!`)).toThrow(expect.objectContaining({ details: { reason: "passphrase" } }));
    expect(file.includes(Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url"))).toBe(false);
  });

  it.skipIf(!hasOpenssl)(`OpenSSL reads it without its legacy provider${hasOpenssl ? "" : " (no openssl on this machine)"}`, async () => {
    for (const [, privateKey, chainPem] of kinds) {
      const input = await writePkcs12({ privateKey, chainPem, passphrase });
      const { status, stdout, stderr } = spawnSync("openssl", ["pkcs12", "-nodes", "-info", "-passin", "env:P12_PASS"], {
        input,
        env: { ...process.env, P12_PASS: passphrase },
      });
      expect(status, stderr.toString()).toBe(0);
      expect(createPrivateKey(stdout.toString()).equals(privateKey)).toBe(true);
      expect(stderr.toString()).toMatch(/AES-256-CBC, Iteration 20000, PRF hmacWithSHA256/);
    }
  });
});
