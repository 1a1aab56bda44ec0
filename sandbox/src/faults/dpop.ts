import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { BankCall } from "../http/call.ts";
import { defineFault, type Fault, type Interception } from "./fault.ts";

/** DPoP at the FAPI issuers. An honest call without the current nonce is challenged once anyway. */
export const dpopFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "dpop.nonce-always",
    summary: "Wants another nonce at every call, in the token endpoint (400) as well as the account interface (401).",
    options: z.strictObject({}),
    intercept: (_options, call) => nonceChallenge(call),
  }),
  defineFault({
    name: "dpop.odd-case",
    summary: "Writes the scheme in odd letters, in token_type and in challenges; this is allowed.",
    options: z.strictObject({}),
    json: (body) => (isDpopAnswer(body) ? { ...body, token_type: "dPoP" } : body),
    answer(answer) {
      const challenge = answer.headers["www-authenticate"];
      if (typeof challenge !== "string") return answer;
      return { ...answer, headers: { ...answer.headers, "www-authenticate": challenge.replace(/^DPoP/, "dPoP") } };
    },
  }),
];

function nonceChallenge({ endpoint }: BankCall): Interception {
  const headers = { "content-type": "application/json", "dpop-nonce": randomUUID() };
  const body = JSON.stringify({ error: "use_dpop_nonce", error_description: "Another nonce is required" });
  if (/-F\d+(-mtls)?$/.test(endpoint)) return { kind: "answer", status: 400, body, headers };
  return { kind: "answer", status: 401, body, headers: { ...headers, "www-authenticate": 'DPoP error="use_dpop_nonce"' } };
}

function isDpopAnswer(body: unknown): body is object {
  return typeof body === "object" && body !== null && (body as { token_type?: unknown }).token_type === "DPoP";
}
