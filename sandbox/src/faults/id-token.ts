import { randomUUID } from "node:crypto";
import { z } from "zod";
import { brokenSignature, defineFault, type Fault, type IdToken, type IdTokenMoment } from "./fault.ts";

/** In the browser, beside the tokens of a code, beside refreshed ones; `both` is each of them. */
const channels = ["front", "token", "refresh", "both"] as const;
const options = z.strictObject({ channel: z.enum(channels).default("both") });
const weekSeconds = 7 * 24 * 3600;

type Change = (token: IdToken, moment: IdTokenMoment) => IdToken;

/** ID tokens a careful client refuses, and a few that it must accept. */
const changes: Readonly<Record<string, readonly [summary: string, change: Change]>> = {
  "wrong-iss": ["Names another issuer.", set("iss", "https://authorize.evil.example")],
  "no-iss": ["Has no issuer.", drop("iss")],
  "wrong-aud": ["Is made for another client.", set("aud", "somebody-else")],
  "no-aud": ["Has no audience.", drop("aud")],
  "second-aud": ["Is made for this client and a stranger.", claims((_now, { clientId }) => ({ aud: [clientId, "somebody-else"] }))],
  "second-aud-azp": [
    "Is made for this client and a stranger, and says by azp that it was issued to this client; this is allowed.",
    claims((_now, { clientId }) => ({ aud: [clientId, "somebody-else"], azp: clientId })),
  ],
  "second-aud-other-azp": [
    "Is made for this client and a stranger, and issued to the stranger.",
    claims((_now, { clientId }) => ({ aud: [clientId, "somebody-else"], azp: "somebody-else" })),
  ],
  "other-azp": ["Is made for this client and issued to a stranger.", set("azp", "somebody-else")],
  "aud-as-list": ["Names its audience as a list of one; this is allowed.", claims((_now, { clientId }) => ({ aud: [clientId] }))],
  expired: ["Ended ten minutes ago.", claims((now) => ({ iat: now - 1200, exp: now - 600 }))],
  "no-exp": ["Has no end.", drop("exp")],
  "old-iat": ["Was issued a week ago.", claims((now) => ({ iat: now - weekSeconds }))],
  "no-iat": ["Has no time of issue.", drop("iat")],
  "future-iat": ["Is issued an hour from now.", claims((now) => ({ iat: now + 3600, exp: now + 7200 }))],
  "wrong-nonce": ["Carries another nonce.", set("nonce", "not-the-nonce")],
  "no-nonce": ["Carries no nonce.", drop("nonce")],
  "wrong-s-hash": ["Covers another state.", set("s_hash", "AAAAAAAAAAAAAAAAAAAAAA")],
  "no-s-hash": ["Does not cover the state.", drop("s_hash")],
  "wrong-c-hash": ["Covers another code.", set("c_hash", "AAAAAAAAAAAAAAAAAAAAAA")],
  "no-c-hash": ["Does not cover the code.", drop("c_hash")],
  "wrong-at-hash": ["Covers another access token.", set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")],
  "no-at-hash": ["Does not cover the access token.", drop("at_hash")],
  "wrong-rt-hash": ["Covers another refresh token.", set("rt_hash", "AAAAAAAAAAAAAAAAAAAAAA")],
  "no-rt-hash": ["Does not cover the refresh token.", drop("rt_hash")],
  "wrong-authorization": ["Names another authorization.", set("authorizationId", "00000000-0000-4000-8000-000000000000")],
  "no-authorization": ["Names no authorization.", drop("authorizationId")],
  "wrong-acr": ["Claims a level nobody asked for.", set("acr", "urn:example:password-only")],
  "no-acr": ["Claims no level.", drop("acr")],
  "no-sub": ["Names no person.", drop("sub")],
  "other-sub": ["Names another person.", set("sub", "somebody-else")],
  "nonce-again": [
    "Repeats the nonce in the token endpoint too, as OpenID Connect has it; this is allowed.",
    (token, { nonce }) => ({ ...token, claims: { ...token.claims, nonce } }),
  ],
  "alg-none": ["Is not signed.", (token) => ({ ...token, header: { ...token.header, alg: "none" }, signer: "none" })],
  "alg-None": ["Is not signed and says so with a capital.", (token) => ({ ...token, header: { ...token.header, alg: "None" }, signer: "none" })],
  "alg-nOnE": ["Is not signed and says so in odd letters.", (token) => ({ ...token, header: { ...token.header, alg: "nOnE" }, signer: "none" })],
  "other-alg": [
    "Is signed by another published key with another algorithm.",
    (token) => ({ ...token, header: { ...token.header, alg: "ES256" }, signer: "other-published" }),
  ],
  es256: [
    "Is signed with ES256 by the key that is published for it; this is allowed.",
    (token) => ({ ...token, header: { ...token.header, alg: "ES256" }, signer: "other-published-by-name" }),
  ],
  rs256: [
    "Is signed by the published key with RS256, where another algorithm was registered.",
    (token) => ({ ...token, header: { ...token.header, alg: "RS256" }, signer: "published-for-another-alg" }),
  ],
  rs512: [
    "Is signed by the published key with RS512, which no bank here registers.",
    (token) => ({ ...token, header: { ...token.header, alg: "RS512" }, signer: "published-for-another-alg" }),
  ],
  "rsa1-5": ["Is encrypted by RSA1_5 to the third party's own key. The FAPI issuers can.", (token) => ({ ...token, encryptedByRsa15: true })],
  hs256: [
    "Is signed with our public key as a shared secret.",
    (token) => ({ ...token, header: { ...token.header, alg: "HS256" }, signer: "public-key-as-secret" }),
  ],
  "hs256-client-id": [
    "Is signed with the client's id as a shared secret.",
    (token, { clientId }) => ({ ...token, header: { ...token.header, alg: "HS256" }, signer: { secret: clientId } }),
  ],
  "broken-signature": ["Has a signature that does not fit.", (token) => ({ ...token, finish: brokenSignature })],
  "unknown-kid": [
    "Names a key that is not published.",
    (token) => ({ ...token, header: { ...token.header, kid: `unknown-${randomUUID()}` }, signer: "unpublished" }),
  ],
  "no-kid": ["Names no key.", (token) => ({ ...token, header: { ...token.header, kid: undefined } })],
  "unknown-crit": [
    "Demands an extension nobody knows.",
    (token) => ({ ...token, header: { ...token.header, crit: ["urn:example:unknown"], "urn:example:unknown": true } }),
  ],
  "twice-sub": ["Names two persons, by the same claim.", (token) => ({ ...token, text: (json) => json.replace(/^\{/, '{"sub":"somebody-else",') })],
  "logout-token": [
    "Is a logout token.",
    (token) => ({
      ...token,
      header: { ...token.header, typ: "logout+jwt" },
      claims: { ...token.claims, events: { "http://schemas.openid.net/event/backchannel-logout": {} } },
    }),
  ],
  "access-token": ["Is an access token in the form of a JWT.", (token) => ({ ...token, header: { ...token.header, typ: "at+jwt" } })],
};

export const idTokenFaults: readonly Fault<unknown>[] = [
  ...Object.entries(changes).map(([name, [summary, change]]) =>
    defineFault({
      name: `id-token.${name}`,
      summary,
      options,
      idToken: (token, { channel }, moment) => (channel === "both" || channel === moment.channel ? change(token, moment) : token),
    }),
  ),
  defineFault({
    name: "id-token.huge",
    summary: "Is as long as asked for. Through a browser it travels in a header, which few clients read beyond 16 kB.",
    options: z.strictObject({ length: z.int().min(1).max(8_000_000).default(1_048_576), channel: z.enum(channels).default("token") }),
    idToken: (token, { length, channel }, moment) =>
      channel === "both" || channel === moment.channel ? { ...token, claims: { ...token.claims, padding: "x".repeat(length) } } : token,
  }),
  defineFault({
    name: "id-token.deep",
    summary: "Has so many arrays within each other. More than the default are too long for a browser's way back.",
    options: z.strictObject({ arrays: z.int().min(1).max(1_000_000).default(2_000), channel: z.enum(channels).default("both") }),
    idToken: (token, { arrays, channel }, moment) =>
      channel === "both" || channel === moment.channel
        ? { ...token, text: (json) => json.replace(/\}$/, `,"padding":${"[".repeat(arrays)}${"]".repeat(arrays)}}`) }
        : token,
  }),
  defineFault({
    name: "id-token.own-key-in-header",
    summary: "Is signed by a key of nobody's that its header brings along (jwk, x5c) and says to be found at `at` (jku, x5u); kid is a published one.",
    options: z.strictObject({ at: z.url().default("https://evil.example"), channel: z.enum(channels).default("both") }),
    idToken: (token, { at, channel }, moment) =>
      channel === "both" || channel === moment.channel
        ? { ...token, header: { ...token.header, jku: `${at}/jwks.json`, x5u: `${at}/chain.pem` }, signer: "in-header" }
        : token,
  }),
  defineFault({
    name: "id-token.claims",
    summary: "Sets any claims.",
    options: z.strictObject({ set: z.record(z.string(), z.json()), channel: z.enum(channels).default("both") }),
    idToken: (token, { set: values, channel }, moment) =>
      channel === "both" || channel === moment.channel ? { ...token, claims: { ...token.claims, ...values } } : token,
  }),
];

function set(name: string, value: unknown): Change {
  return (token) => ({ ...token, claims: { ...token.claims, [name]: value } });
}

function drop(name: string): Change {
  return (token) => ({ ...token, claims: { ...token.claims, [name]: undefined } });
}

function claims(make: (nowSeconds: number, moment: { readonly clientId: string }) => Record<string, unknown>): Change {
  return (token, moment) => ({ ...token, claims: { ...token.claims, ...make(moment.nowSeconds, moment) } });
}
