import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

const endpoints = ["T1", "U5"];

/** Answers of the token endpoints. They bite only there. */
export const tokenFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "token.set",
    summary: "Sets one member of the answer, such as token_type, expires_in or scope.",
    options: z.strictObject({ name: z.string(), value: z.json() }),
    json: (body, { name, value }, call) => (endpoints.includes(call.endpoint) ? { ...(body as object), [name]: value } : body),
  }),
  defineFault({
    name: "token.drop",
    summary: "Leaves one member out of the answer.",
    options: z.strictObject({ name: z.string() }),
    json: (body, { name }, call) => (endpoints.includes(call.endpoint) ? { ...(body as object), [name]: undefined } : body),
  }),
  defineFault({
    name: "token.error-in-success",
    summary: "Answers 200 with an error inside.",
    options: z.strictObject({ error: z.string().default("invalid_grant") }),
    json: (body, { error }, call) => (endpoints.includes(call.endpoint) ? { error, error_description: "The grant is not valid" } : body),
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
      if (!endpoints.includes(call.endpoint)) return undefined;
      const body = form === "gateway" ? { ErrorCode: error, Error: "The grant is not valid" } : { error, error_description: "The grant is not valid" };
      return { kind: "answer", status, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    },
  }),
];
