import { describe, expect, it } from "vitest";
import { registrationRequestClaims, requestObjectClaims, softwareStatementClaims } from "./index.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00.750Z");
const iat = 1_795_341_600;

describe("softwareStatementClaims", () => {
  const input = {
    tppId: "OP-SANDBOX-TPP-0a1b2c3d-4e5f",
    organizationIdentifier: "PSDOP-SANDBOX-TPP-0a1b2c3d-4e5f",
    organizationName: "Example Ledger Oy",
    contacts: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
    softwareClientId: "0b0ee1a4-1111-4222-8333-444455556666",
    softwareClientName: "One Point Ledger",
    softwareClientUri: "https://ledger.example",
    softwareRoles: ["AIS", "PIS"],
    softwareRedirectUris: ["https://ledger.example/callback"],
    jwksEndpoint: "https://keys.example/jwks.json",
  };

  it("carries the claims OP knows, with the identifier without its prefix", () => {
    expect(softwareStatementClaims(input, { now, jti: "id-1", lifetimeSeconds: 20_000 })).toEqual({
      iss: "OP-SANDBOX-TPP-0a1b2c3d-4e5f",
      iat: iat - 100,
      exp: iat - 100 + 20_000,
      jti: "id-1",
      software_client_id: "0b0ee1a4-1111-4222-8333-444455556666",
      software_roles: ["AIS", "PIS"],
      software_jwks_endpoint: "https://keys.example/jwks.json",
      software_client_name: "One Point Ledger",
      software_client_uri: "https://ledger.example",
      software_redirect_uris: ["https://ledger.example/callback"],
      org_name: "Example Ledger Oy",
      org_id: "OP-SANDBOX-TPP-0a1b2c3d-4e5f",
      org_contacts: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
    });
  });

  it("names the revoked keys endpoint only when there is one", () => {
    const issuance = { now, jti: "id-1", lifetimeSeconds: 60 };
    expect(softwareStatementClaims(input, issuance)).not.toHaveProperty("software_jwks_revoked_endpoint");
    expect(softwareStatementClaims({ ...input, jwksRevokedEndpoint: "https://x.example" }, issuance)).toHaveProperty(
      "software_jwks_revoked_endpoint",
      "https://x.example",
    );
  });
});

describe("registrationRequestClaims", () => {
  it("has these claims and no others", () => {
    const claims = registrationRequestClaims(
      {
        audience: "https://op.fi/",
        redirectUris: ["https://ledger.example/callback"],
        grantTypes: ["client_credentials", "authorization_code", "refresh_token"],
        softwareStatement: "a.b.c",
      },
      { now, jti: "id-2", lifetimeSeconds: 3600 },
    );
    expect(claims).toEqual({
      iat: iat - 100,
      exp: iat + 3500,
      aud: "https://op.fi/",
      jti: "id-2",
      redirect_uris: ["https://ledger.example/callback"],
      grant_types: ["client_credentials", "authorization_code", "refresh_token"],
      software_statement: "a.b.c",
    });
  });
});

describe("requestObjectClaims", () => {
  it("asks for the intent twice and for strong authentication", () => {
    const claims = requestObjectClaims({
      clientId: "client",
      audience: "https://mtls.apis.op.fi",
      responseType: "code id_token",
      redirectUri: "https://ledger.example/callback",
      scope: "openid accounts",
      state: "s",
      nonce: "n",
      intent: { claim: "authorizationId", value: "a-1" },
      acrValues: ["urn:openbanking:psd2:sca"],
      maxAgeSeconds: 86_400,
      now,
      lifetimeSeconds: 900,
    });
    expect(claims).toEqual({
      iss: "client",
      client_id: "client",
      aud: "https://mtls.apis.op.fi",
      response_type: "code id_token",
      redirect_uri: "https://ledger.example/callback",
      scope: "openid accounts",
      state: "s",
      nonce: "n",
      max_age: 86_400,
      iat,
      exp: iat + 900,
      claims: {
        userinfo: { authorizationId: { value: "a-1", essential: true } },
        id_token: {
          authorizationId: { value: "a-1", essential: true },
          acr: { essential: true, values: ["urn:openbanking:psd2:sca"] },
        },
      },
    });
  });
});
