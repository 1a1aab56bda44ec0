/** How the token endpoint gets to know who asks (RFC 6749 2.3.1, RFC 8705, RFC 7523). */
export type ClientAuthentication = "client_secret_post" | "tls_client_auth" | "private_key_jwt";

/** What registration gave us. Without a secret the certificate or a signature says who we are. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly apiKey?: string | undefined;
  /** What the bank settled on, where it said so. */
  readonly authentication?: ClientAuthentication | undefined;
  /** How the bank lets us manage the client (RFC 7592). */
  readonly management?: { readonly uri: string; readonly accessToken: string } | undefined;
}
