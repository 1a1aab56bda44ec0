import { randomUUID, type KeyObject } from "node:crypto";
import { CompactSign, decodeJwt } from "jose";
import * as oauth from "oauth4webapi";
import { fetch as undiciFetch, type Agent } from "undici";
import type { TestBank } from "./bank.ts";
import { visit } from "./browser.ts";
import { agentOf } from "./qualified-tpp.ts";
import { call, plainAgent, type Answer } from "./tpp.ts";
import { subjectDn, UkTpp, callback } from "./uk-tpp.ts";

export type IssuerName = "fapi1" | "fapi2" | "decoupled";

/** How a client of this third party registers at each issuer. */
const ways: Record<IssuerName, object> = {
  fapi1: {
    token_endpoint_auth_method: "tls_client_auth",
    tls_client_auth_subject_dn: subjectDn,
    tls_client_certificate_bound_access_tokens: true,
    authorization_signed_response_alg: "PS256",
    response_types: ["code"],
  },
  fapi2: {
    token_endpoint_auth_method: "private_key_jwt",
    tls_client_auth_subject_dn: undefined,
    token_endpoint_auth_signing_alg: "PS256",
    dpop_bound_access_tokens: true,
    response_types: ["code"],
  },
  decoupled: {
    token_endpoint_auth_method: "private_key_jwt",
    tls_client_auth_subject_dn: undefined,
    token_endpoint_auth_signing_alg: "PS256",
    tls_client_certificate_bound_access_tokens: true,
    redirect_uris: [],
    response_types: undefined,
    grant_types: ["client_credentials", "urn:openid:params:grant-type:ciba", "refresh_token"],
    backchannel_token_delivery_mode: "poll",
    backchannel_authentication_request_signing_alg: "PS256",
  },
};

export const logins: Record<IssuerName, string> = { fapi1: "77777771", fapi2: "66666661", decoupled: "55555551" };

/** What a person's approval brought. */
export interface Session {
  readonly tokens: oauth.TokenEndpointResponse;
  readonly authorizationId: string;
  readonly claims: oauth.IDToken | undefined;
}

/** A third party at one issuer: an honest client by oauth4webapi, with its own certificate, seal and DPoP key. */
export class FapiTpp {
  readonly bank: TestBank;
  readonly name: IssuerName;
  readonly tpp: UkTpp;
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly signingKey: oauth.PrivateKey;
  readonly dpop: oauth.DPoPHandle | undefined;
  readonly registration: Record<string, unknown>;
  agent: Agent;

  private constructor(made: Pick<FapiTpp, "bank" | "name" | "tpp" | "as" | "client" | "signingKey" | "dpop" | "registration" | "agent">) {
    this.bank = made.bank;
    this.name = made.name;
    this.tpp = made.tpp;
    this.as = made.as;
    this.client = made.client;
    this.signingKey = made.signingKey;
    this.dpop = made.dpop;
    this.registration = made.registration;
    this.agent = made.agent;
  }

  static async make(bank: TestBank, name: IssuerName, { tpp: known, ...overrides }: { tpp?: UkTpp; [claim: string]: unknown } = {}): Promise<FapiTpp> {
    const tpp = known ?? (await UkTpp.make(bank));
    const agent = agentOf(bank, tpp.qwac);
    const issuer = new URL(bank.endpoints.fapi[name].issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { [oauth.customFetch]: over(plainAgent(bank)) }));
    const claims = await tpp.claims({ aud: issuer.href, scope: "openid accounts", ...ways[name], ...overrides });
    const registered = await call(bank.endpoints.fapi[name].registrationUrl, {
      method: "POST",
      headers: { "content-type": "application/jwt" },
      body: await tpp.sign(claims),
      agent,
    });
    if (registered.status !== 201) throw new Error(registered.text);
    const key = await cryptoKey(tpp.seal.key);
    const client: oauth.Client = {
      ...registered.body,
      client_id: String(registered.body["client_id"]),
      id_token_signed_response_alg: "PS256",
      authorization_signed_response_alg: "PS256",
    };
    const bound = registered.body["dpop_bound_access_tokens"] === true;
    const dpop = bound ? oauth.DPoP(client, await oauth.generateKeyPair("ES256")) : undefined;
    return new FapiTpp({ bank, name, tpp, as, client, signingKey: { key, kid: tpp.sealKid }, dpop, registration: registered.body, agent });
  }

  get authentication(): oauth.ClientAuth {
    return this.name === "fapi1" ? oauth.TlsClientAuth() : oauth.PrivateKeyJwt(this.signingKey);
  }

  /** Options of every call: over our certificate, with our DPoP key. */
  get wire(): { [oauth.customFetch]: Fetch; DPoP?: oauth.DPoPHandle } {
    return { [oauth.customFetch]: over(this.agent), ...(this.dpop === undefined ? {} : { DPoP: this.dpop }) };
  }

  /** Does it again where the server wants the nonce that it has just told. */
  async twice<T>(ask: () => Promise<T>): Promise<T> {
    return ask().catch((error: unknown) => {
      if (oauth.isDPoPNonceError(error)) return ask();
      throw error;
    });
  }

  async ownToken(): Promise<string> {
    const tokens = await this.twice(async () => {
      const answer = await oauth.clientCredentialsGrantRequest(this.as, this.client, this.authentication, { scope: "accounts" }, this.wire);
      return oauth.processClientCredentialsResponse(this.as, this.client, answer);
    });
    return tokens.access_token;
  }

  /** A call to the account interface. */
  async resource(token: string, path: string, { method = "GET", body }: { method?: string; body?: string } = {}): Promise<Response> {
    return this.call(new URL(`${this.bank.endpoints.fapi[this.name].aisBaseUrl}${path}`), token, { method, body });
  }

  /** What the bank says of the person behind a token. */
  async userinfo(token: string): Promise<{ sub?: string }> {
    return (await (await this.call(new URL(this.as.userinfo_endpoint ?? ""), token)).json()) as { sub?: string };
  }

  private async call(url: URL, token: string, { method = "GET", body }: { method?: string; body?: string | undefined } = {}): Promise<Response> {
    const headers = new Headers(body === undefined ? {} : { "content-type": "application/json" });
    return this.twice(async () => {
      const answer = await oauth.protectedResourceRequest(token, method, url, headers, body ?? null, this.wire);
      return answer;
    });
  }

  async intent(): Promise<string> {
    const answer = await this.resource(await this.ownToken(), "/authorizations", { method: "POST", body: JSON.stringify({ expires: inDays(90) }) });
    if (answer.status !== 201) throw new Error(await answer.text());
    return ((await answer.json()) as { authorizationId: string }).authorizationId;
  }

  /** The claims of a request object around `parameters`. */
  async requestObject(parameters: Record<string, unknown>, key: KeyObject = this.tpp.seal.key): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: this.client.client_id,
      aud: this.as.issuer,
      client_id: this.client.client_id,
      iat: now,
      nbf: now,
      exp: now + 300,
      jti: randomUUID(),
      ...parameters,
    };
    return new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "PS256", kid: this.tpp.sealKid, typ: "oauth-authz-req+jwt" })
      .sign(key);
  }

  /** Pushes a request for this authorization; the answer as it came. */
  async push(
    authorizationId: string,
    parameters: Record<string, unknown> = {},
  ): Promise<{ uri: string; verifier: string; state: string; nonce: string; answer: oauth.PushedAuthorizationResponse }> {
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const object = await this.requestObject({
      response_type: "code",
      redirect_uri: callback,
      scope: "openid accounts",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...(this.name === "fapi1" ? { response_mode: "jwt" } : {}),
      claims: intentClaims(authorizationId),
      ...parameters,
    });
    const answer = await this.twice(async () => {
      const sent = await oauth.pushedAuthorizationRequest(this.as, this.client, this.authentication, { request: object }, this.wire);
      return oauth.processPushedAuthorizationResponse(this.as, this.client, sent);
    });
    return { uri: answer.request_uri, verifier, state, nonce, answer };
  }

  pageUrl(uri: string): string {
    return `${this.as.authorization_endpoint ?? ""}?${new URLSearchParams({ client_id: this.client.client_id, request_uri: uri }).toString()}`;
  }

  /** From the intent to the approval; where the browser was sent. */
  async approve(decision: "approve" | "refuse" = "approve", parameters: Record<string, unknown> = {}): Promise<Pushed & { url: URL; authorizationId: string }> {
    const authorizationId = await this.intent();
    const pushed = await this.push(authorizationId, parameters);
    const { redirectedTo } = await visit(this.pageUrl(pushed.uri), { psuId: logins[this.name], decision });
    return { ...pushed, url: new URL(redirectedTo), authorizationId };
  }

  /** The authorization response, checked as a client must. */
  async response({ url, state }: { url: URL; state: string }): Promise<URLSearchParams> {
    if (!url.searchParams.has("response")) return oauth.validateAuthResponse(this.as, this.client, url, state);
    return oauth.validateJwtAuthResponse(this.as, this.client, url, state, { [oauth.customFetch]: over(plainAgent(this.bank)) });
  }

  async redeem(parameters: URLSearchParams, { verifier, nonce }: { verifier: string; nonce: string }): Promise<oauth.TokenEndpointResponse> {
    return this.twice(async () => {
      const answer = await oauth.authorizationCodeGrantRequest(this.as, this.client, this.authentication, parameters, callback, verifier, this.wire);
      const tokens = await oauth.processAuthorizationCodeResponse(this.as, this.client, answer, { expectedNonce: nonce, requireIdToken: true });
      await oauth.validateApplicationLevelSignature(this.as, answer, { [oauth.customFetch]: over(plainAgent(this.bank)) });
      return tokens;
    });
  }

  /** The whole way. */
  async connect(parameters: Record<string, unknown> = {}): Promise<Session> {
    const approved = await this.approve("approve", parameters);
    const tokens = await this.redeem(await this.response(approved), approved);
    return { tokens, authorizationId: approved.authorizationId, claims: oauth.getValidatedIdTokenClaims(tokens) };
  }

  /** Asks for a decoupled approval. */
  async backchannel(parameters: Record<string, unknown> = {}): Promise<oauth.BackchannelAuthenticationResponse & { authorizationId: string }> {
    const authorizationId = await this.intent();
    const request = await this.requestObject({ scope: "openid accounts", login_hint: logins.decoupled, claims: intentClaims(authorizationId), ...parameters });
    const sent = await oauth.backchannelAuthenticationRequest(this.as, this.client, this.authentication, { request }, this.wire);
    return { ...(await oauth.processBackchannelAuthenticationResponse(this.as, this.client, sent)), authorizationId };
  }

  async poll(authReqId: string): Promise<oauth.TokenEndpointResponse> {
    const answer = await oauth.backchannelAuthenticationGrantRequest(this.as, this.client, this.authentication, authReqId, this.wire);
    return oauth.processBackchannelAuthenticationGrantResponse(this.as, this.client, answer);
  }

  /** A token call of a client by certificate, the answer as it came. */
  async tokenAnswer(fields: Record<string, string>, { agent = this.agent, url = this.as.token_endpoint ?? "" } = {}): Promise<Answer> {
    const body = new URLSearchParams({ client_id: this.client.client_id, ...fields }).toString();
    return call(url, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body, agent });
  }

  /** Redeems what an approval brought, the answer as it came. */
  async redeemAnswer({ url, verifier }: { url: URL; verifier?: string }): Promise<Answer> {
    const { code } = responseClaims(url);
    const fields = { grant_type: "authorization_code", code: String(code), redirect_uri: callback };
    return this.tokenAnswer({ ...fields, ...(verifier === undefined ? {} : { code_verifier: verifier }) });
  }

  async refresh(token: string): Promise<oauth.TokenEndpointResponse> {
    return this.twice(async () => {
      const answer = await oauth.refreshTokenGrantRequest(this.as, this.client, this.authentication, token, this.wire);
      return oauth.processRefreshTokenResponse(this.as, this.client, answer);
    });
  }

  async revoke(token: string): Promise<void> {
    await oauth.processRevocationResponse(await oauth.revocationRequest(this.as, this.client, this.authentication, token, this.wire));
  }

  /** A call about the registration. */
  async manage(method: string, { body, token }: { body?: string; token?: string } = {}): Promise<Answer> {
    const url = `${this.bank.endpoints.fapi[this.name].registrationUrl}/${this.client.client_id}`;
    const headers = { authorization: `Bearer ${token ?? (await this.ownToken())}`, ...(body === undefined ? {} : { "content-type": "application/jwt" }) };
    return call(url, { method, headers, ...(body === undefined ? {} : { body }), agent: this.agent });
  }
}

/** What a signed answer says, unchecked. */
export function responseClaims(url: URL): Record<string, unknown> {
  return decodeJwt(url.searchParams.get("response") ?? "");
}

type Pushed = Awaited<ReturnType<FapiTpp["push"]>>;

export function intentClaims(authorizationId: string): object {
  const authorization = { value: authorizationId, essential: true };
  return {
    userinfo: { authorizationId: authorization },
    id_token: { authorizationId: authorization, acr: { essential: true, values: ["urn:openbanking:psd2:sca"] } },
  };
}

export function inDays(days: number): string {
  return Temporal.Now.instant()
    .add({ hours: 24 * days })
    .toString();
}

type Fetch = (url: string, options: object) => Promise<Response>;

/** The library's calls over an agent of ours. */
export function over(agent: Agent): Fetch {
  return (url, options) => undiciFetch(url, { ...options, dispatcher: agent });
}

async function cryptoKey(key: KeyObject): Promise<CryptoKey> {
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  return crypto.subtle.importKey("pkcs8", pkcs8, { name: "RSA-PSS", hash: "SHA-256" }, false, ["sign"]);
}
