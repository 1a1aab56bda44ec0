import { readFileIfPresent, writeFileAtomic } from "./state/atomic-file.ts";
import type { Endpoints } from "./app.ts";

/** A third party to begin with; whoever changes it in the file keeps the change. */
const example = {
  OP_ENVIRONMENT: "sandbox",
  OP_COUNTRY: "FI",
  OP_TPP_NAME: "Example Ledger TPP",
  OP_ROLES: ["AIS", "PIS", "CBPII"],
  OP_REDIRECT_URIS: ["https://localhost:8181/oauth/callback/accounts"],
  OP_SOFTWARE_CLIENT_NAME: "Example Ledger",
  OP_SOFTWARE_CLIENT_URI: "https://ledger.example",
  OP_ORG_NAME: "Example Ledger Oy",
  OP_ORG_CONTACTS: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
};

/** Writes settings by which the registration command, or any other client, reaches this sandbox: addresses and key follow each start. */
export function writeEnvFile(file: string, { endpoints, apiKey }: { endpoints: Endpoints; apiKey: string }): void {
  const current = {
    OP_API_KEY: apiKey,
    OP_CERT_GENERATION_URL: endpoints.certGenerationUrl,
    OP_REGISTRATION_URL: endpoints.registrationUrl,
    OP_TOKEN_URL: endpoints.tokenUrl,
    OP_AIS_BASE_URL: endpoints.aisBaseUrl,
    OP_AUTHORIZE_URL: endpoints.authorizeUrl,
    OP_ISSUER: endpoints.issuer,
    OP_OIDC_JWKS_URL: endpoints.oidcJwksUrl,
    OP_CA_BUNDLE_PATH: endpoints.caFile,
  };
  writeFileAtomic(file, `${JSON.stringify({ ...example, ...kept(readFileIfPresent(file)), ...current }, null, 2)}\n`);
}

/** What a person wrote there; a file that is no JSON object is replaced. */
function kept(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
