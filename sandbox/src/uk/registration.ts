import type { FastifyInstance } from "fastify";
import { x5tOf } from "../ca/qualified-certificate.ts";
import { header } from "../http/call.ts";
import { tokenRefusal } from "../oauth/refusal.ts";
import { registrationRoutes as sharedRoutes } from "../oauth/registration.ts";
import { requestSchema, type RegistrationOffer } from "../oauth/registration-rules.ts";
import type { SandboxConfig } from "../config.ts";
import { bankId, type UkBank } from "./bank.ts";

type Version = SandboxConfig["SANDBOX_UK_DCR_VERSION"];
const grants = ["client_credentials", "authorization_code", "refresh_token"];
const grantsOf: Record<Version, readonly string[]> = { "3.2": grants, "3.3": grants, "3.4": [...grants, "urn:ietf:params:oauth:grant-type:jwt-bearer"] };
const applicationTypesOf: Record<Version, readonly string[]> = { "3.2": ["web", "mobile"], "3.3": ["web", "mobile"], "3.4": ["web", "native"] };
const subjectPattern = /^[Cc][Nn]=[^,]+(?:,[^,\s]+=[^,]+)*$/;

/** U1 to U4: dynamic client registration (OBUK DCR 3.2 to 3.4). */
export function registrationRoutes(server: FastifyInstance, bank: UkBank): void {
  sharedRoutes(server, bank, {
    path: "/register",
    endpoints: { create: "U1", read: "U2", replace: "U3", remove: "U4" },
    offer: () => offerOf(bank),
    directoryJwksUrl: () => bank.address.directoryJwksUrl,
    /** The token of the client, over the certificate that it is bound to. */
    async clientOfToken(request, certificate) {
      const [scheme = "", token = ""] = (header(request, "authorization") ?? "").split(" ");
      if (scheme.toLowerCase() !== "bearer" || token === "") throw tokenRefusal("A client-credentials token is required");
      const found = await bank.authorizationServer.findToken(token);
      if (found === undefined) throw tokenRefusal("The token is unknown or has ended");
      request.bankCall.clientId = found.clientId;
      if (found.thumbprint !== x5tOf(certificate)) throw tokenRefusal("The token is bound to another certificate");
      return found.clientId;
    },
  });
}

function offerOf({ config, address }: UkBank): RegistrationOffer {
  const version = config.SANDBOX_UK_DCR_VERSION;
  return {
    schema: requestSchema,
    audiences: [bankId, address.origin],
    grantTypes: grantsOf[version],
    applicationTypes: applicationTypesOf[version],
    subject: {
      maxLength: version === "3.4" ? 512 : 128,
      ...(version === "3.4" ? { pattern: subjectPattern } : {}),
      spelling: config.SANDBOX_UK_SUBJECT_DN,
    },
  };
}
