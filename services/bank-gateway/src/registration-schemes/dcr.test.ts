import { describe, expect, it } from "vitest";
import type { BankCalls, CallInput } from "../adapters/bank-adapter.ts";
import { translateFailure } from "../egress/failure.ts";
import { errors } from "../errors.ts";
import { translateUkRefusal } from "../standards/uk-open-banking/refusal.ts";
import { dcrScheme } from "./dcr.ts";
import type { DcrSettings } from "./dcr.ts";
import type { AtBankAsClient, BoundToken } from "./scheme.ts";
import { terms } from "../../testing/terms.ts";

/** Plain RFC 7591 and 7592: JSON, a statement of our own, a token that comes with the registration. */
const plain: DcrSettings = {
  registrationUrl: "https://as.bank.example/clients",
  audience: "https://as.bank.example",
  request: "application/json",
  statement: "self",
  management: "registration-access-token",
  authentication: "client_secret_post",
  subjectSpelling: "hex",
  responseTypes: ["code"],
  idTokenAlgorithm: "PS256",
};
const scheme = dcrScheme(plain);
const now = Temporal.Instant.from("2026-11-28T10:00:00Z");

type Say = (input: CallInput, token: string | undefined) => { status: number; json?: unknown };

/** A bank, and our side of it. */
function bankWhere(say: Say) {
  const asked: { input: CallInput; token: string | undefined; origin: string | undefined }[] = [];
  const callsWith = (bound: BoundToken | undefined, origin?: string): BankCalls => {
    const token = bound?.accessToken;
    return async (input) => {
      asked.push({ input, token, origin });
      const { status, json } = say(input, token);
      if (status > 299) throw translateUkRefusal(status, json, {});
      return { status, json, headers: {}, rawHash: "a".repeat(64), receivedAt: now };
    };
  };
  const at = (more: Partial<AtBankAsClient> = {}): AtBankAsClient =>
    ({
      now,
      newJti: () => "11111111-1111-4111-8111-111111111111",
      signingAlgorithm: () => "PS256",
      sign: async (claims: object) => ({
        jws: `${Buffer.from('{"alg":"PS256"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`,
        kid: "seal",
        algorithm: "PS256",
      }),
      calls: callsWith(undefined),
      callsWith,
      ...more,
    }) as AtBankAsClient;
  return { asked, at };
}

const told = (reason: string) => errors.ERR_ASPSP_TOKEN_INVALID({ details: { reason } });
/** A token endpoint, and whether it knows us. */
const tokensOf = (known: boolean) =>
  ({ clientCredentials: async () => (known ? {} : Promise.reject(told("invalid_client"))) }) as unknown as AtBankAsClient["tokens"];

/** What is kept of requests that make a client. */
function creation(unanswered?: string) {
  const kept: (string | null)[] = [];
  return { kept, unanswered, sending: async (request: string) => void kept.push(request), notTaken: async () => void kept.push(null) };
}

const registered = {
  client_id: "client 1/2",
  // Quirk 62.
  client_id_issued_at: 1_764_324_000_000,
  client_secret: "a-secret",
  client_secret_expires_at: 0,
  scope: ["openid", "accounts"],
  redirect_uris: terms.redirectUris,
  grant_types: ["client_credentials", "authorization_code", "refresh_token"],
  registration_access_token: "rat-1",
  registration_client_uri: "https://as.bank.example/clients/client%201%2F2",
};

async function requestOf(at: AtBankAsClient) {
  const names = { tppId: "FI-FINFSA-1", organizationIdentifier: "PSDFI-FINFSA-1", publicJwksUrl: "https://ledger.example/jwks" };
  const statement = await scheme.softwareStatement?.(at, { ...names, terms, softwareClientId: "soft", previousStatement: undefined, retired: new Set() });
  const request = await scheme.registrationRequest?.(at, { softwareStatement: statement?.message ?? "", terms });
  return { statement, request };
}

describe("plain dynamic client registration (RFC 7591, RFC 7592)", () => {
  it("sends JSON with a statement of our own, and what the bank answers is what counts", async () => {
    const { asked, at } = bankWhere(() => ({ status: 201, json: { ...registered, token_endpoint_auth_method: "private_key_jwt" } }));
    const { statement, request } = await requestOf(at());
    expect(statement).toMatchObject({ kid: "seal", algorithm: "PS256" });
    expect(request).toMatchObject({ algorithm: "none" });
    const outcome = await scheme.submit?.(at(), { registrationRequest: request?.message, replaced: undefined, entered: undefined, creation: creation() });
    expect(asked[0]?.input).toMatchObject({ method: "POST", body: { type: "application/json" } });
    expect(JSON.parse(asked[0]?.input.body?.text ?? "")).toMatchObject({
      software_id: "soft",
      software_statement: statement?.message,
      client_name: terms.clientName,
      token_endpoint_auth_method: "client_secret_post",
      scope: "openid accounts",
    });
    expect(outcome?.client).toMatchObject({
      clientId: "client 1/2",
      clientIdIssuedAt: "2025-11-28T10:00:00Z",
      clientSecretExpiresAt: null,
      scope: "openid accounts",
    });
    expect(outcome?.credentials).toEqual({
      clientId: "client 1/2",
      clientSecret: "a-secret",
      authentication: "private_key_jwt",
      management: { uri: registered.registration_client_uri, accessToken: "rat-1" },
    });
    // Nothing of it is in what leaves the gateway.
    expect(JSON.stringify(outcome?.client)).not.toMatch(/secret"|rat-1/);
  });

  const credentials = { clientId: "client 1/2", clientSecret: "a-secret", management: { uri: registered.registration_client_uri, accessToken: "rat-1" } };

  it("changes, reads and deletes with the token that came with it, which may be renewed on the way", async () => {
    const { asked, at } = bankWhere(({ method }) => {
      const { client_secret: _secret, ...rest } = registered;
      return method === "DELETE" ? { status: 204 } : { status: 200, json: { ...rest, registration_access_token: "rat-2" } };
    });
    const { request } = await requestOf(at());
    const changed = await scheme.submit?.(at(), {
      registrationRequest: request?.message,
      replaced: at({ credentials }),
      entered: undefined,
      creation: creation(),
    });
    expect(asked[0]).toMatchObject({
      token: "rat-1",
      origin: "https://as.bank.example",
      input: { method: "PUT", url: new URL(registered.registration_client_uri) },
    });
    expect(JSON.parse(asked[0]?.input.body?.text ?? "")).toMatchObject({ client_id: "client 1/2", software_id: "soft" });
    expect(changed?.credentials).toMatchObject({ clientSecret: "a-secret", management: { accessToken: "rat-2" } });
    await expect(scheme.read(at({ credentials }))).resolves.toMatchObject({
      standing: "known",
      client: { clientId: "client 1/2" },
      credentials: { clientSecret: "a-secret", management: { accessToken: "rat-2" } },
    });
    await expect(scheme.end(at({ credentials }))).resolves.toBe(true);
    expect(asked.map(({ input }) => input.method)).toEqual(["PUT", "GET", "DELETE"]);
  });

  const signed = dcrScheme({ ...plain, request: "application/jwt" });
  const claimsIn = (jws = "") => JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
  async function signedRequest(at: AtBankAsClient) {
    const { statement } = await requestOf(at);
    return (await signed.registrationRequest?.(at, { softwareStatement: statement?.message ?? "", terms }))?.message ?? "";
  }

  it("a change is signed again for each sending, since no bank takes a jti twice; what makes a client is not", async () => {
    const { asked, at } = bankWhere(({ method }) => (method === "PUT" ? { status: 405 } : { status: 201, json: registered }));
    let made = 0;
    const counting = at({ newJti: () => `jti-${(made += 1)}` });
    const registrationRequest = await signedRequest(counting);
    // The bank offers no change, so a new client is made with the same terms.
    const kept = creation();
    await signed.submit?.(counting, { registrationRequest, replaced: at({ credentials, newJti: counting.newJti }), entered: undefined, creation: kept });
    const [put, post] = asked.map(({ input }) => input.body?.text);
    expect(asked.map(({ input }) => input.method)).toEqual(["PUT", "POST"]);
    expect({ ...claimsIn(put), jti: "" }).toEqual({ ...claimsIn(post), jti: "", client_id: "client 1/2" });
    expect(claimsIn(put)["jti"]).not.toBe(claimsIn(post)["jti"]);
    expect(post).toBe(registrationRequest);
    expect(kept.kept).toEqual([registrationRequest]);
  });

  const input = (registrationRequest: string, kept: ReturnType<typeof creation>) => ({
    registrationRequest,
    replaced: undefined,
    entered: undefined,
    creation: kept,
  });

  it.each([
    ["a refusal", 400],
    ["too many requests", 429],
    ["a 503", 503],
  ])("%s tells that no client was made: the next request is another one", async (_, status) => {
    const { at } = bankWhere(() => ({ status }));
    const kept = creation();
    await expect(signed.submit?.(at(), input("a.e30.c", kept))).rejects.toMatchObject({ kind: expect.any(String) });
    expect(kept.kept).toEqual(["a.e30.c", null]);
  });

  it.each([
    ["a 500", { status: 500 }],
    ["an answer that cannot be read", { status: 201, json: { client_id: "" } }],
  ])("%s tells nothing: what was sent is kept", async (_, answer) => {
    const { at } = bankWhere(() => answer);
    const kept = creation();
    await expect(signed.submit?.(at(), input("a.e30.c", kept))).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_ASPSP_(UNAVAILABLE|PROTOCOL)$/) });
    expect(kept.kept).toEqual(["a.e30.c"]);
  });

  it.each(["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "ENOTFOUND"])("%s: nothing was sent, so nothing is kept", async (code) => {
    const { at } = bankWhere(() => ({ status: 201 }));
    const kept = creation();
    const calls: BankCalls = async () => Promise.reject(translateFailure(Object.assign(new Error("x"), { code }), false));
    await expect(signed.submit?.(at({ calls }), input("a.e30.c", kept))).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    expect(kept.kept).toEqual(["a.e30.c", null]);
  });

  it("after an answer that was lost the same request goes out again, and its refusal is no proof that there is no client", async () => {
    const unknown = { code: "ERR_REGISTRATION_OUTCOME_UNKNOWN", kind: "rejected", message: expect.stringContaining("portal") };
    let status = 201;
    const { asked, at } = bankWhere(() => ({ status, json: registered }));
    await expect(signed.submit?.(at(), input("another.e30.c", creation("a.e30.c")))).resolves.toMatchObject({ client: { clientId: "client 1/2" } });
    expect(asked.map(({ input: { body } }) => body?.text)).toEqual(["a.e30.c"]);
    status = 400;
    await expect(signed.submit?.(at(), input("another.e30.c", creation("a.e30.c")))).rejects.toMatchObject(unknown);
    status = 503;
    const kept = creation("a.e30.c");
    await expect(signed.submit?.(at(), input("another.e30.c", kept))).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    expect(kept.kept).toEqual([]);
    // JSON has no jti: the bank would make a second client.
    await expect(scheme.submit?.(at(), input("{}", creation("{}")))).rejects.toMatchObject(unknown);
    expect(asked).toHaveLength(3);
  });

  it.each([
    [401, false, "unknown", true],
    [401, true, "unreadable", false],
    [404, true, "unknown", true],
    [403, true, "unreadable", false],
    [405, true, "unreadable", false],
  ])("a %i while the token endpoint knows us (%s) means %s, and whether there is somebody to tell", async (status, known, standing, heard) => {
    const { at } = bankWhere(() => ({ status }));
    const client = at({ credentials, tokens: tokensOf(known), scope: "payments" });
    await expect(scheme.read(client)).resolves.toEqual({ standing, client: null });
    await expect(scheme.end(client)).resolves.toBe(heard);
  });

  it("a refused management token makes no second client while the bank knows the first", async () => {
    const { asked, at } = bankWhere(({ method }) => (method === "PUT" ? { status: 401 } : { status: 201, json: registered }));
    const { request } = await requestOf(at());
    const submit = (known: boolean) =>
      scheme.submit?.(at(), { ...input(request?.message ?? "", creation()), replaced: at({ credentials, tokens: tokensOf(known), scope: "accounts" }) });
    await expect(submit(true)).rejects.toMatchObject({ code: "ERR_REGISTRATION_MANAGEMENT_REFUSED", kind: "conflict" });
    expect(asked.map(({ input: { method } }) => method)).toEqual(["PUT"]);
    await expect(submit(false)).resolves.toMatchObject({ client: { clientId: "client 1/2" } });
  });

  it("without such a token nothing can be read or deleted", async () => {
    const { at, asked } = bankWhere(() => ({ status: 200, json: registered }));
    await expect(scheme.read(at({ credentials: { clientId: "c" } }))).resolves.toEqual({ standing: "unreadable", client: null });
    await expect(scheme.end(at({ credentials: { clientId: "c" } }))).resolves.toBe(false);
    expect(asked).toEqual([]);
  });

  it("OA-03 an address of the registration at another host is refused", async () => {
    const { at } = bankWhere(() => ({ status: 201, json: { ...registered, registration_client_uri: "https://elsewhere.example/c" } }));
    const { request } = await requestOf(at());
    await expect(
      scheme.submit?.(at(), { registrationRequest: request?.message, replaced: undefined, entered: undefined, creation: creation() }),
    ).rejects.toMatchObject({
      code: "ERR_ASPSP_PROTOCOL",
      details: { reason: "registration-client-uri" },
    });
  });

  it("a way to authenticate that we do not have ends it with a sentence", async () => {
    const { at } = bankWhere(() => ({ status: 201, json: { ...registered, token_endpoint_auth_method: "client_secret_jwt" } }));
    const { request } = await requestOf(at());
    await expect(
      scheme.submit?.(at(), { registrationRequest: request?.message, replaced: undefined, entered: undefined, creation: creation() }),
    ).rejects.toMatchObject({
      code: "ERR_ASPSP_REJECTED",
      details: { reason: "token_endpoint_auth_method" },
    });
  });

  it.each(["invalid_redirect_uri", "invalid_client_metadata", "invalid_software_statement", "unapproved_software_statement"])(
    "%s is final and says what to do",
    async (error) => {
      const { at } = bankWhere(() => ({ status: 400, json: { error, error_description: "free text of the bank" } }));
      const { request } = await requestOf(at());
      await expect(
        scheme.submit?.(at(), { registrationRequest: request?.message, replaced: undefined, entered: undefined, creation: creation() }),
      ).rejects.toMatchObject({
        code: "ERR_ASPSP_REJECTED",
        kind: "rejected",
        message: expect.stringMatching(/^The bank (refuses|does not accept) /),
        details: { reason: error, status: 400 },
      });
    },
  );

  it("a statement of our own needs published keys", async () => {
    const { at } = bankWhere(() => ({ status: 201 }));
    const names = { tppId: "t", organizationIdentifier: "PSDFI-FINFSA-1", publicJwksUrl: "" };
    await expect(
      scheme.softwareStatement?.(at(), { ...names, terms, softwareClientId: "soft", previousStatement: undefined, retired: new Set() }),
    ).rejects.toMatchObject({
      message: expect.stringContaining("OPL_TPP_JWKS_URL"),
    });
  });
});
