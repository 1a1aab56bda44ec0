import { constants, createHash, createPrivateKey, createPublicKey, randomUUID, sign, verify, type KeyObject } from "node:crypto";
import { Agent, request } from "undici";
import type { TestBank } from "./bank.ts";

/** A third party of its own: it shares nothing with the bank but the wire. */

export interface GeneratedKey {
  readonly kid: string;
  readonly kty: "RSA" | "EC";
  readonly alg: string;
  readonly x5c: readonly string[];
  readonly [member: string]: unknown;
}

export interface Generated {
  readonly tppId: string;
  readonly publicJwksUrl: string;
  readonly privateJwks: { readonly keys: readonly GeneratedKey[] };
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly body: T;
}

export interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  readonly api_key: string;
  readonly [member: string]: unknown;
}

export const redirectUri = "http://localhost:9/callback/op";
export const portalKey = "sandbox-portal-key";

export type Send = { method?: string; headers?: Record<string, string>; body?: string; agent?: Agent };

export async function call<T = Record<string, unknown>>(url: string, { method = "GET", headers = {}, body, agent }: Send = {}): Promise<Answer<T>> {
  const answer = await request(url, {
    method: method as "GET",
    headers,
    ...(body === undefined ? {} : { body }),
    ...(agent === undefined ? {} : { dispatcher: agent }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, body: asJson(text) as T };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Trusts the bank's authority, shows no certificate. */
export function plainAgent(bank: TestBank): Agent {
  return new Agent({ connect: { ca: bank.ca } });
}

export async function generate(bank: TestBank, { cn = "TEST TPP", roles }: { cn?: string; roles?: string } = {}): Promise<Answer<Generated>> {
  const query = new URLSearchParams({ c: "fi", cn, ...(roles === undefined ? {} : { roles }) });
  return call<Generated>(`${bank.endpoints.certGenerationUrl}?${query.toString()}`, {
    method: "POST",
    headers: { "x-api-key": portalKey, accept: "application/json", "content-length": "0" },
    agent: plainAgent(bank),
  });
}

/** A private key from a JWK without primes: factors n from e and d, then computes what is missing. */
export function importKey(jwk: GeneratedKey): KeyObject {
  const known = imported.get(String(jwk["d"]));
  if (known !== undefined) return known;
  const key = freshKey(jwk);
  imported.set(String(jwk["d"]), key);
  return key;
}

/** Factoring takes long enough to do it once a key. */
const imported = new Map<string, KeyObject>();

function freshKey(jwk: GeneratedKey): KeyObject {
  if (jwk.kty === "EC") return createPrivateKey({ key: jwk, format: "jwk" });
  const [n, e, d] = [jwk["n"], jwk["e"], jwk["d"]].map((part) => fromBase64url(String(part))) as [bigint, bigint, bigint];
  const { p, q } = primes(n, e, d);
  const parts = { p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const full = {
    kty: "RSA",
    n: jwk["n"],
    e: jwk["e"],
    d: jwk["d"],
    ...Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, toBase64url(value)])),
  };
  return createPrivateKey({ key: full as never, format: "jwk" });
}

function primes(n: bigint, e: bigint, d: bigint): { p: bigint; q: bigint } {
  let odd = e * d - 1n;
  let twos = 0;
  while (odd % 2n === 0n) {
    odd /= 2n;
    twos += 1;
  }
  for (let base = 2n; ; base += 1n) {
    let x = power(base, odd, n);
    for (let step = 0; step < twos; step += 1) {
      const next = (x * x) % n;
      if (next === 1n && x !== 1n && x !== n - 1n) {
        const p = divisor(x - 1n, n);
        return p > n / p ? { p, q: n / p } : { p: n / p, q: p };
      }
      x = next;
    }
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left /= 2n) {
    if (left % 2n === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}

function inverse(a: bigint, modulus: bigint): bigint {
  let [r0, r1, s0, s1] = [a, modulus, 1n, 0n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - quotient * r1, s1, s0 - quotient * s1];
  }
  return ((s0 % modulus) + modulus) % modulus;
}

function fromBase64url(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`);
}

function toBase64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
}

/** A compact JWS by a generated key, in any algorithm its type allows. */
export function jws(claims: object, key: GeneratedKey, alg = key.alg, header: object = {}): string {
  return jwsOver(JSON.stringify(claims), key, { alg, header: { typ: "JWT", ...header } });
}

/** The same over exactly this text. */
export function jwsOver(content: string, key: GeneratedKey, { alg = key.alg, header = {} }: { alg?: string; header?: object } = {}): string {
  const encode = (text: string): string => Buffer.from(text).toString("base64url");
  const input = `${encode(JSON.stringify({ alg, kid: key.kid, ...header }))}.${encode(content)}`;
  const options =
    alg === "ES256" ? { dsaEncoding: "ieee-p1363" as const } : alg === "PS256" ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  return `${input}.${sign("sha256", Buffer.from(input), { key: importKey(key), ...options }).toString("base64url")}`;
}

export function readJwt(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header, claims] = token
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8") || "null") as Record<string, unknown>);
  return { header: header ?? {}, claims: claims ?? {} };
}

/** Verifies an RS256 JWT of the bank by its published keys. */
export function verifiesWith(token: string, keys: readonly Record<string, unknown>[]): boolean {
  const { header } = readJwt(token);
  const key = keys.find((each) => each["kid"] === header["kid"]);
  if (key === undefined || header["alg"] !== "RS256") return false;
  const end = token.lastIndexOf(".");
  return verify("sha256", Buffer.from(token.slice(0, end)), createPublicKey({ key, format: "jwk" }), Buffer.from(token.slice(end + 1), "base64url"));
}

export function leftHalf(value: string): string {
  return createHash("sha256").update(value).digest().subarray(0, 16).toString("base64url");
}

export function toPem(x5c: readonly string[]): string {
  return x5c.map((der) => `-----BEGIN CERTIFICATE-----\n${der.match(/.{1,64}/g)?.join("\n")}\n-----END CERTIFICATE-----\n`).join("");
}

/** A third party with its keys; `register` makes it a client. */
export class Tpp {
  readonly bank: TestBank;
  readonly generated: Generated;
  readonly qwac: GeneratedKey;
  readonly seal: GeneratedKey;
  readonly sealRsa: GeneratedKey;
  readonly agent: Agent;
  client: Registered | undefined;

  constructor(bank: TestBank, generated: Generated) {
    this.bank = bank;
    this.generated = generated;
    const [qwac, seal, , sealRsa] = generated.privateJwks.keys;
    if (qwac === undefined || seal === undefined || sealRsa === undefined) throw new Error("keys are missing");
    this.qwac = qwac;
    this.seal = seal;
    this.sealRsa = sealRsa;
    this.agent = this.agentWith(qwac);
  }

  static async make(bank: TestBank, options: { cn?: string; roles?: string } = {}): Promise<Tpp> {
    const answer = await generate(bank, options);
    if (answer.status !== 201) throw new Error(answer.text);
    return new Tpp(bank, answer.body);
  }

  /** Generated, registered, ready. */
  static async registered(bank: TestBank, options: { cn?: string; roles?: string } = {}): Promise<Tpp> {
    const tpp = await Tpp.make(bank, options);
    const answer = await tpp.register();
    if (answer.status !== 201) throw new Error(answer.text);
    return tpp;
  }

  agentWith(key: GeneratedKey, chain = key.x5c): Agent {
    return new Agent({ connect: { ca: this.bank.ca, cert: toPem(chain), key: importKey(key).export({ type: "pkcs8", format: "pem" }) } });
  }

  statement(overrides: object = {}): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.generated.tppId,
      iat: now - 100,
      exp: now + 20_000,
      jti: randomUUID(),
      software_client_id: randomUUID(),
      software_roles: ["AIS", "PIS", "CBPII"],
      software_jwks_endpoint: this.generated.publicJwksUrl,
      software_client_name: "One Point Ledger",
      software_client_uri: "https://ledger.example",
      software_redirect_uris: [redirectUri],
      org_name: "Example Ledger Oy",
      org_id: this.generated.tppId,
      org_contacts: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
      ...overrides,
    };
  }

  registrationJwt(overrides: { statement?: object; request?: object; key?: GeneratedKey; alg?: string; statementJws?: string } = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const key = overrides.key ?? this.seal;
    const claims = {
      iat: now - 100,
      exp: now + 20_000,
      aud: "https://op.fi/",
      jti: randomUUID(),
      redirect_uris: [redirectUri],
      grant_types: ["client_credentials", "authorization_code", "refresh_token"],
      software_statement: overrides.statementJws ?? jws(this.statement(overrides.statement), key, overrides.alg),
      ...overrides.request,
    };
    return jws(claims, key, overrides.alg);
  }

  async register(body = this.registrationJwt(), headers: Record<string, string> = {}, agent = this.agent): Promise<Answer<Registered>> {
    const answer = await call<Registered>(this.bank.endpoints.registrationUrl, {
      method: "POST",
      headers: { "x-api-key": portalKey, "content-type": "application/jwt", accept: "application/json", ...headers },
      body,
      agent,
    });
    if (answer.status === 201) this.client = answer.body;
    return answer;
  }

  async token<T = TokenAnswer>(fields: Record<string, string>, agent = this.agent): Promise<Answer<T>> {
    const form = new URLSearchParams({ client_id: this.client?.client_id ?? "", client_secret: this.client?.client_secret ?? "", ...fields });
    return call<T>(this.bank.endpoints.tokenUrl, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
      agent,
    });
  }

  async clientToken(scope = "accounts"): Promise<string> {
    return (await this.token({ grant_type: "client_credentials", scope })).body.access_token;
  }

  async api<T = Record<string, unknown>>(path: string, token: string, options: Send = {}, base = this.bank.endpoints.aisBaseUrl): Promise<Answer<T>> {
    return call<T>(`${base}${path}`, {
      agent: this.agent,
      ...options,
      headers: {
        "x-api-key": this.client?.api_key ?? "",
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(options.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
        ...options.headers,
      },
    });
  }

  async createAuthorization(body: object = { expires: inDays(90) }): Promise<Answer<{ authorizationId: string; status: string }>> {
    return this.api("/authorizations", await this.clientToken(), { method: "POST", body: JSON.stringify(body) });
  }

  requestObject(authorizationId: string, overrides: object = {}): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    const intent = { value: authorizationId, essential: true };
    const clientId = this.client?.client_id;
    return {
      iss: clientId,
      client_id: clientId,
      aud: "https://mtls.apis.op.fi",
      response_type: "code id_token",
      redirect_uri: redirectUri,
      scope: "openid accounts",
      state: randomUUID(),
      nonce: randomUUID(),
      max_age: 86_400,
      iat: now,
      exp: now + 900,
      claims: {
        userinfo: { authorizationId: intent },
        id_token: { authorizationId: intent, acr: { essential: true, values: ["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"] } },
      },
      ...overrides,
    };
  }

  authorizeUrl(claims: Record<string, unknown>, options: { key?: GeneratedKey; alg?: string; query?: Record<string, string> } = {}): string {
    const query = new URLSearchParams({
      request: jws(claims, options.key ?? this.seal, options.alg),
      response_type: "code id_token",
      client_id: this.client?.client_id ?? "",
      scope: "openid accounts",
      ...options.query,
    });
    return `${this.bank.endpoints.authorizeUrl}?${query.toString()}`;
  }

  /** Exchanges a code. */
  async exchange(code: string): Promise<Answer<TokenAnswer>> {
    return this.token({ grant_type: "authorization_code", code, redirect_uri: redirectUri });
  }
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly token_type: string;
  readonly expires_in: string | number;
  readonly scope: string;
}

export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
