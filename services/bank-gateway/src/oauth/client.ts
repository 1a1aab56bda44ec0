import { importSigningKey } from "@opl/fapi";
import type { SigningKey } from "@opl/fapi";
import { ClientSecretPost, Configuration, PrivateKeyJwt, TlsClientAuth, allowInsecureRequests, customFetch } from "openid-client";
import type { ClientAuth } from "openid-client";
import type { OAuthProfile, ServerEndpoints } from "../adapters/bank-adapter.ts";
import type { BankAnswer, BeforeSending } from "../egress/bank-request.ts";
import type { Egress } from "../egress/egress.ts";
import { errors } from "../errors.ts";

/** How we prove at the token endpoint who asks. */
export type ClientProof =
  | { readonly method: "client_secret_post"; readonly clientSecret: string }
  | { readonly method: "tls_client_auth" }
  /** The key is chosen for each request. */
  | { readonly method: "private_key_jwt"; readonly signingKey: () => SigningKey };

/** Our client at one bank's authorization server. */
export interface OAuthClient {
  readonly oauth: OAuthProfile;
  /** Where a discovered server is called; else the profile says. @throws ERR_ASPSP_QUARANTINED */
  readonly endpoints?: (() => Promise<ServerEndpoints>) | undefined;
  readonly clientId: string;
  readonly proof: ClientProof;
  /** Empty where the bank wants none. */
  readonly apiKey: string;
  readonly egress: Egress;
}

/** What the library is about to send. */
interface Outgoing {
  readonly form: string;
  readonly dpop: string | undefined;
  readonly endpoints: ServerEndpoints;
}

/**
 * Runs one exchange of openid-client with the bank: its requests leave by our egress, one at a time, and `answer` turns what came into the
 * form the library judges. What failed on the way out is thrown as it is; what the library refuses, as `refused` says.
 */
export async function askServer<T>(
  client: OAuthClient,
  {
    run,
    answer,
    refused,
  }: { run: (configuration: Configuration) => Promise<T>; answer: (outgoing: Outgoing) => Promise<Response>; refused: (error: unknown) => Error },
): Promise<T> {
  const endpoints = await endpointsOf(client);
  const { issuer } = client.oauth;
  const configuration = new Configuration(
    {
      issuer,
      token_endpoint: endpoints.tokenUrl.href,
      ...(endpoints.authorizationUrl === undefined ? {} : { authorization_endpoint: endpoints.authorizationUrl.href }),
      ...(endpoints.pushedRequestUrl === undefined ? {} : { pushed_authorization_request_endpoint: endpoints.pushedRequestUrl.href }),
      ...(endpoints.backchannelUrl === undefined ? {} : { backchannel_authentication_endpoint: endpoints.backchannelUrl.href }),
    },
    client.clientId,
    {},
    await authenticationBy(client.proof),
  );
  // Pages of a bank on this very machine; what we call ourselves is held to https by the egress.
  if (endpoints.authorizationUrl?.protocol === "http:") allowInsecureRequests(configuration);
  let failure: unknown;
  configuration[customFetch] = async (_url, { body, headers }) => {
    try {
      return await answer({ form: formText(body), dpop: headers["dpop"], endpoints });
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  try {
    return await run(configuration);
  } catch (error) {
    throw failure ?? refused(error);
  }
}

/** @throws ERR_ASPSP_QUARANTINED */
export async function endpointsOf({ oauth, endpoints }: OAuthClient): Promise<ServerEndpoints> {
  if (endpoints !== undefined) return endpoints();
  if (oauth.endpoints === "discovered") throw new TypeError("A discovered server without its metadata.");
  return oauth.endpoints;
}

/** An assertion names the issuer we have on file, lives a minute and is made for one request (TM-05, OA-66, OA-67). */
async function authenticationBy(proof: ClientProof): Promise<ClientAuth> {
  switch (proof.method) {
    case "client_secret_post":
      return ClientSecretPost(proof.clientSecret);
    case "tls_client_auth":
      return TlsClientAuth();
    case "private_key_jwt": {
      const signing = proof.signingKey();
      return PrivateKeyJwt({ key: await importSigningKey(signing), kid: signing.kid });
    }
  }
}

/** The library hands over its form as parameters. */
function formText(body: unknown): string {
  if (!(body instanceof URLSearchParams)) throw new TypeError("A request to an authorization server without a form.");
  return body.toString();
}

/** Posts a form to the authorization server. What comes back may hold tokens, so it is neither archived nor repeated anywhere. */
export async function postForm(
  { apiKey, egress }: OAuthClient,
  operation: string,
  url: URL,
  { form, dpop }: Outgoing,
  beforeSending?: BeforeSending,
): Promise<BankAnswer> {
  const answer = await egress({
    operation,
    method: "POST",
    url,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
      ...(apiKey === "" ? {} : { "x-api-key": apiKey }),
      ...(dpop === undefined ? {} : { dpop }),
    },
    body: form,
    identified: true,
    beforeSending,
  });
  if (answer.status >= 500) throw errors.ERR_ASPSP_UNAVAILABLE({ details: { status: answer.status } });
  if (answer.status === 429) throw errors.ERR_ASPSP_RATE_LIMITED({ details: { status: answer.status, by: "aspsp" }, retryAfterSeconds: 60 });
  return answer;
}
