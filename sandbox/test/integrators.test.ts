import { randomUUID } from "node:crypto";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { visit } from "./browser.ts";
import { importKey, inDays, jws, portalKey, toPem, type Generated, type GeneratedKey, type TokenAnswer } from "./tpp.ts";

/**
 * Clients as integrators have really written them for this bank: each with its own choice of keys, algorithms, claims and headers, on
 * node:https with raw headers, from the certificate generator to the accounts.
 */
interface Style {
  /** Query of the certificate generator. */
  readonly query: string;
  /** Which key is shown to TLS, which signs, and how. */
  readonly tls: (keys: readonly GeneratedKey[]) => GeneratedKey | undefined;
  readonly signing: (keys: readonly GeneratedKey[]) => GeneratedKey | undefined;
  readonly algorithm: string;
  readonly tppId: (answer: Wire<Generated>) => string;
  readonly header: object;
  readonly statement: (now: number, bank: TestBank) => object;
  readonly registration: (now: number, bank: TestBank) => object;
  /** Headers as name, value, name, value: their order and letters are kept on the wire. */
  readonly registrationHeaders: readonly string[];
  readonly tokenHeaders: readonly string[];
  readonly consent: object;
}

interface Wire<T> {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: T;
}

const callback = "https://localhost:8181/oauth/callback/accounts";
const grants = ["client_credentials", "authorization_code", "refresh_token"];
const contacts = [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }];
const year = 31_536_000;

const styles: Readonly<Record<string, Style>> = {
  "the official example: one key, the first with RS256, for TLS and signatures; no roles": {
    query: "c=fi&cn=TEST%20TPP",
    tls: (keys) => keys.find(({ alg }) => alg === "RS256"),
    signing: (keys) => keys.find(({ alg }) => alg === "RS256"),
    algorithm: "RS256",
    tppId: ({ body }) => body.tppId,
    header: { typ: undefined },
    statement: (now) => ({
      iat: now - 100,
      exp: now + 20_000,
      software_client_id: randomUUID(),
      software_jwks_revoked_endpoint: "https://localhost/revoked",
      org_contacts: contacts,
    }),
    registration: (now) => ({ iat: now - 100, exp: now + 20_000, aud: "https://op.fi/" }),
    registrationHeaders: ["content-type", "application/jwt", "x-api-key", portalKey, "accept", "application/json"],
    tokenHeaders: ["content-type", "application/x-www-form-urlencoded", "x-api-key", portalKey, "x-request-id", randomUUID(), "x-session-id", randomUUID()],
    consent: { expires: inDays(90) },
  },
  "the Java predecessor: keys by index, ES256, id from the Location header, a statement for a hundred years": {
    query: "c=FI&cn=SANDBOX+TEST+TPP",
    tls: ([first]) => first,
    signing: ([, second]) => second,
    algorithm: "ES256",
    tppId: ({ headers }) => String(headers["location"]).split("/").at(-1) ?? "",
    header: { typ: "JWT" },
    statement: (now, { endpoints }) => ({
      iat: now,
      exp: now + 100 * year,
      software_client_id: "0f0e1d2c-1111-4222-8333-944445555666",
      software_jwks_revoked_endpoint: endpoints.certGenerationUrl,
      org_contacts: [{ email: "support@ledger.example" }],
    }),
    registration: (now) => ({ iat: now, exp: now + 3600, aud: "https://op.fi/" }),
    registrationHeaders: ["Accept", "*/*", "Content-Type", "application/jwt;charset=UTF-8", "X-API-KEY", portalKey, "x-fapi-financial-id", "test"],
    tokenHeaders: ["Content-Type", "application/x-www-form-urlencoded;charset=UTF-8", "Accept", "*/*"],
    consent: { expires: inDays(90) },
  },
  "a Python flow: roles named, RS256 with the RSA QSealC, the registration address as audience, tokens without API key": {
    query: "c=FI&cn=Python%20TPP&roles=AIS,PIS,CBPII",
    tls: (keys) => keys.find(({ kid, kty }) => kid.includes("qwac") && kty === "RSA"),
    signing: (keys) => keys.find(({ kid, kty }) => !kid.includes("qwac") && kty === "RSA"),
    algorithm: "RS256",
    tppId: ({ body }) => body.tppId,
    header: {},
    statement: (now) => ({ iat: now, exp: now + 5 * year, software_client_id: randomUUID(), org_contacts: contacts }),
    registration: (now, { endpoints }) => ({ iat: now, exp: now + 3600, aud: endpoints.registrationUrl }),
    registrationHeaders: [
      "User-Agent",
      "python-requests/2.32",
      "Accept-Encoding",
      "gzip, deflate",
      "Accept",
      "application/json",
      "x-api-key",
      portalKey,
      "Content-Type",
      "application/jwt",
    ],
    tokenHeaders: ["User-Agent", "python-requests/2.32", "Content-Type", "application/x-www-form-urlencoded"],
    consent: { expires: inDays(89) },
  },
  "elliptic curves only": {
    query: "cn=EC%20TPP&c=FI",
    tls: (keys) => keys.find(({ kid, kty }) => kid.startsWith("qwac") && kty === "EC"),
    signing: (keys) => keys.find(({ kid, kty }) => kid.startsWith("qeseal") && kty === "EC"),
    algorithm: "ES256",
    tppId: ({ body }) => body.tppId,
    header: {},
    statement: (now) => ({ iat: now - 5, exp: now + 600, software_client_id: randomUUID(), org_contacts: contacts, something_else: true }),
    registration: (now) => ({ iat: now - 5, exp: now + 600, aud: ["https://op.fi/"], scope: "accounts" }),
    registrationHeaders: ["x-api-key", portalKey, "content-type", "application/jwt"],
    tokenHeaders: ["content-type", "application/x-www-form-urlencoded"],
    consent: { expires: inDays(180 - 1) },
  },
};

let bank: TestBank;
beforeAll(async () => {
  bank = await startBank();
});
afterAll(() => bank[Symbol.asyncDispose]());

type Identity = { readonly cert?: string; readonly key?: string };

/** One call with exactly these headers. */
function send<T>(
  url: string,
  { method = "POST", headers, body = "", identity = {} }: { method?: string; headers: readonly string[]; body?: string; identity?: Identity },
): Promise<Wire<T>> {
  const { host, hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = method === "GET" ? [] : ["Content-Length", String(Buffer.byteLength(body))];
    const call = request(
      { hostname, port, path: `${pathname}${search}`, method, ca: bank.ca, ...identity, agent: false, headers: [...headers, "Host", host, ...length] },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.once("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as T }),
        );
      },
    );
    call.once("error", reject);
    call.end(body);
  });
}

describe("clients that integrators wrote register and read accounts", () => {
  it.each(Object.entries(styles))("%s", async (_name, style) => {
    const { endpoints } = bank;
    const generated = await send<Generated>(`${endpoints.certGenerationUrl}?${style.query}`, {
      headers: ["Accept", "application/json", "x-api-key", portalKey],
    });
    expect(generated.status).toBe(201);
    const { keys } = generated.body.privateJwks;
    const [tls, signing] = [style.tls(keys), style.signing(keys)] as [GeneratedKey, GeneratedKey];
    const identity = { cert: toPem(tls.x5c), key: importKey(tls).export({ type: "pkcs8", format: "pem" }) };
    const sign = (claims: object): string => jws(claims, signing, style.algorithm, style.header);

    const now = Math.floor(Date.now() / 1000);
    const tppId = style.tppId(generated);
    const statement = {
      iss: tppId,
      jti: randomUUID(),
      software_roles: ["AIS", "PIS", "CBPII"],
      software_jwks_endpoint: generated.body.publicJwksUrl,
      software_client_name: "Integrator",
      software_client_uri: "https://integrator.example",
      software_redirect_uris: [callback],
      org_name: "Integrator Oy",
      org_id: tppId,
      ...style.statement(now, bank),
    };
    const registration = {
      jti: randomUUID(),
      redirect_uris: [callback],
      grant_types: grants,
      software_statement: sign(statement),
      ...style.registration(now, bank),
    };
    const registered = await send<{ client_id: string; client_secret: string; api_key: string }>(endpoints.registrationUrl, {
      headers: style.registrationHeaders,
      body: sign(registration),
      identity,
    });
    expect(registered).toMatchObject({ status: 201, body: { client_id: expect.any(String), client_secret: expect.any(String) } });
    const { client_id, client_secret, api_key } = registered.body;

    const token = async (fields: Record<string, string>): Promise<TokenAnswer> => {
      const form = new URLSearchParams({ ...fields, client_secret, client_id });
      const answer = await send<TokenAnswer>(endpoints.tokenUrl, { headers: style.tokenHeaders, body: form.toString(), identity });
      expect(answer.status).toBe(200);
      return answer.body;
    };
    const api = <T>(path: string, bearer: string, more: { method?: string; body?: string; headers?: readonly string[] } = {}): Promise<Wire<T>> =>
      send<T>(`${endpoints.aisBaseUrl}${path}`, {
        identity,
        method: "GET",
        ...more,
        headers: ["Authorization", `Bearer ${bearer}`, "Accept", "application/json", "x-api-key", api_key, ...(more.headers ?? [])],
      });

    const own = await token({ scope: "accounts", grant_type: "client_credentials" });
    const consent = await api<{ authorizationId: string }>("/authorizations", own.access_token, {
      method: "POST",
      body: JSON.stringify(style.consent),
      headers: ["Content-Type", "application/json; charset=utf-8"],
    });
    expect(consent.status).toBe(201);

    const { authorizationId } = consent.body;
    const intent = { value: authorizationId, essential: true };
    const requestObject = sign({
      iss: client_id,
      client_id,
      aud: "https://mtls.apis.op.fi",
      response_type: "code id_token",
      redirect_uri: callback,
      scope: "openid accounts",
      state: "state-1",
      nonce: randomUUID(),
      max_age: 86_400,
      iat: now,
      exp: now + 900,
      claims: { userinfo: { authorizationId: intent }, id_token: { authorizationId: intent, acr: { essential: true, values: ["urn:openbanking:psd2:sca"] } } },
    });
    const query = new URLSearchParams({ request: requestObject, client_id, response_type: "code id_token", scope: "openid accounts" });
    const { parameters } = await visit(`${endpoints.authorizeUrl}?${query.toString()}`, { psuId: "88888882" });
    const person = await token({ grant_type: "authorization_code", code: parameters.get("code") ?? "", redirect_uri: callback });
    const accounts = await api<{ accountId: string }[]>("/accounts", person.access_token);
    expect(accounts.status).toBe(200);
    expect(accounts.body).toHaveLength(4);
  });
});
