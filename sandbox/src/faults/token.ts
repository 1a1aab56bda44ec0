import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

/** Token endpoints of all banks. */
const isTokenEndpoint = (endpoint: string): boolean => /^(T1|U5|\w+-F5(-mtls)?)$/.test(endpoint);

/** Answers of the token endpoints. They bite only there. */
export const tokenFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "token.set",
    summary: "Sets one member of the answer, such as token_type, expires_in or scope.",
    options: z.strictObject({ name: z.string(), value: z.json() }),
    json: (body, { name, value }, call) => (isTokenEndpoint(call.endpoint) ? { ...(body as object), [name]: value } : body),
  }),
  defineFault({
    name: "token.drop",
    summary: "Leaves one member out of the answer.",
    options: z.strictObject({ name: z.string() }),
    json: (body, { name }, call) => (isTokenEndpoint(call.endpoint) ? { ...(body as object), [name]: undefined } : body),
  }),
  defineFault({
    name: "token.error-in-success",
    summary: "Answers 200 with an error inside.",
    options: z.strictObject({ error: z.string().default("invalid_grant") }),
    json: (body, { error }, call) => (isTokenEndpoint(call.endpoint) ? { error, error_description: "The grant is not valid" } : body),
  }),
  defineFault({
    name: "token.other-certificate",
    summary: "Binds the access token to a certificate that is not the caller's.",
    options: z.strictObject({}),
    accessToken: (token) => ({ ...token, claims: { ...token.claims, cnf: { "x5t#S256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } } }),
  }),
  defineFault({
    name: "token.other-key",
    summary: "Binds the access token to a DPoP key that is not the caller's.",
    options: z.strictObject({}),
    accessToken: (token) => ({ ...token, claims: { ...token.claims, cnf: { jkt: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } } }),
  }),
  defineFault({
    name: "token.unbound",
    summary: "Binds the access token to nothing.",
    options: z.strictObject({}),
    accessToken: (token) => ({ ...token, claims: { ...token.claims, cnf: undefined } }),
  }),
  defineFault({
    name: "token.no-pkce",
    summary: "Takes a code without its code_verifier, or with a wrong one; at a pushed request (F8), one without its code_challenge. The FAPI issuers can.",
    options: z.strictObject({}),
    waives: () => "pkce",
  }),
  defineFault({
    name: "token.no-answer",
    summary: "Gives the tokens out and takes what they were given for, then answers nothing: the connection breaks, or stays silent. OP's T1 can.",
    options: z.strictObject({ how: z.enum(["reset", "hang"]).default("reset") }),
    outcome: ({ how }, call) => (isTokenEndpoint(call.endpoint) ? { kind: how } : undefined),
  }),
  defineFault({
    name: "token.refused",
    summary: "Refuses, in the form of the gateway or of OAuth 2.0.",
    options: z.strictObject({
      form: z.enum(["gateway", "oauth"]).default("oauth"),
      error: z.string().default("invalid_grant"),
      status: z.int().min(400).max(599).default(400),
    }),
    intercept({ form, error, status }, call) {
      if (!isTokenEndpoint(call.endpoint)) return undefined;
      const body = form === "gateway" ? { ErrorCode: error, Error: "The grant is not valid" } : { error, error_description: "The grant is not valid" };
      return { kind: "answer", status, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    },
  }),
];
