import { Refusal, type Dialect } from "../http/refusal.ts";

type RegistrationErrorCode = "invalid_redirect_uri" | "invalid_client_metadata" | "invalid_software_statement" | "unapproved_software_statement";

/** How registration says no (RFC 7591, section 3.2.2). */
export function registrationError(error: RegistrationErrorCode, description: string): Refusal {
  return new Refusal(400, { error, error_description: description.slice(0, 500) }, { "cache-control": "no-store" });
}

export function metadata(description: string): Refusal {
  return registrationError("invalid_client_metadata", description);
}

/** How a protected resource refuses a token (RFC 6750, section 3); the registration interface has no body for it. */
export function tokenRefusal(description: string): Refusal {
  return new Refusal(401, "", { "www-authenticate": `Bearer error="invalid_token", error_description="${description}"` });
}

/** How the token endpoint says no (RFC 6749, section 5.2). */
export function oauthError(status: 400 | 401, error: string, description: string): Refusal {
  return new Refusal(status, { error, error_description: description }, { "cache-control": "no-store" });
}

/** What the bank says where no route answers. */
export const oauthDialect: Dialect = {
  notFound: () => new Refusal(404, { error: "not_found", error_description: "There is no such resource" }),
  malformed: (status, message) => new Refusal(status, { error: "invalid_request", error_description: message }),
  failure: () => new Refusal(500, { error: "server_error", error_description: "Something went wrong in the bank" }),
};
