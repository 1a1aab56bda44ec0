import type { SandboxConfig } from "../config.ts";

/** The members of a token answer whose form differs between plain OAuth 2.0 and the bank's gateway. */
export function gatewayExtras(
  dialect: SandboxConfig["SANDBOX_TOKEN_DIALECT"],
  grant: { readonly lifetimeSeconds: number; readonly refreshLifetimeSeconds?: number; readonly clientId: string; readonly now: Temporal.Instant },
): Record<string, string | number> {
  // The gateway counts down from the moment of issue, so one second is always gone.
  const left = grant.lifetimeSeconds - 1;
  if (dialect === "oauth") return { token_type: "Bearer", expires_in: grant.lifetimeSeconds };
  if (dialect === "numeric-strings") return { token_type: "Bearer", expires_in: String(left), status: "approved" };
  return {
    token_type: "BearerToken",
    expires_in: String(left),
    refresh_token_expires_in: String(grant.refreshLifetimeSeconds ?? 0),
    refresh_count: "0",
    issued_at: String(grant.now.epochMilliseconds),
    client_id: grant.clientId,
    status: "approved",
  };
}
