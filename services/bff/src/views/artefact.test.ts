import { describe, expect, it } from "vitest";
import { registrySecrets, signedJwt } from "../../test/registry-world.ts";
import { shownArtefact } from "./artefact.ts";

describe("what an operator sees of a step", () => {
  it("a signed JWT as header and claims, without what makes it valid", () => {
    const jwt = signedJwt({ iss: "us", redirect_uris: ["https://ledger.example/connect/return/op-fi"] });
    const shown = shownArtefact({ softwareStatement: jwt, expiresAt: "2026-11-22T09:00:00Z" });
    expect(shown).toEqual({
      softwareStatement: {
        header: { alg: "PS256", kid: "kid-1" },
        claims: { iss: "us", redirect_uris: ["https://ledger.example/connect/return/op-fi"] },
      },
      expiresAt: "2026-11-22T09:00:00Z",
    });
    expect(JSON.stringify(shown)).not.toContain(registrySecrets.signature);
  });

  it("a JWT inside a JWT, as a registration request carries its software statement", () => {
    const shown = shownArtefact({ registrationRequest: signedJwt({ software_statement: signedJwt({ software_id: "1" }) }) });
    expect(shown).toMatchObject({ registrationRequest: { claims: { software_statement: { header: { alg: "PS256" }, claims: { software_id: "1" } } } } });
    expect(JSON.stringify(shown)).not.toContain(registrySecrets.signature);
  });

  it.each([
    "client_secret",
    "clientSecret",
    "registration_access_token",
    "registrationAccessToken",
    "access_token",
    "refreshToken",
    "apiKey",
    "password",
    "d",
    "privateKey",
  ])("never a field called %s, however deep", (name) => {
    const text = JSON.stringify(shownArtefact({ client: { list: [{ [name]: "canary-1" }] }, inside: signedJwt({ [name]: { deeper: "canary-2" } }) }));
    expect(text).not.toMatch(/canary|Y2FuYXJ5/);
    expect(text).toContain("(not shown)");
  });

  it("never a private key under an innocent name, nor a token whose claims cannot be read", () => {
    const sealedToken = `${signedJwt({}).split(".")[0]}.bm90LWpzb24.c2lnbmF0dXJlLWNhbmFyeQ`;
    const text = JSON.stringify(shownArtefact({ note: "-----BEGIN PRIVATE KEY-----\nMIIcanary", other: sealedToken }));
    expect(text).not.toMatch(/canary|c2lnbmF0dXJl|bm90LWpzb24/);
  });

  it("everything else as it is", () => {
    const artefact = {
      certificates: [{ kid: "k", chainPem: ["-----BEGIN CERTIFICATE-----\nMIIB"], notAfter: "2027-01-01T00:00:00Z", inUse: true }],
      version: "1.2.3",
      host: "api.bank.example",
      nothing: null,
      count: 3,
    };
    expect(shownArtefact(artefact)).toEqual(artefact);
  });
});
