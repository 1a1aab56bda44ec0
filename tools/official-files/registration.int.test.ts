import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasSpecification, openApi } from "../../sandbox/test/openapi.ts";
import { startGateway } from "../../services/bank-gateway/testing/gateway.ts";
import { requestPair } from "../../services/bank-gateway/testing/own-certificates.ts";
import { saga } from "../../services/bank-gateway/testing/saga.ts";
import { startSandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import type { Sandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import { type Exchange, overhear } from "./wire.ts";

/** What our client and the sandbox's banks say to each other, in the words of those who wrote the interfaces: neither of the two is the judge. */
const uk = "uk-sandbox";
const home = "https://ledger.example/connect/return/uk";
/** By version, for another look. */
const said = new Map<string, readonly Exchange[]>();
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const claimsOf = (jws: unknown): Record<string, unknown> => {
  expect(jws).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  return JSON.parse(Buffer.from(String(jws).split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
};

/** What RFC 7591 and 7592 say against a conversation at `/register`, as far as UK Open Banking leaves it to them; empty where nothing. */
function rfcFindings({ method, path, headers, body, answer }: Exchange, before: Readonly<Record<string, unknown>> | undefined): string[] {
  const told = (answer.body ?? {}) as Record<string, unknown>;
  const claims = body === "" ? {} : claimsOf(body);
  const clientId = path.split("/")[2];
  const rules: readonly (readonly [boolean, string])[] = [
    // RFC 7591 3.1, with the signed request of UK Open Banking in place of JSON.
    [body === "" || /^application\/(jwt|jose)$/.test(headers["content-type"] ?? ""), "a request says what it is"],
    [body === "" || claimsOf(claims["software_statement"])["software_id"] === claims["software_id"], "the statement is for this software (7591 2.3)"],
    [body === "" || (claims["redirect_uris"] as string[]).every((uri) => uri.startsWith("https://")), "redirect URIs are encrypted (7591 5)"],
    [
      body === "" ||
        (claims["grant_types"] as string[]).includes("authorization_code") ===
          (claims["response_types"] as string[]).some((type) => type.split(" ").includes("code")),
      "grant and response types go together (7591 2.1)",
    ],
    // RFC 7592 2: a token opens what is there, and only that.
    [(clientId === undefined) === (headers["authorization"] === undefined), "a registration that is there is opened by a token (7592 2)"],
    [headers["authorization"] === undefined || headers["authorization"].startsWith("Bearer "), "as a bearer token (7592 2)"],
    [method !== "PUT" || claims["client_id"] === clientId, "a change names the client (7592 2.2)"],
    [
      method !== "PUT" || Object.keys(before ?? {}).every((name) => name in claims || name === "client_id_issued_at"),
      "a change says everything again (7592 2.2)",
    ],
    [
      !["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"].some((name) => name in claims),
      "what the bank gives is not sent back (7592 2.2)",
    ],
    // The answers: RFC 7591 3.2.1, RFC 7592 2.1 to 2.3.
    [
      answer.status === ({ POST: 201, GET: 200, PUT: 200, DELETE: 204 } as Record<string, number>)[method],
      `${method} is answered with another status than ${answer.status}`,
    ],
    [
      method === "DELETE" ? answer.text === "" : answer.headers["content-type"]?.startsWith("application/json") === true,
      "an answer is JSON, that to DELETE empty",
    ],
    [method === "DELETE" || answer.headers["cache-control"] === "no-store", "an answer is kept by nobody (7591 3.2.1)"],
    [
      method === "DELETE" || (typeof told["client_id"] === "string" && (clientId === undefined || told["client_id"] === clientId)),
      "an answer names the client",
    ],
    [body === "" || told["software_statement"] === claims["software_statement"], "the statement comes back unchanged (7591 3.2.1)"],
    [
      method !== "GET" ||
        Object.entries(before ?? {}).every(([name, value]) =>
          name === "grant_types" ? (value as string[]).every((grant) => (told[name] as string[]).includes(grant)) : isDeepStrictEqual(told[name], value),
        ),
      "what was registered is what is read, with more grants where the bank gives more (7592 2.1)",
    ],
  ];
  return rules.flatMap(([kept, rule]) => (kept ? [] : [`${method} ${path}: ${rule}`]));
}

/** What the official file says of the same, where there is one. */
function officialFindings(judge: ReturnType<typeof openApi>, exchange: Exchange): string[] {
  const operation = judge.operationOf(exchange) ?? "";
  return [
    ...judge.request(exchange),
    // The body is a signed message; the file describes what is in it.
    ...(exchange.body === "" ? [] : judge.schema("OBClientRegistration1", claimsOf(exchange.body))),
    ...judge.answer(operation, exchange.answer),
  ].map((finding) => `${operation}: ${finding}`);
}

describe.each([
  { version: "3.2", spelling: "name" },
  { version: "3.3", spelling: "text" },
  { version: "3.4", spelling: "hex" },
])("our client at a bank that speaks UK Open Banking DCR $version", ({ version, spelling }) => {
  const file = `obuk-dcr/client-registration-openapi.v${version}.yaml`;
  const judged = hasSpecification(file);
  const by = judged ? "the official file and RFC 7591 and 7592 have" : `RFC 7591 and 7592 have (there is no official file of ${version} here)`;
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ SANDBOX_UK_DCR_VERSION: version, SANDBOX_UK_SUBJECT_DN: spelling });
  });
  afterAll(() => sandbox?.[Symbol.asyncDispose]());

  it.each([
    ["tls_client_auth", "application/jwt"],
    ["private_key_jwt", "application/jose"],
  ])(`creates, reads, changes and deletes a client with %s; ${by} nothing against a word of it`, async (authentication, type) => {
    const env = { UK_CLIENT_AUTHENTICATION: authentication, UK_REGISTRATION_TYPE: type, UK_SUBJECT_SPELLING: spelling };
    await using gateway = await startGateway(sandbox, { everyBank: true, env });
    await requestPair(gateway);
    using wire = overhear(sandbox.endpoints.uk.issuer);

    const first = saga(gateway, uk, { terms: { redirectUris: [home] } });
    const { clientId } = (await first.whole()).submission.client;
    expect(await first.read()).toMatchObject({ standing: "known", client: { clientId, redirectUris: [home] } });
    const next = saga(gateway, uk, { replaces: first.registrationId, terms: { redirectUris: [home, `${home}/2`] } });
    expect((await next.whole()).submission.client).toMatchObject({ clientId, redirectUris: [home, `${home}/2`] });
    if (version === "3.4") {
      // A bank of this version may let a client have the grant it brought.
      const grantTypes = ["client_credentials", "authorization_code", "refresh_token", jwtBearer];
      await sandbox.admin("POST", `/uk/clients/${clientId}`, { grantTypes });
      expect(await next.read()).toMatchObject({ standing: "known", client: { clientId, grantTypes } });
    }
    expect((await next.end()).aspspTold).toBe(true);
    expect(await next.read()).toMatchObject({ standing: "unknown" });

    const conversation = wire.exchanges().filter(({ path }) => path.startsWith("/register"));
    const grown = version === "3.4" ? ["GET 200"] : [];
    expect(conversation.map(({ method, answer }) => `${method} ${answer.status}`)).toEqual(["POST 201", "GET 200", "PUT 200", ...grown, "DELETE 204"]);
    expect(conversation.filter(({ body }) => body !== "").map(({ body }) => claimsOf(body)["token_endpoint_auth_method"])).toEqual([
      authentication,
      authentication,
    ]);
    let known: Record<string, unknown> | undefined;
    for (const exchange of conversation) {
      expect(rfcFindings(exchange, known)).toEqual([]);
      known = (exchange.answer.body ?? known) as typeof known;
    }
    if (judged) expect(conversation.flatMap((exchange) => officialFindings(openApi(file), exchange))).toEqual([]);
    said.set(version, conversation);
  });

  it.runIf(judged)(`the official file would say what is wrong, so that its silence means something${judged ? "" : " (skipped: there is none here)"}`, () => {
    const judge = openApi(file);
    const [create, read] = said.get(version) ?? [];
    if (create === undefined || read === undefined) throw new Error("nothing was said");
    const { authorization: _, ...bare } = read.headers;
    expect(judge.request({ ...read, headers: bare })).toEqual(["Authorization is required in header"]);
    expect(judge.request({ ...read, path: `${read.path}?all=1` })).toEqual(["there is no all in query"]);
    expect(judge.request({ ...read, body: "{}" })).toEqual(["there is no body"]);
    expect(judge.request({ ...create, body: "" })).toEqual(["a body is required"]);
    expect(judge.request({ ...create, method: "PUT" })).toEqual(["there is no PUT /register"]);
    const claims = claimsOf(create.body);
    for (const wrong of [
      { aud: "not base62" },
      { jti: "00000000-0000-7000-8000-000000000000" },
      { redirect_uris: undefined },
      { application_type: version === "3.4" ? "mobile" : "native" },
      { grant_types: [version === "3.4" ? "password" : jwtBearer] },
    ])
      expect(judge.schema("OBClientRegistration1", { ...claims, ...wrong })).not.toEqual([]);
    expect(judge.answer("GET /register/{ClientId}", { ...read.answer, body: { ...(read.answer.body as object), client_id: undefined } })).not.toEqual([]);
  });
});

const berlinGroup = "berlin-group/psd2-api_1.3.9_errata-2021-06-30.yaml";
describe.skipIf(!hasSpecification(berlinGroup))("our client at a Berlin Group bank (skipped where the specifications are not beside the repository)", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox?.[Symbol.asyncDispose]());

  it("is known by its certificate: the official file has nothing against what it asks, nor against the answers", async () => {
    await using gateway = await startGateway(sandbox, { everyBank: true });
    await requestPair(gateway);
    using wire = overhear(new URL(sandbox.endpoints.berlinGroup.baseUrl).origin);
    const at = saga(gateway, "berlin-group-sandbox");
    await at.certificates();
    await at.validation();
    await at.activation();
    await at.read();
    const conversation = wire.exchanges();

    // The first call is refused, since it is the one by which the bank gets to know us.
    expect(conversation.map(({ answer }) => answer.status)).toEqual([401, 403, 403]);
    const judge = openApi(berlinGroup);
    for (const exchange of conversation) {
      expect(judge.operationOf(exchange)).toBe("GET /v1/consents/{consentId}");
      expect(judge.request(exchange)).toEqual([]);
      expect(judge.answer("GET /v1/consents/{consentId}", exchange.answer)).toEqual([]);
      expect(exchange.answer.headers["x-request-id"]).toBe(exchange.headers["x-request-id"]);
      // The certificate alone says who asks, and nobody is present.
      expect(Object.keys(exchange.headers).filter((name) => /^(authorization|psu-)/.test(name))).toEqual([]);
    }
    expect(new Set(conversation.map(({ headers }) => headers["x-request-id"])).size).toBe(3);

    const [first] = conversation;
    if (first === undefined) throw new Error("nothing was asked");
    const { "x-request-id": id, ...unnamed } = first.headers;
    expect(judge.request({ ...first, headers: unnamed })).toEqual(["X-Request-ID is required in header"]);
    expect(judge.request({ ...first, headers: { ...unnamed, "x-request-id": `${id}0` } }).join()).toContain("X-Request-ID must match format");
    const elsewhere = first.path.replace("/v1/", "/v2/");
    expect(judge.request({ ...first, path: elsewhere })).toEqual([`there is no GET ${elsewhere}`]);
    expect(judge.answer("GET /v1/consents/{consentId}", { ...first.answer, body: { tppMessages: [{ category: "ERROR", code: "NO_IDEA" }] } })).not.toEqual([]);
  });
});
