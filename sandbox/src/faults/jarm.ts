import { randomUUID } from "node:crypto";
import { z } from "zod";
import { brokenSignature, defineFault, type Fault, type IdToken } from "./fault.ts";

type Change = (token: IdToken, nowSeconds: number) => IdToken;

const changes: Readonly<Record<string, readonly [summary: string, change: Change]>> = {
  "alg-none": ["Is not signed.", (token) => ({ ...token, header: { ...token.header, alg: "none" }, signer: "none" })],
  "broken-signature": ["Has a signature that does not fit.", (token) => ({ ...token, finish: brokenSignature })],
  "unknown-kid": [
    "Names a key that is not published.",
    (token) => ({ ...token, header: { ...token.header, kid: `unknown-${randomUUID()}` }, signer: "unpublished" }),
  ],
  "wrong-iss": ["Names another issuer.", claim("iss", "https://authorize.evil.example")],
  "no-iss": ["Has no issuer.", claim("iss", undefined)],
  "wrong-aud": ["Is made for another client.", claim("aud", "somebody-else")],
  "no-aud": ["Has no audience.", claim("aud", undefined)],
  expired: ["Ended ten minutes ago.", (token, now) => ({ ...token, claims: { ...token.claims, exp: now - 600 } })],
  "no-exp": ["Has no end.", claim("exp", undefined)],
  "twice-code": ["Carries two codes, by the same claim.", (token) => ({ ...token, text: (json) => json.replace(/^\{/, '{"code":"another-code",') })],
};

/** Signed authorization answers (JARM) that a careful client refuses. What they say inside is changed by `response.` switches. */
export const jarmFaults: readonly Fault<unknown>[] = [
  ...Object.entries(changes).map(([name, [summary, change]]) =>
    defineFault({ name: `jarm.${name}`, summary, options: z.strictObject({}), jarm: (token, _options, { nowSeconds }) => change(token, nowSeconds) }),
  ),
  defineFault({
    name: "jarm.huge",
    summary: "Is as long as asked for. It travels in a header, which few clients read beyond 16 kB; browsers do.",
    options: z.strictObject({ length: z.int().min(1).max(200_000).default(20_480) }),
    jarm: (token, { length }) => ({ ...token, claims: { ...token.claims, padding: "x".repeat(length) } }),
  }),
  defineFault({
    name: "jarm.deep",
    summary: "Has so many arrays within each other.",
    options: z.strictObject({ arrays: z.int().min(1).max(100_000).default(2_000) }),
    jarm: (token, { arrays }) => ({ ...token, text: (json) => json.replace(/\}$/, `,"padding":${"[".repeat(arrays)}${"]".repeat(arrays)}}`) }),
  }),
  defineFault({
    name: "jarm.plain",
    summary: "Is not there: the parameters come plain in the query.",
    options: z.strictObject({}),
    jarm: () => "plain",
  }),
];

function claim(name: string, value: unknown): Change {
  return (token) => ({ ...token, claims: { ...token.claims, [name]: value } });
}
