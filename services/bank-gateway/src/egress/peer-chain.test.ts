import { X509Certificate } from "node:crypto";
import { keyUsage, makeCertificate, makeQtsp } from "@opl/eidas/testing";
import { describe, expect, it } from "vitest";
import { pathToAnchor, trustAnchors } from "./peer-chain.ts";

const [qtsp, namesake] = await Promise.all([makeQtsp(), makeQtsp()]);
const { chainPem } = await qtsp.certify("qwac");
const [leaf, intermediate] = chainPem.map((pem) => new X509Certificate(pem));
const root = new X509Certificate(qtsp.rootPem);
const sent = [leaf, intermediate].filter((each) => each !== undefined);
const serials = (path: readonly X509Certificate[] | undefined) => path?.map(({ fingerprint256 }) => fingerprint256);

/** A root of version 1, one that it issued to a bank, and one that the bank issued without being an authority. */
const versionOne = [
  `-----BEGIN CERTIFICATE-----
MIIBVjCB/QIUAbYmE+XfBQTd38vsE8nvz3tJrp8wCgYIKoZIzj0EAwIwLTESMBAG
A1UECgwJT2xkIFRydXN0MRcwFQYDVQQDDA5PbGQgVHJ1c3QgUm9vdDAgFw0yNjEx
MjkxODEwNTVaGA8yMDc2MTExNjE4MTA1NVowLTESMBAGA1UECgwJT2xkIFRydXN0
MRcwFQYDVQQDDA5PbGQgVHJ1c3QgUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABO4oUUeLcB3ROY1Yn11hm5P+V7LRJA4K2LbY8Oe5IycLiWQGKSybX0h1dJWj
81O24JUFrOqRAUwDxQ7HPPe2QOIwCgYIKoZIzj0EAwIDSAAwRQIhAOKbBVwffaxp
dq6+gDKShEcKPzJBFBHyjWFAw33flz1uAiBToHquNm4qhCUIoVEYlKTg1kAnJVLU
lBMFK8vnXVIXfQ==
-----END CERTIFICATE-----`,
  `-----BEGIN CERTIFICATE-----
MIIB4TCCAYagAwIBAgIUNq5F0Y+dPN3pAWF/8cznUtau3gAwCgYIKoZIzj0EAwIw
LTESMBAGA1UECgwJT2xkIFRydXN0MRcwFQYDVQQDDA5PbGQgVHJ1c3QgUm9vdDAg
Fw0yNjExMjkxODEwNTVaGA8yMDc2MTExNjE4MTA1NVowFDESMBAGA1UEAwwJbG9j
YWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMdjaJ5Dczz9/QVhC8ZCe
ojg8qc/5fcOcw//psS0FMhnNgjCZaXgQS6Lr1WzUeDyY9EE9HpbP7o6UYuI+gJc2
xaOBmjCBlzAUBgNVHREEDTALgglsb2NhbGhvc3QwDAYDVR0TAQH/BAIwADAdBgNV
HQ4EFgQUmzo+xIfMHx8Dr55GfwvBOhg9BS4wUgYDVR0jBEswSaExpC8wLTESMBAG
A1UECgwJT2xkIFRydXN0MRcwFQYDVQQDDA5PbGQgVHJ1c3QgUm9vdIIUAbYmE+Xf
BQTd38vsE8nvz3tJrp8wCgYIKoZIzj0EAwIDSQAwRgIhAMgg0+Joqt4NndCLUaIo
JAxsiWH9mm8rWOJ26zp5N8l/AiEA4pWNrxhMZZ1AOZLaeAlomD+MBHgzFxcw47mm
3/9lP00=
-----END CERTIFICATE-----`,
  `-----BEGIN CERTIFICATE-----
MIIBlzCCATygAwIBAgIUVfx2dOEne9WGgwq9nOtMZvL5+iowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTE4MTA1NVoYDzIwNzYxMTE2
MTgxMDU1WjAYMRYwFAYDVQQDDA1iZWxvdy5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE63uEc3YZz/FZ2axPvlQowt+QCewH3Er21wo7BtN/SeiElkf5
I1BB+3Kb+iaa+vzsCTRlr3auvXFRt+EjzE5jM6NmMGQwFAYDVR0RBA0wC4IJbG9j
YWxob3N0MAwGA1UdEwEB/wQCMAAwHQYDVR0OBBYEFIJ8LPL9KPphB6Pq3wOngBm7
c+6TMB8GA1UdIwQYMBaAFJs6PsSHzB8fA6+eRn8LwToYPQUuMAoGCCqGSM49BAMC
A0kAMEYCIQCMj/QH/rDZFVCOjHhw9ZQzMo7132oUqiH50ObIbnDtYAIhAJoo86b3
QhNMvwC3yShmi+/t1dkY9KcoG7E0Y3fGxPsp
-----END CERTIFICATE-----`,
];

describe("the chain of a connection", () => {
  it("leads from the leaf to an anchor, by signatures", () => {
    expect(serials(pathToAnchor(sent, trustAnchors(namesake.rootPem + qtsp.rootPem)))).toEqual(serials([...sent, root]));
  });

  it("goes on above an anchor that is no root, also where that one was sent by nobody", () => {
    expect(serials(pathToAnchor(sent.slice(0, 1), trustAnchors(qtsp.intermediatePem + qtsp.rootPem)))).toEqual(serials([...sent, root]));
  });

  it("is none where nothing leads to an anchor, however much was sent", () => {
    expect(pathToAnchor(sent, trustAnchors(namesake.rootPem))).toBeUndefined();
    expect(pathToAnchor([...sent, ...Array.from({ length: 200 }, () => new X509Certificate(qtsp.intermediatePem)), root], [])).toBeUndefined();
    expect(pathToAnchor([], [root])).toBeUndefined();
  });

  it("ends at a certificate that is itself an anchor, though it is no authority", async () => {
    const pinned = new X509Certificate((await makeCertificate("CN=bank.example", undefined, { extensions: [keyUsage("digitalSignature")] })).pem);
    expect(pinned.ca).toBe(false);
    expect(serials(pathToAnchor([pinned], [root, pinned]))).toEqual(serials([pinned]));
    expect(pathToAnchor([pinned], [root])).toBeUndefined();
    // One that was issued leads on to who issued it, who may have revoked it.
    expect(serials(pathToAnchor(sent, trustAnchors((chainPem[0] ?? "") + qtsp.intermediatePem + qtsp.rootPem)))).toEqual(serials([...sent, root]));
  });

  it("leads to a root of X.509 version 1, which cannot say that it is an authority; who stands below it must", () => {
    const [oldRoot, bank, below] = versionOne.map((pem) => new X509Certificate(pem));
    const [one, other] = [bank ?? expect.unreachable(), below ?? expect.unreachable()];
    expect(oldRoot?.ca).toBe(false);
    const anchors = [oldRoot ?? expect.unreachable()];
    expect(serials(pathToAnchor([one], anchors))).toEqual(serials([one, ...anchors]));
    expect(pathToAnchor([other, one], anchors)).toBeUndefined();
  });

  it("ends at what the system trusts where a party has no bundle", () => {
    expect(trustAnchors(undefined).length).toBeGreaterThan(50);
  });
});
