import { generateKeyPairSync } from "node:crypto";
import { verifyCompactJws } from "@opl/fapi";
import type { Jwk } from "@opl/fapi";
import { describe, expect, it } from "vitest";
import type { OAuthProfile } from "../adapters/bank-adapter.ts";
import type { Egress } from "../egress/egress.ts";
import { readTokenAnswer } from "../standards/token-answer.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";
import type { ClientProof } from "./client.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), kid: "seal" } as unknown as Jwk;
const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "seal" } as unknown as Jwk] };
// Another bank's token endpoint behind our issuer: whatever is sent there must be of no use anywhere else.
const oauth = {
  issuer: "https://as.bank.example",
  endpoints: { tokenUrl: new URL("https://mtls.bank.example/token") },
  senderConstraint: "none",
  readTokenAnswer,
} as OAuthProfile;

/** What a token endpoint was asked, call by call. */
function asked(proof: ClientProof, apiKey = "") {
  const forms: URLSearchParams[] = [];
  const headers: Record<string, string | undefined>[] = [];
  const egress: Egress = async (request) => {
    forms.push(new URLSearchParams(request.body));
    headers.push(request.headers);
    const body = Buffer.from(JSON.stringify({ access_token: "token", token_type: "bearer", expires_in: 300 }));
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body,
      receivedAt: Temporal.Instant.fromEpochMilliseconds(0),
      interactionId: "i",
      certificateThumbprint: undefined,
    };
  };
  return { forms, headers, tokens: createTokenEndpoint({ oauth, clientId: "client", proof, apiKey, egress }) };
}

describe("who asks at the token endpoint", () => {
  it("TM-05 OA-66 OA-67 an assertion names our issuer on file, lives a minute at most and is made for one request", async () => {
    const { forms, tokens } = asked({ method: "private_key_jwt", signingKey: () => ({ key, alg: "PS256", kid: "seal" }) });
    await tokens.clientCredentials("accounts");
    await tokens.refresh("refresh");
    await tokens.exchangeCode({ code: "code", redirectUri: "https://ledger.example/return" });
    const assertions = await Promise.all(forms.map((form) => verifyCompactJws(form.get("client_assertion") ?? "", { jwks, algorithms: ["PS256"] })));
    expect(new Set(assertions.map(({ payload }) => payload["jti"])).size).toBe(3);
    for (const { header, payload } of assertions) {
      expect(header).toMatchObject({ alg: "PS256", kid: "seal" });
      expect(payload).toMatchObject({ aud: oauth.issuer, iss: "client", sub: "client" });
      expect(Number(payload["exp"]) - Number(payload["iat"])).toBeLessThanOrEqual(60);
    }
    expect(forms.every((form) => form.get("client_assertion_type") === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")).toBe(true);
    expect(forms.some((form) => form.has("client_secret"))).toBe(false);
  });

  it("the certificate of the connection says it alone, or a secret does", async () => {
    const byCertificate = asked({ method: "tls_client_auth" });
    await byCertificate.tokens.clientCredentials("accounts");
    expect(Object.fromEntries(byCertificate.forms[0] ?? [])).toEqual({ grant_type: "client_credentials", scope: "accounts", client_id: "client" });
    expect(byCertificate.headers[0]).not.toHaveProperty("x-api-key");
    const bySecret = asked({ method: "client_secret_post", clientSecret: "secret" }, "portal");
    await bySecret.tokens.clientCredentials("accounts");
    expect(Object.fromEntries(bySecret.forms[0] ?? [])).toMatchObject({ client_id: "client", client_secret: "secret" });
    expect(bySecret.headers[0]).toMatchObject({ "x-api-key": "portal" });
  });
});
