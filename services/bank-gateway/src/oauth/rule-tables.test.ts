import { describe, expect, it } from "vitest";
import type { OAuthProfile } from "../adapters/bank-adapter.ts";
import { endpointsOf, serverMetadata } from "./discovery/metadata.ts";
import { discoveryRules, refusalOf } from "./discovery/rules/index.ts";
import { arrivalRules, contentRules } from "./return-rules/index.ts";
import type { ReturnRule, ReturnToJudge } from "./return-rules/rule.ts";
import { stateHash } from "./state-hash.ts";
import { tokenRules } from "./token-rules/index.ts";
import type { TokenRule, TokensToJudge } from "./token-rules/rule.ts";

const issuer = "https://as.bank.example/fapi";
const oauth = {
  issuer,
  endpoints: "discovered",
  clientAuthentication: "private_key_jwt",
  approach: "redirect",
  request: "pushed",
  responseType: "code",
  responseMode: "query",
  pkce: "S256",
  senderConstraint: "dpop",
  userinfo: "none",
  issInResponse: true,
  idTokenAlgorithms: ["PS256"],
  acrValues: [],
  intentClaim: "authorizationId",
  clientScope: "accounts",
  consentScope: ["openid", "accounts"],
} as unknown as OAuthProfile;

type Members = Readonly<Record<string, unknown>>;
const honest: Members = {
  issuer,
  jwks_uri: `${issuer}/jwks`,
  token_endpoint: `${issuer}/token`,
  authorization_endpoint: `${issuer}/authorize`,
  pushed_authorization_request_endpoint: `${issuer}/par`,
  backchannel_authentication_endpoint: `${issuer}/backchannel`,
  backchannel_token_delivery_modes_supported: ["ping", "poll"],
  response_types_supported: ["code"],
  response_modes_supported: ["query", "jwt"],
  code_challenge_methods_supported: ["plain", "S256"],
  token_endpoint_auth_methods_supported: ["private_key_jwt"],
  token_endpoint_auth_signing_alg_values_supported: ["PS256"],
  id_token_signing_alg_values_supported: ["PS256", "RS256"],
  request_object_signing_alg_values_supported: ["PS256"],
  authorization_signing_alg_values_supported: ["PS256"],
  dpop_signing_alg_values_supported: ["ES256"],
  authorization_response_iss_parameter_supported: true,
  tls_client_certificate_bound_access_tokens: true,
};
const profile = { origins: ["https://as.bank.example", "https://mtls.bank.example"], signingAlgorithms: ["PS256"] } as const;

/** A title with its rows first, what the server says otherwise, what the profile wants otherwise, and the rule that refuses. */
type DiscoveryCase = [title: string, said: Members, wanted: Partial<OAuthProfile>, reason: string | undefined];
const discoveryCases: readonly DiscoveryCase[] = [
  ["an honest server", {}, {}, undefined],
  ["OA-01 a slash more", { issuer: `${issuer}/` }, {}, "issuer"],
  ["OA-01 another case", { issuer: issuer.replace("bank", "Bank") }, {}, "issuer"],
  ["OA-01 a port more", { issuer: issuer.replace(".example", ".example:443") }, {}, "issuer"],
  ["OA-03 plain http", { token_endpoint: "http://as.bank.example/token" }, {}, "endpoint-address"],
  ["OA-03 a stranger", { jwks_uri: "https://evil.example/jwks" }, {}, "endpoint-address"],
  ["OA-03 a private address", { token_endpoint: "https://10.0.0.1/token" }, {}, "endpoint-address"],
  ["OA-03 a name in front", { token_endpoint: "https://as.bank.example@evil.example/token" }, {}, "endpoint-address"],
  ["OA-05 no PAR", { pushed_authorization_request_endpoint: undefined }, {}, "endpoint-missing"],
  ["OA-05 only plain challenges", { code_challenge_methods_supported: ["plain"] }, {}, "pkce"],
  ["OA-05 says nothing of challenges", { code_challenge_methods_supported: undefined }, {}, "pkce"],
  ["OA-05 OA-12 no iss", { authorization_response_iss_parameter_supported: false }, {}, "issuer-in-response"],
  ["OA-05 OA-28 no signed answers", { response_modes_supported: ["query"] }, { responseMode: "jwt" }, "response-form"],
  ["OA-05 another response type", { response_types_supported: ["token"] }, {}, "response-form"],
  ["OA-05 ID tokens by RS256 alone", { id_token_signing_alg_values_supported: ["RS256"] }, {}, "algorithms"],
  ["OA-05 signed answers by RS256 alone", { authorization_signing_alg_values_supported: ["RS256"] }, { responseMode: "jwt" }, "algorithms"],
  ["OA-05 another way to say who we are", { token_endpoint_auth_methods_supported: ["client_secret_basic"] }, {}, "client-authentication"],
  ["OA-05 assertions by HS256", { token_endpoint_auth_signing_alg_values_supported: ["HS256"] }, {}, "client-authentication"],
  ["OA-05 OA-58 no proofs of ours", { dpop_signing_alg_values_supported: ["RS256"] }, {}, "sender-constraint"],
  ["OA-58 OA-05 no binding to certificates", { tls_client_certificate_bound_access_tokens: false }, { senderConstraint: "certificate" }, "sender-constraint"],
  ["OA-06 an alias at a stranger", { mtls_endpoint_aliases: { token_endpoint: "https://evil.example/token" } }, {}, "certificate-address"],
  ["OA-06 an alias of the bank's", { mtls_endpoint_aliases: { token_endpoint: "https://mtls.bank.example/token" } }, {}, undefined],
  ["OA-74 OA-05 only push", { backchannel_token_delivery_modes_supported: ["push"] }, { approach: "decoupled" }, "delivery-mode"],
  ["OA-74 no backchannel", { backchannel_authentication_endpoint: undefined }, { approach: "decoupled" }, "endpoint-missing"],
];

describe("what a server says of itself", () => {
  const read = (said: Members) => serverMetadata.parse(Object.fromEntries(Object.entries({ ...honest, ...said }).filter(([, value]) => value !== undefined)));
  it.each(discoveryCases)("%s", (_title, said, wanted, reason) => {
    expect(refusalOf({ metadata: read(said), oauth: { ...oauth, ...wanted }, profile })?.reason).toBe(reason);
  });
  it("has a refused case for every rule, and one named after every row that a rule claims", () => {
    expect(new Set(discoveryCases.flatMap(([, , , reason]) => reason ?? []))).toEqual(new Set(discoveryRules.map(({ reason }) => reason)));
    expectRows(discoveryRules, discoveryCases);
  });
  it("OA-06 calls the addresses for callers with a certificate, where there are some", () => {
    const { tokenUrl, pushedRequestUrl } = endpointsOf(read({ mtls_endpoint_aliases: { token_endpoint: "https://mtls.bank.example/token" } }));
    expect([tokenUrl.href, pushedRequestUrl?.href]).toEqual(["https://mtls.bank.example/token", `${issuer}/par`]);
  });
});

const consent = { redirectUri: "https://ledger.example/return", stateHash: stateHash("state"), nonceHash: stateHash("nonce") };
const brought = { redirectUri: consent.redirectUri, state: "state", nonce: "nonce", code: "code", idToken: null, issuer };
type ReturnCase = [title: string, brought: Partial<ReturnToJudge["returned"]>, wanted: Partial<OAuthProfile>, reason: string | undefined];
const returnCases: readonly ReturnCase[] = [
  ["an honest return", {}, {}, undefined],
  ["OA-16 another address", { redirectUri: "https://ledger.example/return/other" }, {}, "redirect-uri"],
  ["OA-28 plain instead of signed", {}, { responseMode: "jwt" }, "response-mode"],
  ["OA-28 signed instead of plain", { response: "a.b.c" }, {}, "response-mode"],
  ["OA-28 a code beside the signed answer", { response: "a.b.c", idToken: null, issuer: null }, { responseMode: "jwt" }, "response-mode"],
  ["OA-07 no state", { state: "" }, {}, "state"],
  ["OA-08 another state", { state: "other" }, {}, "state"],
  ["OA-35 another nonce", { nonce: "other" }, {}, "nonce"],
  ["OA-12 no iss", { issuer: null }, {}, "issuer"],
  ["OA-12 no iss where none is promised", { issuer: null }, { issInResponse: false }, undefined],
  ["OA-13 another iss", { issuer: `${issuer}/` }, {}, "issuer"],
  ["OA-14 another bank's iss", { issuer: "https://as.other.example" }, { issInResponse: false }, "issuer"],
  ["OA-20 no code", { code: null }, {}, "code"],
  ["OA-20 a code with a line break", { code: "a\nb" }, {}, "code"],
  ["OA-20 a code without end", { code: "a".repeat(4_097) }, {}, "code"],
  ["OA-36 OA-37 no ID token in front", {}, { responseType: "code id_token" }, "id-token-missing"],
  ["OA-37 OA-36 an ID token in front", { idToken: "a.b.c" }, { responseType: "code id_token" }, undefined],
];

describe("what comes back", () => {
  const rules: Readonly<Record<string, ReturnRule>> = { ...arrivalRules, ...contentRules };
  it.each(returnCases)("%s", (_title, change, wanted, reason) => {
    const judged = { oauth: { ...oauth, ...wanted }, consent, returned: { ...brought, ...change } };
    expect(Object.keys(rules).find((name) => rules[name]?.refuses(judged) === true)).toBe(reason);
  });
  it("has a refused case for every rule, and one named after every row that a rule claims", () => {
    expect(new Set(returnCases.flatMap(([, , , reason]) => reason ?? []))).toEqual(new Set(Object.keys(rules)));
    expectRows(Object.values(rules), returnCases);
  });
});

const granted = { ok: true, accessToken: "opaque", tokenType: "dpop", refreshToken: undefined, idToken: "a.b.c", scope: undefined } as const;
const tokens = {
  oauth: { senderConstraint: "dpop" },
  granted: { ...granted, expiresInSeconds: undefined, refreshExpiresInSeconds: undefined },
  askedScope: ["openid", "accounts"],
  idTokenRequired: true,
  claims: { cnf: { jkt: "ours" } },
  certificateThumbprint: "our certificate",
  proofThumbprint: "ours",
} satisfies TokensToJudge;
const bearer = { ...tokens.granted, tokenType: "bearer" } as const;
type TokenCase = [title: string, change: Partial<TokensToJudge>, reason: string | undefined];
const tokenCases: readonly TokenCase[] = [
  ["honest tokens", {}, undefined],
  ["OA-56 tokens and an error", { granted: { ...tokens.granted, besideError: true } }, "error-beside-tokens"],
  ["OA-53 OA-58 a bearer token where a bound one is due", { granted: bearer }, "token-type"],
  ["OA-58 OA-53 a bound token where none is due", { oauth: { senderConstraint: "none" } }, "token-type"],
  ["OA-53 OA-58 a type nobody knows", { oauth: { senderConstraint: "none" }, granted: { ...bearer, tokenType: "unknown" } }, "token-type"],
  ["OA-53 OA-58 a type nobody knows where a bound one is due", { granted: { ...bearer, tokenType: "unknown" } }, "token-type"],
  ["OA-58 bound to another key", { claims: { cnf: { jkt: "theirs" } } }, "token-binding"],
  ["OA-58 bound to nothing", { claims: {} }, "token-binding"],
  ["OA-58 bound to a certificate where a key is due", { claims: { cnf: { "x5t#S256": "our certificate" } } }, "token-binding"],
  ["OA-58 our certificate", { oauth: { senderConstraint: "certificate" }, granted: bearer, claims: { cnf: { "x5t#S256": "our certificate" } } }, undefined],
  ["OA-58 another certificate", { oauth: { senderConstraint: "certificate" }, granted: bearer, claims: { cnf: { "x5t#S256": "theirs" } } }, "token-binding"],
  ["OA-58 nothing to read", { claims: undefined }, undefined],
  ["OA-54 a wider scope", { granted: { ...tokens.granted, scope: "openid accounts payments" } }, "scope"],
  ["OA-54 a narrower scope", { granted: { ...tokens.granted, scope: "accounts" } }, undefined],
  ["OA-29 no ID token", { granted: { ...tokens.granted, idToken: undefined } }, "id-token-missing"],
];

describe("what the token endpoint gives out", () => {
  const rules: Readonly<Record<string, TokenRule>> = tokenRules;
  it.each(tokenCases)("%s", (_title, change, reason) => {
    expect(Object.keys(rules).find((name) => rules[name]?.refuses({ ...tokens, ...change }) === true)).toBe(reason);
  });
  it("has a refused case for every rule, and one named after every row that a rule claims", () => {
    expect(new Set(tokenCases.flatMap(([, , reason]) => reason ?? []))).toEqual(new Set(Object.keys(rules)));
    expectRows(Object.values(rules), tokenCases);
  });
});

function expectRows(rules: readonly { readonly rows: readonly string[] }[], cases: readonly (readonly [title: string, ...rest: unknown[]])[]): void {
  for (const row of rules.flatMap(({ rows }) => rows))
    expect(
      cases.some(([title]) => title.split(" ").includes(row)),
      row,
    ).toBe(true);
}
