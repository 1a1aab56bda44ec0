import { describe, expect, it } from "vitest";
import { AuthorisationResponse } from "../authorisation-response.ts";
import { outcomeOfBankError } from "../bank-error.ts";
import type { AuthorizationServer, ReceivedAuthorisation } from "../authorisation.ts";
import { checkReturn, returnRules } from "./index.ts";

const createdAt = Temporal.Instant.from("2026-11-22T10:00:00Z");
const issuer = "https://authorize.bank.example";
const hybrid: AuthorizationServer = { issuer, issInResponse: false, responseType: "code id_token", responseMode: "fragment" };
const codeFlow: AuthorizationServer = { issuer, issInResponse: true, responseType: "code", responseMode: "query" };
const signed: AuthorizationServer = { ...codeFlow, responseMode: "jwt" };
const idToken = "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";

type Pair = readonly [name: string, value: string];
interface Case {
  readonly name: string;
  readonly parameters: readonly Pair[];
  readonly server?: AuthorizationServer | null;
  readonly redirectContext?: string;
  readonly afterMinutes?: number;
  /** `code`, `error` or the reason of the refusal. */
  readonly result: string;
}

const state: Pair = ["state", "x".repeat(43)];
const code: Pair = ["code", "SplxlOBeZQQYbYS6WxSbIA"];
const good = [state, code, ["id_token", idToken]] as const satisfies readonly Pair[];
const goodCodeFlow = [state, code, ["iss", issuer]] as const satisfies readonly Pair[];

const cases: readonly Case[] = [
  { name: "a hybrid return", parameters: good, result: "code" },
  { name: "a code return with iss", server: codeFlow, parameters: goodCodeFlow, result: "code" },
  { name: "a return where the gateway checks everything", server: null, parameters: [state, code], result: "code" },
  { name: "unknown further parameters", parameters: [...good, ["session_state", "a"]], result: "code" },
  {
    name: "OA-17 the person's no, with script in the text",
    parameters: [state, ["error", "access_denied"], ["error_description", "<script>alert(1)</script>"]],
    result: "error",
  },
  { name: "OA-11 the last second", parameters: good, afterMinutes: 9.99, result: "code" },
  { name: "OA-11 ten minutes later", parameters: good, afterMinutes: 10, result: "ERR_AUTHORISATION_TIMED_OUT" },
  { name: "OA-11 a late error", parameters: [state, ["error", "access_denied"]], afterMinutes: 11, result: "ERR_AUTHORISATION_TIMED_OUT" },
  { name: "OA-12 iss left out although always sent", server: codeFlow, parameters: [state, code], result: "ERR_AUTHORISATION_ISSUER" },
  {
    name: "OA-12 an error without iss although always sent",
    server: codeFlow,
    parameters: [state, ["error", "access_denied"]],
    result: "ERR_AUTHORISATION_ISSUER",
  },
  { name: "OA-13 wrong iss", server: codeFlow, parameters: [state, code, ["iss", "https://authorize.other.example"]], result: "ERR_AUTHORISATION_ISSUER" },
  { name: "OA-13 iss with a trailing slash", server: codeFlow, parameters: [state, code, ["iss", `${issuer}/`]], result: "ERR_AUTHORISATION_ISSUER" },
  { name: "OA-13 wrong iss where none is needed", parameters: [...good, ["iss", "https://authorize.other.example"]], result: "ERR_AUTHORISATION_ISSUER" },
  { name: "OA-13 right iss where none is needed", parameters: [...good, ["iss", issuer]], result: "code" },
  {
    name: "OA-13 an endless iss where the gateway knows the name",
    server: null,
    parameters: [state, code, ["iss", `https://${"a".repeat(500)}`]],
    result: "ERR_AUTHORISATION_ISSUER",
  },
  { name: "OA-13 an iss where the gateway knows the name", server: null, parameters: [state, code, ["iss", issuer]], result: "code" },
  {
    name: "OA-14 a mix-up: another bank's iss and code",
    server: codeFlow,
    parameters: [state, ["code", "code-of-a"], ["iss", "https://bank-a.example"]],
    result: "ERR_AUTHORISATION_ISSUER",
  },
  { name: "OA-15 code twice", parameters: [...good, code], result: "ERR_AUTHORISATION_PARAMETER_REPEATED" },
  { name: "OA-15 state twice", parameters: [...good, state], result: "ERR_AUTHORISATION_PARAMETER_REPEATED" },
  { name: "OA-15 state twice, different", parameters: [...good, ["state", "y".repeat(43)]], result: "ERR_AUTHORISATION_PARAMETER_REPEATED" },
  { name: "OA-15 iss twice", server: codeFlow, parameters: [...goodCodeFlow, ["iss", issuer]], result: "ERR_AUTHORISATION_PARAMETER_REPEATED" },
  { name: "OA-15 an unknown parameter twice", parameters: [...good, ["a", "1"], ["a", "2"]], result: "ERR_AUTHORISATION_PARAMETER_REPEATED" },
  { name: "OA-16 at another bank's redirect URI", parameters: good, redirectContext: "other-bank", result: "ERR_AUTHORISATION_REDIRECT_CONTEXT" },
  {
    name: "OA-16 an error at another bank's redirect URI",
    parameters: [state, ["error", "access_denied"]],
    redirectContext: "other-bank",
    result: "ERR_AUTHORISATION_REDIRECT_CONTEXT",
  },
  { name: "OA-19 code and error", parameters: [...good, ["error", "server_error"]], result: "ERR_AUTHORISATION_CODE_AND_ERROR" },
  { name: "OA-19 empty code and error", parameters: [state, ["code", ""], ["error", "access_denied"]], result: "ERR_AUTHORISATION_CODE_AND_ERROR" },
  { name: "OA-20 no code and no error", parameters: [state], result: "ERR_AUTHORISATION_CODE_MISSING" },
  { name: "OA-20 empty code", parameters: [state, ["code", ""], ["id_token", idToken]], result: "ERR_AUTHORISATION_CODE_MALFORMED" },
  { name: "OA-20 a code of 20 kB", parameters: [state, ["code", "a".repeat(20_000)], ["id_token", idToken]], result: "ERR_AUTHORISATION_CODE_MALFORMED" },
  {
    name: "OA-20 a code one character too long",
    parameters: [state, ["code", "a".repeat(4097)], ["id_token", idToken]],
    result: "ERR_AUTHORISATION_CODE_MALFORMED",
  },
  { name: "OA-20 a code as long as it may be", parameters: [state, ["code", "a".repeat(4096)], ["id_token", idToken]], result: "code" },
  ...["\n", "\r\n", "\0", "\u007f", "ä", "\u202e"].map((character) => ({
    name: `OA-20 a code with ${JSON.stringify(character)}`,
    parameters: [state, ["code", `abc${character}`], ["id_token", idToken]] as const,
    result: "ERR_AUTHORISATION_CODE_MALFORMED",
  })),
  { name: "OA-21 an access token", parameters: [...good, ["access_token", "t"]], result: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE" },
  { name: "OA-21 a refresh token", parameters: [...good, ["refresh_token", "t"]], result: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE" },
  {
    name: "OA-21 an ID token where only a code was asked for",
    server: codeFlow,
    parameters: [...goodCodeFlow, ["id_token", idToken]],
    result: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE",
  },
  { name: "a signed return", server: signed, parameters: [["response", idToken]], result: "code" },
  { name: "OA-28 a plain return where a signed one was asked for", server: signed, parameters: goodCodeFlow, result: "ERR_AUTHORISATION_RESPONSE_MODE" },
  {
    name: "OA-28 a plain error where a signed one was asked for",
    server: signed,
    parameters: [state, ["error", "access_denied"], ["iss", issuer]],
    result: "ERR_AUTHORISATION_RESPONSE_MODE",
  },
  { name: "OA-28 a plain code beside the signed one", server: signed, parameters: [["response", idToken], code], result: "ERR_AUTHORISATION_RESPONSE_MODE" },
  { name: "OA-28 a signed return where none was asked for", parameters: [...good, ["response", idToken]], result: "ERR_AUTHORISATION_RESPONSE_MODE" },
  {
    name: "OA-52 a signed return of 17 kB",
    server: signed,
    parameters: [["response", `a.${"b".repeat(17_000)}.c`]],
    result: "ERR_AUTHORISATION_RESPONSE_MODE",
  },
  {
    name: "OA-23 a return with nothing where its signature should be",
    server: signed,
    parameters: [["response", "e30.e30."]],
    result: "ERR_AUTHORISATION_RESPONSE_MODE",
  },
  { name: "a hybrid return without its ID token", parameters: [state, code], result: "ERR_AUTHORISATION_ID_TOKEN_MALFORMED" },
  { name: "OA-39 an ID token without a signature", parameters: [state, code, ["id_token", "e30.e30."]], result: "ERR_AUTHORISATION_ID_TOKEN_MALFORMED" },
  { name: "OA-52 an ID token of 17 kB", parameters: [state, code, ["id_token", `a.${"b".repeat(17_000)}.c`]], result: "ERR_AUTHORISATION_ID_TOKEN_MALFORMED" },
];

function resultOf({ parameters, server = hybrid, redirectContext = "op-fi", afterMinutes = 1 }: Case): string {
  const attempt: ReceivedAuthorisation = {
    authorisationId: "a",
    psuId: "p",
    about: { kind: "consent", consentId: "c" },
    aspspId: "op-fi",
    sessionBinding: "s",
    redirectUri: "https://ledger.example/connect/return/op-fi",
    createdAt,
    expiresAt: createdAt.add({ minutes: 10 }),
    authorizationServer: server,
    scaStatus: "received",
    nonce: "n",
  };
  const response = new AuthorisationResponse(parameters.map(([name, value]) => ({ name, value })));
  const checked = checkReturn({ response, attempt, redirectContext, now: createdAt.add({ milliseconds: Math.round(afterMinutes * 60_000) }) });
  return checked.kind === "refused" ? checked.reason : checked.kind;
}

describe("the return from the bank", () => {
  it.each(cases)("$name → $result", (example) => {
    expect(resultOf(example)).toBe(example.result);
  });
  it("has a refused case for every rule", () => {
    expect(new Set(cases.map(({ result }) => result).filter((result) => result.startsWith("ERR_")))).toEqual(new Set(returnRules.map(({ reason }) => reason)));
  });
  it("has a case named after every row that a rule claims", () => {
    for (const row of returnRules.flatMap(({ rows }) => rows))
      expect(
        cases.some(({ name }) => name.startsWith(row)),
        row,
      ).toBe(true);
  });
});

describe("what a bank's error means", () => {
  it.each([
    ["access_denied", { outcome: "refused" }],
    ["server_error", { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_ERROR" }],
    ["temporarily_unavailable", { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_UNAVAILABLE" }],
    ["invalid_request_object", { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_REFUSED" }],
    ["OA-17 <script>", { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_REFUSED" }],
    ["constructor", { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_REFUSED" }],
  ])("%s", (error, outcome) => {
    expect(outcomeOfBankError(error)).toEqual(outcome);
  });
});
