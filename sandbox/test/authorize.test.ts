import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, today, type TestBank } from "./bank.ts";
import { Browser, visit } from "./browser.ts";
import { testClock } from "./clock.ts";
import { call, plainAgent, readJwt, redirectUri, Tpp } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let other: Tpp;
const clock = testClock(today);
beforeAll(async () => {
  bank = await startBank({ clock });
  [tpp, other] = await Promise.all([Tpp.registered(bank), Tpp.registered(bank)]);
});
afterAll(() => bank[Symbol.asyncDispose]());

const seconds = (): number => Math.floor(Date.now() / 1000);

async function pending(): Promise<string> {
  return (await tpp.createAuthorization()).body.authorizationId;
}

async function request(overrides: object = {}): Promise<Record<string, unknown>> {
  return tpp.requestObject(await pending(), overrides);
}

function browser(language?: string): Browser {
  return new Browser(bank.endpoints.issuer, language);
}

function fragmentOf(url: string): URLSearchParams {
  return new URLSearchParams(new URL(url).hash.slice(1));
}

async function statusOf(authorizationId: string): Promise<unknown> {
  return (await tpp.api(`/authorizations/${authorizationId}`, await tpp.clientToken())).body["status"];
}

describe("the signed request", () => {
  it.each<[string, (claims: Record<string, unknown>) => string]>([
    ["ES256 by the EC seal", (claims) => tpp.authorizeUrl(claims)],
    ["RS256 by the QWAC key", (claims) => tpp.authorizeUrl(claims, { key: tpp.qwac })],
    ["PS256 by the RSA seal", (claims) => tpp.authorizeUrl(claims, { key: tpp.sealRsa })],
    [
      "all parameters repeated in the query",
      (claims) => tpp.authorizeUrl(claims, { query: { state: String(claims["state"]), nonce: String(claims["nonce"]), redirect_uri: redirectUri } }),
    ],
    ["plain code in the query", (claims) => tpp.authorizeUrl(claims, { query: { response_type: "code" } })],
    ["the sandbox host as audience", (claims) => tpp.authorizeUrl({ ...claims, aud: "https://mtls-apis.psd2-sandbox.op.fi" })],
    ["the words of the scope in another order", (claims) => tpp.authorizeUrl({ ...claims, scope: "accounts openid" })],
  ])("is accepted with %s", async (_what, url) => {
    const page = await browser().open(url(await request()));
    expect(page.status).toBe(200);
    expect(page.text).toContain("One Point Ledger asks to see your account information");
  });

  it.each<[string, (claims: Record<string, unknown>) => string, RegExp]>([
    ["no request", () => `${bank.endpoints.authorizeUrl}?client_id=${tpp.client?.client_id}`, /parameter request/],
    ["an unknown client", (claims) => tpp.authorizeUrl(claims, { query: { client_id: "nobody" } }), /not registered/],
    ["a broken signature", (claims) => broken(tpp.authorizeUrl(claims)), /signature does not verify/],
    ["an unknown kid", (claims) => tpp.authorizeUrl(claims, { key: { ...tpp.seal, kid: "qeseal-AAAAAA" } }), /no key/],
    ["another third party's key", (claims) => tpp.authorizeUrl(claims, { key: other.seal }), /no key/],
    [
      "an unregistered redirect address",
      (claims) => tpp.authorizeUrl({ ...claims, redirect_uri: `${redirectUri}/` }),
      /not registered, character by character/,
    ],
    ["a parameter twice", (claims) => `${tpp.authorizeUrl(claims)}&client_id=x`, /given twice/],
    ["no JWT", () => `${bank.endpoints.authorizeUrl}?client_id=${tpp.client?.client_id}&request=x`, /not a signed JWT/],
  ])("with %s ends on a page, since nobody can be told", async (_what, url, message) => {
    const page = await browser().open(url(await request()));
    expect(page.status).toBe(400);
    expect(page.text).toMatch(message);
  });

  it.each<[string, object, string]>([
    ["an expired object", { exp: 1_700_000_000 }, "invalid_request_object"],
    ["another audience", { aud: "https://evil.example" }, "invalid_request_object"],
    ["another issuer", { iss: "someone" }, "invalid_request_object"],
    ["no nonce", { nonce: undefined }, "invalid_request_object"],
    ["an iat in the future", { iat: 4_000_000_000 }, "invalid_request_object"],
    ["another scope", { scope: "openid payments" }, "invalid_request"],
    ["another response type", { response_type: "token" }, "invalid_request"],
    ["openbanking_intent_id instead of authorizationId", { claims: { id_token: { openbanking_intent_id: { value: "x" } } } }, "invalid_request_object"],
  ])("with %s is answered to the third party", async (_what, overrides, error) => {
    const claims = await request(overrides);
    const page = await browser().open(tpp.authorizeUrl(claims));
    expect(page.url.startsWith(`${redirectUri}#`)).toBe(true);
    expect(fragmentOf(page.url).get("error")).toBe(error);
    expect(fragmentOf(page.url).get("state")).toBe(claims["state"]);
  });

  it("must name a pending authorization of this client, the same in both places", async () => {
    const foreign = (await other.createAuthorization()).body.authorizationId;
    const errorFor = async (claims: Record<string, unknown>): Promise<string> =>
      fragmentOf((await browser().open(tpp.authorizeUrl(claims))).url).get("error_description") ?? "";
    expect(await errorFor(tpp.requestObject(foreign))).toContain("no such authorization");
    const claims = await request();
    const mixed = { ...claims, claims: { ...(claims["claims"] as object), userinfo: { authorizationId: { value: foreign } } } };
    expect(await errorFor(mixed)).toContain("different authorizations");
    const used = await pending();
    await visit(tpp.authorizeUrl(tpp.requestObject(used)), { psuId: "88888881", decision: "refuse" });
    expect(await errorFor(tpp.requestObject(used))).toContain("not pending: Rejected");
  });

  it("must not contradict its query", async () => {
    const page = await browser().open(tpp.authorizeUrl(await request(), { query: { state: "another" } }));
    expect(fragmentOf(page.url).get("error_description")).toContain("state differs");
  });
});

describe("what a person does", () => {
  it("sees names, account numbers and balances, and shares only what stays ticked", async () => {
    const authorizationId = await pending();
    const login = await browser().open(tpp.authorizeUrl(tpp.requestObject(authorizationId)));
    expect(login.text).toContain("Aino Hiekkalaatikko-Testinen");
    const ledger = await bank.admin<{ people: { accounts: Record<string, string>[]; cards: Record<string, string>[] }[] }>("GET", "/books/ledger?psu=88888881");
    const [account] = ledger.body.people[0]?.accounts ?? [];
    const { parameters, selection } = await visit(tpp.authorizeUrl(tpp.requestObject(authorizationId)), {
      psuId: "88888881",
      only: { account: [account?.["accountId"] ?? ""], card: [] },
    });
    expect(selection.text).toContain("FI86\u00a05998\u00a06920\u00a00686\u00a081".replaceAll("\u00a0", " "));
    expect(selection.text).toContain("Until ");
    const { access_token } = (await tpp.exchange(parameters.get("code") ?? "")).body;
    const accounts = await tpp.api<Record<string, string>[]>("/accounts", access_token);
    expect(accounts.body.map((each) => each["identifier"])).toEqual(["FI8659986920068681"]);
    expect((await tpp.api("/cards", access_token)).body).toEqual([]);
  });

  it("refuses: access_denied with the state, and the authorization is Rejected", async () => {
    const authorizationId = await pending();
    const claims = tpp.requestObject(authorizationId);
    const { parameters, redirectedTo } = await visit(tpp.authorizeUrl(claims), { psuId: "88888882", decision: "refuse" });
    expect(Object.fromEntries(parameters)).toEqual({ error: "access_denied", error_description: expect.any(String), state: claims["state"] });
    expect(redirectedTo).toContain("#");
    expect(await statusOf(authorizationId)).toBe("Rejected");
  });

  it("cancels before logging in", async () => {
    const authorizationId = await pending();
    const visitor = browser();
    const end = await visitor.press(await visitor.open(tpp.authorizeUrl(tpp.requestObject(authorizationId))), "Cancel and go back");
    expect(fragmentOf(end.url).get("error")).toBe("access_denied");
    expect(await statusOf(authorizationId)).toBe("Rejected");
  });

  it("logs in by the button of a test customer; a wrong user ID is explained", async () => {
    const visitor = browser();
    const login = await visitor.open(tpp.authorizeUrl(await request()));
    const wrong = await visitor.press(login, "Log in", { fill: { psuId: "12345678" } });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain("no customer with this user ID");
    expect(wrong.html).toContain('aria-invalid="true"');
    expect((await visitor.press(wrong, "88888882")).text).toContain("Logged in as Eetu Mallikansalainen");
  });

  it("goes on in both of two tabs that were opened at the same moment", async () => {
    const visitor = browser();
    const addresses = [tpp.authorizeUrl(await request()), tpp.authorizeUrl(await request())];
    const tabs = await Promise.all(addresses.map((address) => visitor.open(address)));
    for (const tab of tabs) expect((await visitor.press(tab, "88888881")).text).toContain("Logged in as");
  });

  it("is asked again when nothing is ticked", async () => {
    const visitor = browser();
    const selection = await visitor.press(await visitor.open(tpp.authorizeUrl(await request())), "88888881");
    const again = await visitor.press(selection, "approve", { only: { account: [], card: [] } });
    expect(again.status).toBe(422);
    expect(again.text).toContain("Choose at least one account or card");
  });

  it("cannot share somebody else's account by editing the form", async () => {
    const stranger =
      (await bank.admin<{ people: { accounts: { accountId: string }[] }[] }>("GET", "/books/ledger?psu=88888882")).body.people[0]?.accounts[0]?.accountId ?? "";
    const visitor = browser();
    const selection = await visitor.press(await visitor.open(tpp.authorizeUrl(await request())), "88888881");
    const tampered = {
      ...selection,
      forms: selection.forms.map((form) => ({
        ...form,
        fields: form.fields.map((field) => (field.name === "account" ? { ...field, value: stranger } : field)),
      })),
    };
    expect((await visitor.press(tampered, "approve", { only: { account: [stranger], card: [] } })).status).toBe(422);
  });

  it.each([
    ["fi", "Kirjaudu sisään", "fi"],
    ["fi-FI,en;q=0.5", "Kirjaudu sisään", "fi"],
    ["en-GB", "Log in", "en"],
    ["sv", "Kirjaudu sisään", "fi"],
  ])("reads the page in the language of the browser: %s", async (language, text, lang) => {
    const page = await browser(language).open(tpp.authorizeUrl(await request()));
    expect(page.text).toContain(text);
    expect(page.html).toContain(`<html lang="${lang}">`);
  });

  it("logs in as somebody made for load", async () => {
    const visitor = browser();
    const selection = await visitor.press(await visitor.open(tpp.authorizeUrl(await request())), "Log in", { fill: { psuId: "load-3-120" } });
    expect(selection.text).toContain("Kuorma Koehenkilö 3");
  });
});

describe("the pages defend themselves", () => {
  it("against forms without their token, from another origin, or of another browser", async () => {
    const authorizationId = await pending();
    const visitor = browser();
    const login = await visitor.open(tpp.authorizeUrl(tpp.requestObject(authorizationId)));
    expect((await visitor.press(login, "Log in", { fill: { psuId: "88888881", formToken: "guessed" } })).status).toBe(403);
    expect((await visitor.press(login, "Log in", { fill: { psuId: "88888881" }, headers: { origin: "https://evil.example" } })).status).toBe(403);
    expect((await browser().press(login, "Log in", { fill: { psuId: "88888881" } })).status).toBe(403);
    expect(await statusOf(authorizationId)).toBe("Unauthorized");
  });

  it("by strict headers, and no script at all", async () => {
    const page = await browser().open(tpp.authorizeUrl(await request()));
    expect(page.headers["content-security-policy"]).toBe(
      `default-src 'none'; style-src 'self'; form-action 'self' http://localhost:9; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(page.headers).toMatchObject({
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "referrer-policy": "same-origin",
    });
    expect(page.html).not.toMatch(/<script|style=|onclick|javascript:/i);
  });

  it("escape what a third party says about itself", async () => {
    const hostile = await Tpp.make(bank);
    await hostile.register(hostile.registrationJwt({ statement: { software_client_name: '<script>alert(1)</script>"' } }));
    const { authorizationId } = (await hostile.createAuthorization()).body;
    const page = await browser().open(hostile.authorizeUrl(hostile.requestObject(authorizationId)));
    expect(page.html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;");
    expect(page.html).not.toContain("<script");
  });

  it("answer once: the page is over afterwards", async () => {
    const visitor = browser();
    const selection = await visitor.press(await visitor.open(tpp.authorizeUrl(await request())), "88888881");
    await visitor.press(selection, "approve");
    expect((await visitor.press(selection, "approve")).status).toBe(403);
    expect((await visitor.open(selection.url)).status).toBe(410);
  });

  it("end after a quarter of an hour", async () => {
    const authorizationId = await pending();
    const visitor = browser();
    const login = await visitor.open(tpp.authorizeUrl(tpp.requestObject(authorizationId)));
    clock.ahead({ seconds: 901 });
    expect((await visitor.open(login.url)).status).toBe(410);
    expect(await statusOf(authorizationId)).toBe("Expired");
    clock.ahead({ seconds: -901 });
  });
});

describe("the answer", () => {
  it("is delivered in the query where the bank is set so", async () => {
    await using querying = await startBank({ env: { SANDBOX_RESPONSE_DELIVERY: "query" } });
    const third = await Tpp.registered(querying);
    const { authorizationId } = (await third.createAuthorization()).body;
    const { redirectedTo, parameters } = await visit(third.authorizeUrl(third.requestObject(authorizationId)), { psuId: "88888881" });
    expect(new URL(redirectedTo).hash).toBe("");
    expect([...parameters.keys()]).toEqual(["code", "id_token", "state"]);
  });

  it("carries the level asked for, and the same person only within one organisation", async () => {
    const claims = await request();
    const onlyCa = { ...(claims["claims"] as { id_token: object }) };
    const caClaims = { ...claims, claims: { ...onlyCa, id_token: { ...onlyCa.id_token, acr: { essential: true, values: ["urn:openbanking:psd2:ca"] } } } };
    const first = readJwt((await visit(tpp.authorizeUrl(caClaims), { psuId: "88888881" })).parameters.get("id_token") ?? "").claims;
    expect(first["acr"]).toBe("urn:openbanking:psd2:ca");
    const again = readJwt((await visit(tpp.authorizeUrl(await request()), { psuId: "88888881" })).parameters.get("id_token") ?? "").claims;
    expect(again["sub"]).toBe(first["sub"]);
    expect(Number(again["exp"]) - Number(again["iat"])).toBe(600);
    expect(Math.abs(Number(again["iat"]) - seconds())).toBeLessThan(130);
    const { authorizationId } = (await other.createAuthorization()).body;
    const elsewhere = readJwt(
      (await visit(other.authorizeUrl(other.requestObject(authorizationId)), { psuId: "88888881" })).parameters.get("id_token") ?? "",
    ).claims;
    expect(elsewhere["sub"]).not.toBe(first["sub"]);
  });

  it("can be verified with the keys published over https, the same as beside the login pages", async () => {
    const secure = await call<{ keys: Record<string, unknown>[] }>(bank.endpoints.oidcJwksUrl, { agent: plainAgent(bank) });
    const beside = await call<{ keys: Record<string, unknown>[] }>(`${bank.endpoints.issuer}/oauth/jwks/PSD2_OIDC`);
    expect(secure.body).toEqual(beside.body);
    expect(secure.body.keys.every((key) => !("d" in key) && !("p" in key))).toBe(true);
  });
});

function broken(url: string): string {
  const parsed = new URL(url);
  const jwt = parsed.searchParams.get("request") ?? "";
  parsed.searchParams.set("request", `${jwt.slice(0, -20)}${jwt.at(-20) === "A" ? "B" : "A"}${jwt.slice(-19)}`);
  return parsed.href;
}
