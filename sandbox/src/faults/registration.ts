import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

/** Registrations at all banks that answer them by claims. */
const isRegistration = (endpoint: string): boolean => /^(U|\w+-F)[123]$/.test(endpoint);

type Registration = Readonly<Record<string, unknown>>;

/** Registrations at the UK bank and the FAPI issuers that come back other than they were asked for. They bite only there. */
export const registrationFaults: readonly Fault<unknown>[] = [
  registrationFault("registration.milliseconds", "Counts client_id_issued_at in milliseconds.", (body) => ({
    ...body,
    client_id_issued_at: Number(body["client_id_issued_at"]) * 1000,
  })),
  registrationFault("registration.fewer-redirects", "Leaves out the last redirect address.", (body) => ({
    ...body,
    redirect_uris: listOf(body, "redirect_uris").slice(0, -1),
  })),
  registrationFault("registration.more-grants", "Adds grant types that nobody asked for.", (body) => ({
    ...body,
    grant_types: [...listOf(body, "grant_types"), "urn:openid:params:grant-type:ciba"],
  })),
  registrationFault("registration.scope-list", "Gives the scope as a list.", (body) => ({ ...body, scope: String(body["scope"]).split(" ") })),
];

function registrationFault(name: string, summary: string, change: (body: Registration) => object): Fault<unknown> {
  return defineFault({
    name,
    summary,
    options: z.strictObject({}),
    json: (body, _options, call) => (isRegistration(call.endpoint) ? change(body as Registration) : body),
  });
}

function listOf(body: Registration, name: string): readonly unknown[] {
  const value = body[name];
  return Array.isArray(value) ? value : [];
}
