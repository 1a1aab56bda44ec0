import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

type Parameters = readonly [string, string][];
const none = z.strictObject({});

/** Answers that reach the third party through the browser. Aim them at a psu, a clientId or an authorizationId. */
export const authorizationResponseFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "response.set",
    summary: "Sets one parameter, whether it was there or not.",
    options: z.strictObject({ name: z.string(), value: z.string() }),
    authorizationResponse: (parameters, { name, value }): Parameters => [...without(parameters, name), [name, value]],
  }),
  defineFault({
    name: "response.drop",
    summary: "Leaves one parameter out.",
    options: z.strictObject({ name: z.string() }),
    authorizationResponse: (parameters, { name }) => without(parameters, name),
  }),
  defineFault({
    name: "response.repeat",
    summary: "Sends one parameter twice, the second time with another value.",
    options: z.strictObject({ name: z.string(), value: z.string().default("repeated") }),
    authorizationResponse: (parameters, { name, value }): Parameters => [...parameters, [name, value]],
  }),
  defineFault({
    name: "response.wrong-state",
    summary: "Returns another state.",
    options: none,
    authorizationResponse: (parameters): Parameters => [...without(parameters, "state"), ["state", "not-the-state"]],
  }),
  defineFault({
    name: "response.error",
    summary: "Returns an error instead of success; the state stays.",
    options: z.strictObject({ error: z.string().default("server_error"), description: z.string().default("Something went wrong at the bank") }),
    authorizationResponse: (parameters, { error, description }): Parameters => [
      ["error", error],
      ["error_description", description],
      ...parameters.filter(([name]) => name === "state"),
    ],
  }),
  defineFault({
    name: "response.error-beside-code",
    summary: "Returns a code and an error together.",
    options: none,
    authorizationResponse: (parameters): Parameters => [...parameters, ["error", "access_denied"]],
  }),
  defineFault({
    name: "response.tokens",
    summary: "Returns an access token through the browser.",
    options: none,
    authorizationResponse: (parameters): Parameters => [...parameters, ["access_token", "leaked-by-the-bank"], ["token_type", "Bearer"]],
  }),
  defineFault({
    name: "response.delivery",
    summary: "Puts the parameters into the query (or the fragment).",
    options: z.strictObject({ to: z.enum(["query", "fragment"]).default("query") }),
    delivery: ({ to }) => to,
  }),
];

function without(parameters: Parameters, gone: string): Parameters {
  return parameters.filter(([name]) => name !== gone);
}
