import * as client from "openid-client";
import type { Secret } from "@opl/service";

/** What must be kept in the browser that begins, to check what comes back. */
export interface SingleSignOnChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Who signed in at the provider: issuer and subject in one text, and when they last proved to it who they are, where it says so. */
export interface KnownThere {
  readonly subject: string;
  readonly authenticatedAt: Temporal.Instant | undefined;
}

/** Signing in at one OpenID provider: authorization code with PKCE, state, nonce and the `iss` of the answer. */
export interface SingleSignOn {
  /** What people call the provider. */
  readonly name: string;
  begin(): Promise<{ readonly redirectUrl: string; readonly checks: SingleSignOnChecks }>;
  /** Who came back. Undefined for an answer that does not fit what was begun. */
  finish(parameters: readonly { readonly name: string; readonly value: string }[], checks: SingleSignOnChecks): Promise<KnownThere | undefined>;
}

export interface SingleSignOnOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly name: string;
  readonly publicOrigin: string;
}

/** A page of the client, like a bank's return: it takes the answer out of the address and asks from within, with the strict cookie. */
const returnPath = "/sign-in/return";
const timeoutSeconds = 10;
/** As long as a session of ours at the most (seconds). To be asked for it has the provider say when the person signed in there (OpenID Connect Core 2). */
const oldestSignIn = 12 * 3_600;

/** Finds the provider at the first use and not before: it may be away when we start. */
export function openSingleSignOn({ issuer, clientId, clientSecret, name, publicOrigin }: SingleSignOnOptions): SingleSignOn {
  let found: Promise<client.Configuration> | undefined;
  const redirectUri = `${publicOrigin}${returnPath}`;
  const configuration = async (): Promise<client.Configuration> => {
    found ??= client.discovery(new URL(issuer), clientId, clientSecret.reveal(), undefined, {
      timeout: timeoutSeconds,
      ...(issuer.startsWith("http:") ? { execute: [client.allowInsecureRequests] } : {}),
    });
    try {
      return await found;
    } catch (error) {
      found = undefined;
      throw error;
    }
  };
  return {
    name,
    async begin() {
      const checks = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier: client.randomPKCECodeVerifier() };
      const address = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: "openid",
        max_age: String(oldestSignIn),
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
        code_challenge_method: "S256",
      });
      return { redirectUrl: address.href, checks };
    },
    async finish(parameters, { state, nonce, codeVerifier }) {
      const answer = new URL(redirectUri);
      for (const { name: key, value } of parameters) answer.searchParams.append(key, value);
      const config = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(config, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
          maxAge: oldestSignIn,
        });
        const claims = tokens.claims();
        if (claims === undefined) return undefined;
        const { iss, sub, auth_time: seconds } = claims;
        return { subject: `${iss} ${sub}`, authenticatedAt: seconds === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(seconds * 1_000) };
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Whether the answer was wrong, and not the provider away. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof client.AuthorizationResponseError ||
    error instanceof client.ResponseBodyError ||
    (error instanceof client.ClientError && error.code !== "OAUTH_TIMEOUT" && error.code !== "OAUTH_ABORT")
  );
}
