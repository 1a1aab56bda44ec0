import { settingNames } from "./schema.ts";
import type { SettingName } from "./schema.ts";

/**
 * Names that OP's own registration example (JSON, nested under `ssa`), its Java predecessor (properties), OP's demo TPP and the earlier
 * Python flow use for the same values. A name may feed two settings.
 */
export const aliases: Readonly<Record<string, readonly SettingName[]>> = {
  // Registration example
  environment: ["OP_ENVIRONMENT"],
  api_key: ["OP_API_KEY"],
  api_secret: ["OP_API_SECRET"],
  country: ["OP_COUNTRY"],
  tpp_id: ["OP_TPP_NAME"],
  redirect_uris: ["OP_REDIRECT_URIS"],
  grant_types: ["OP_GRANT_TYPES"],
  aud: ["OP_REGISTRATION_AUD"],
  public_jwks_url: ["OP_PUBLIC_JWKS_URL"],
  certificate_url: ["OP_CERT_GENERATION_URL"],
  registration_url: ["OP_REGISTRATION_URL"],
  "ssa.software_roles": ["OP_ROLES"],
  "ssa.software_redirect_uris": ["OP_SOFTWARE_REDIRECT_URIS"],
  "ssa.software_client_id": ["OP_SOFTWARE_CLIENT_ID"],
  "ssa.software_client_name": ["OP_SOFTWARE_CLIENT_NAME"],
  "ssa.software_client_uri": ["OP_SOFTWARE_CLIENT_URI"],
  "ssa.software_jwks_revoked_endpoint": ["OP_SOFTWARE_JWKS_REVOKED_ENDPOINT"],
  "ssa.org_name": ["OP_ORG_NAME"],
  "ssa.org_contacts": ["OP_ORG_CONTACTS"],
  // Java predecessor
  "tpp.api.key": ["OP_API_KEY"],
  "tpp.cn": ["OP_TPP_NAME", "OP_ORG_NAME"],
  "tpp.client.cert.generation.url": ["OP_CERT_GENERATION_URL"],
  "tpp.registration.register.url": ["OP_REGISTRATION_URL"],
  "tpp.ssa.software.roles": ["OP_ROLES"],
  "tpp.ssa.software.redirect.uris": ["OP_SOFTWARE_REDIRECT_URIS"],
  "tpp.ssa.software.client.id": ["OP_SOFTWARE_CLIENT_ID"],
  "tpp.ssa.software.client": ["OP_SOFTWARE_CLIENT_NAME"],
  "tpp.ssa.software.client.name": ["OP_SOFTWARE_CLIENT_NAME"],
  "tpp.ssa.software.client.uri": ["OP_SOFTWARE_CLIENT_URI"],
  "tpp.ssa.software.client.email": ["OP_ORG_CONTACTS"],
  // Demo TPP
  API_KEY: ["OP_API_KEY"],
  CERT_PASSPHRASE: ["OP_CERT_PASSPHRASE"],
  OIDC_ACCESS_TOKEN_URL: ["OP_TOKEN_URL"],
  OIDC_REDIRECT_URL: ["OP_AUTHORIZE_URL"],
  OIDC_JWKS_URL: ["OP_OIDC_JWKS_URL"],
  PSD2_AIS_API_URL: ["OP_AIS_BASE_URL"],
  PSD2_PIS_API_URL: ["OP_PIS_BASE_URL"],
  PSD2_COF_API_URL: ["OP_COF_BASE_URL"],
  PIS_JWKS_URI: ["OP_PAYMENTS_JWKS_URL"],
  // Python flow
  tpp_name: ["OP_TPP_NAME"],
  roles: ["OP_ROLES"],
  sandbox_url: ["OP_CERT_GENERATION_URL"],
  software_client_name: ["OP_SOFTWARE_CLIENT_NAME"],
  software_redirect_uris: ["OP_SOFTWARE_REDIRECT_URIS"],
  software_client_uri: ["OP_SOFTWARE_CLIENT_URI"],
  org_name: ["OP_ORG_NAME"],
  org_contacts: ["OP_ORG_CONTACTS"],
};

/** The settings that a key of the file stands for; none for a key we do not know. */
export function settingsFor(key: string): readonly SettingName[] {
  return (settingNames as readonly string[]).includes(key) ? [key as SettingName] : Object.hasOwn(aliases, key) ? (aliases[key] ?? []) : [];
}

/** The known name most like this one, if any is like it. */
export function nearestName(key: string): string | undefined {
  const wanted = key.toLowerCase();
  const ranked = [...settingNames, ...Object.keys(aliases)]
    .map((name) => ({ name, distance: Math.min(editDistance(wanted, name.toLowerCase()), editDistance(`op_${wanted}`, name.toLowerCase())) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, key.length / 3) ? best.name : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of a.split("").entries()) {
    const current = [row + 1];
    for (const [column, other] of b.split("").entries()) {
      current.push(Math.min((previous[column] ?? 0) + (letter === other ? 0 : 1), (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
