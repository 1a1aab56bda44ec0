import { describe, expect, it } from "vitest";
import { envFileExample } from "../../gen/env-file-documents.ts";
import { goodSettings } from "../testing/run.ts";
import { nearestName } from "./aliases.ts";
import { readSettings } from "./read-settings.ts";
import type { SettingsProblem } from "./read-settings.ts";
import { settingNames } from "./schema.ts";

const read = (content: object | string, environment: Record<string, string> = {}) =>
  readSettings(typeof content === "string" ? content : JSON.stringify(content), { file: "/tpp/env.json", environment });

function problems(content: object | string, environment: Record<string, string> = {}): readonly SettingsProblem[] {
  try {
    read(content, environment);
  } catch (error) {
    return (error as { details: { problems: SettingsProblem[] } }).details.problems;
  }
  throw new Error("nothing was refused");
}

const lines = (settings: Record<string, unknown>) =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");

describe("an env file", () => {
  it("needs little; the rest has defaults, and paths count from the file", () => {
    const { OP_CERT_GENERATION_URL: _c, OP_REGISTRATION_URL: _r, OP_TOKEN_URL: _t, ...least } = goodSettings({ OP_CA_BUNDLE_PATH: "keys/ca.pem" });
    expect(read(least)).toMatchObject({
      OP_ENVIRONMENT: "sandbox",
      OP_REGISTRATION_URL: "https://psd2.mtls.sandbox.apis.op.fi/tpp-registration/register",
      OP_REGISTRATION_AUD: "https://op.fi/",
      OP_SOFTWARE_REDIRECT_URIS: ["https://localhost:8181/oauth/callback/accounts"],
      OP_CA_BUNDLE_PATH: "/tpp/keys/ca.pem",
      ownCertificates: false,
    });
  });

  it("of OP's registration example is read as it is", () => {
    const settings = read({
      sandbox: {
        certificate_url: "https://gen.example/x",
        registration_url: "https://bank.example/register",
        public_jwks_url: "",
        api_key: "key-of-the-portal",
        country: "fi",
        tpp_id: "TEST TPP",
        aud: "https://audience.example/",
        redirect_uris: ["https://a.example/cb"],
        grant_types: ["client_credentials", "authorization_code", "refresh_token"],
        ssa: {
          software_roles: ["AIS", "PIS"],
          // The example names one on a port of this machine where nobody listens.
          software_jwks_revoked_endpoint: "http://localhost:1234/.revoked/keys.jwks",
          software_client_name: "Ledger",
          software_redirect_uris: ["https://a.example/cb", "https://b.example/cb"],
          software_client_uri: "https://a.example",
          org_name: "A Oy",
          org_contacts: [{ name: "A", email: "a@a.example", phone: "", type: "Support" }],
        },
      },
      production: { registration_url: "https://other.example/register" },
    });
    expect(settings).toMatchObject({
      OP_CERT_GENERATION_URL: "https://gen.example/x",
      OP_REGISTRATION_URL: "https://bank.example/register",
      OP_API_KEY: "key-of-the-portal",
      OP_COUNTRY: "FI",
      OP_TPP_NAME: "TEST TPP",
      OP_REGISTRATION_AUD: "https://audience.example/",
      OP_ROLES: ["AIS", "PIS"],
      OP_REDIRECT_URIS: ["https://a.example/cb"],
      OP_SOFTWARE_REDIRECT_URIS: ["https://a.example/cb", "https://b.example/cb"],
      OP_SOFTWARE_JWKS_REVOKED_ENDPOINT: "http://localhost:1234/.revoked/keys.jwks",
      OP_SOFTWARE_CLIENT_NAME: "Ledger",
      OP_SOFTWARE_CLIENT_URI: "https://a.example",
      OP_ORG_NAME: "A Oy",
      OP_ORG_CONTACTS: [{ email: "a@a.example" }],
      ownCertificates: false,
    });
    expect(settings.OP_PUBLIC_JWKS_URL).toBeUndefined();
  });

  it.each(["tpp.ssa.software.client.name", "tpp.ssa.software.client"])("of the Java predecessor is read as properties, with a country added; %s", (name) => {
    const settings = read(`# comment
tpp.registration.register.url=https://bank.example/register
tpp.client.cert.generation.url=https://gen.example/client-cert?
tpp.api.key = key-of-the-portal
tpp.cn=TEST TPP
tpp.ssa.software.roles=AIS,PIS
tpp.ssa.software.redirect.uris=https://a.example/cb
tpp.ssa.software.client.id=0f0e1d2c-1111-4222-8333-944445555666
${name}=Ledger
tpp.ssa.software.client.uri=https://a.example
tpp.ssa.software.client.email=a@a.example
OP_COUNTRY=FI
`);
    expect(settings).toMatchObject({
      OP_REGISTRATION_URL: "https://bank.example/register",
      OP_CERT_GENERATION_URL: "https://gen.example/client-cert?",
      OP_SOFTWARE_CLIENT_NAME: "Ledger",
      // tpp.cn is both.
      OP_TPP_NAME: "TEST TPP",
      OP_ORG_NAME: "TEST TPP",
      OP_ROLES: ["AIS", "PIS"],
      OP_REDIRECT_URIS: ["https://a.example/cb"],
      OP_ORG_CONTACTS: [{ email: "a@a.example" }],
    });
  });

  it("of the earlier Python flow is read as it is", () => {
    const settings = read({
      api_key: "key-of-the-portal",
      country: "FI",
      tpp_name: "TEST TPP",
      roles: "AIS,PIS,CBPII",
      sandbox_url: "https://gen.example/x",
      registration_url: "https://bank.example/register",
      redirect_uris: ["https://a.example/cb"],
      software_client_name: "Ledger",
      software_redirect_uris: ["https://a.example/cb", "https://b.example/cb"],
      software_client_uri: "https://a.example",
      org_name: "A Oy",
      org_contacts: [{ name: "A", email: "a@a.example", phone: "+358 1", type: "Service" }],
    });
    expect(settings).toMatchObject({
      OP_API_KEY: "key-of-the-portal",
      OP_COUNTRY: "FI",
      OP_TPP_NAME: "TEST TPP",
      OP_ROLES: ["AIS", "PIS", "CBPII"],
      OP_CERT_GENERATION_URL: "https://gen.example/x",
      OP_REGISTRATION_URL: "https://bank.example/register",
      OP_REDIRECT_URIS: ["https://a.example/cb"],
      OP_SOFTWARE_CLIENT_NAME: "Ledger",
      OP_SOFTWARE_REDIRECT_URIS: ["https://a.example/cb", "https://b.example/cb"],
      OP_SOFTWARE_CLIENT_URI: "https://a.example",
      OP_ORG_NAME: "A Oy",
      OP_ORG_CONTACTS: [{ name: "A", email: "a@a.example", phone: "+358 1", type: "Service" }],
    });
  });

  it("may use the names of the demo TPP", () => {
    const { OP_API_KEY: _k, OP_TOKEN_URL: _t, ...rest } = goodSettings();
    const settings = read({ ...rest, API_KEY: "key-of-the-portal", CERT_PASSPHRASE: "sesame", OIDC_ACCESS_TOKEN_URL: "https://t.example/token" });
    expect(settings).toMatchObject({ OP_API_KEY: "key-of-the-portal", OP_CERT_PASSPHRASE: "sesame", OP_TOKEN_URL: "https://t.example/token" });
  });

  it("takes an empty value of what may be absent as absent, as env.example.json has it", () => {
    const { $schema: _s, ...example } = JSON.parse(envFileExample());
    expect(Object.keys(example)).toEqual(settingNames);
    const filledIn = read({ ...example, OP_API_KEY: "portal-key" });
    expect(filledIn).toMatchObject({
      OP_SOFTWARE_REDIRECT_URIS: filledIn.OP_REDIRECT_URIS,
      OP_FAPI_FINANCIAL_ID: "test",
      ownCertificates: false,
    });
    expect(filledIn.OP_CA_BUNDLE_PATH).toBeUndefined();
    expect(problems(example)).toEqual([{ key: "OP_API_KEY", message: "must not be empty" }]);
    expect(read(`${lines({ ...goodSettings(), OP_FAPI_FINANCIAL_ID: "" })}\nOP_QWAC_CERT_PATH=\n`)).toMatchObject({
      OP_FAPI_FINANCIAL_ID: "test",
      ownCertificates: false,
    });
  });

  it("takes secrets from the environment, which wins; of other variables only OP_ENVIRONMENT is looked at", () => {
    const environment = { OP_API_KEY: "from-the-environment", OP_TPP_NAME: "No" };
    expect(read(goodSettings({ OP_API_KEY: undefined }), environment)).toMatchObject({ OP_API_KEY: "from-the-environment", OP_TPP_NAME: "Example Ledger TPP" });
    expect(read(goodSettings(), environment).OP_API_KEY).toBe("from-the-environment");
  });

  describe("with a block for each environment", () => {
    const { OP_API_KEY: _k, OP_REGISTRATION_URL: _r, OP_TOKEN_URL: _t, OP_CERT_GENERATION_URL: _g, ...rest } = goodSettings();
    const own = { OP_QWAC_P12_PATH: "qwac.p12", OP_QSEAL_P12_PATH: "seal.p12", OP_QSEAL_KID: "seal-1", OP_PUBLIC_JWKS_URL: "https://a.example/jwks" };
    const blocks = { ...rest, OP_ENVIRONMENT: "sandbox", sandbox: { OP_API_KEY: "sandbox-key" }, production: { OP_API_KEY: "production-key", ...own } };
    const chosen = (content: object | string, environment: Record<string, string>) => {
      const { OP_ENVIRONMENT, OP_API_KEY, OP_REGISTRATION_URL } = read(content, environment);
      return [OP_ENVIRONMENT, OP_API_KEY, new URL(OP_REGISTRATION_URL).hostname];
    };

    it("the variable OP_ENVIRONMENT chooses key and hosts together, an empty one nothing", () => {
      expect(chosen(blocks, { OP_ENVIRONMENT: "production" })).toEqual(["production", "production-key", "mtls.apis.op.fi"]);
      expect(chosen(blocks, {})).toEqual(["sandbox", "sandbox-key", "psd2.mtls.sandbox.apis.op.fi"]);
      expect(chosen({ ...blocks, OP_ENVIRONMENT: "production" }, { OP_ENVIRONMENT: "" })).toEqual(["production", "production-key", "mtls.apis.op.fi"]);
    });

    it("production's rules hold when the variable chooses it, and for lines of KEY=value too", () => {
      const bare = { ...blocks, production: { OP_API_KEY: "production-key" } };
      expect(problems(bare, { OP_ENVIRONMENT: "production" }).map(({ key }) => key)).toContain("OP_QWAC_CERT_PATH");
      expect(problems("OP_API_KEY=k", { OP_ENVIRONMENT: "production" }).map(({ key }) => key)).toContain("OP_QWAC_CERT_PATH");
    });

    it("another word in the variable, or a block that names another environment than its own, is refused", () => {
      expect(problems(blocks, { OP_ENVIRONMENT: "prod" })).toContainEqual({ key: "OP_ENVIRONMENT (environment)", message: "must be sandbox or production" });
      const crossed = { ...blocks, sandbox: { OP_API_KEY: "sandbox-key", OP_ENVIRONMENT: "production" } };
      expect(problems(crossed)[0]?.message).toMatch(/names another environment inside "sandbox"/);
    });
  });

  it("accepts the same value under two names, refuses two values", () => {
    expect(read(goodSettings({ roles: "AIS,PIS,CBPII" })).OP_ROLES).toHaveLength(3);
    expect(problems(goodSettings({ roles: "AIS" }))).toEqual([
      { key: "roles", message: "says something else than OP_ROLES, and both mean OP_ROLES; keep one of them" },
    ]);
  });

  it("names every bad key in one report, as the person wrote it", () => {
    const bad = goodSettings({
      OP_API_KEY: undefined,
      api_key: " ",
      OP_ROLES: ["AISP"],
      OP_REDIRECT_URIS: ["http://a.example/cb"],
      OP_SOFTWARE_CLIENT_ID: "one",
      OP_TIPP_NAME: "x",
    });
    expect(problems(bad).map(({ key }) => key)).toEqual([
      "OP_TIPP_NAME",
      "api_key (OP_API_KEY)",
      "OP_ROLES[0]",
      "OP_REDIRECT_URIS[0]",
      "OP_SOFTWARE_CLIENT_ID",
    ]);
  });

  it.each<[string, object | string, string, RegExp]>([
    ["an empty key", goodSettings({ OP_API_KEY: "" }), "OP_API_KEY", /must not be empty/],
    ["no key", goodSettings({ OP_API_KEY: undefined }), "OP_API_KEY", /is missing.*environment/],
    ["an http redirect", goodSettings({ OP_REDIRECT_URIS: ["http://localhost/cb"] }), "OP_REDIRECT_URIS[0]", /https/],
    ["an http home page", goodSettings({ OP_SOFTWARE_CLIENT_URI: "http://ledger.example" }), "OP_SOFTWARE_CLIENT_URI", /must be an https address/],
    [
      "an http address of revoked keys elsewhere",
      goodSettings({ OP_SOFTWARE_JWKS_REVOKED_ENDPOINT: "http://ledger.example/revoked" }),
      "OP_SOFTWARE_JWKS_REVOKED_ENDPOINT",
      /https address \(http only on this machine\)/,
    ],
    ["a redirect with a fragment", goodSettings({ OP_REDIRECT_URIS: ["https://a.example/cb#x"] }), "OP_REDIRECT_URIS[0]", /without user name or fragment/],
    ["a UK role name", goodSettings({ OP_ROLES: "AISP" }), "OP_ROLES[0]", /"AISP" is not a role at OP; write AIS/],
    ["a role in small letters", goodSettings({ OP_ROLES: ["pis"] }), "OP_ROLES[0]", /write PIS/],
    ["no role", goodSettings({ OP_ROLES: [] }), "OP_ROLES", /at least one/],
    ["a contact without e-mail", goodSettings({ OP_ORG_CONTACTS: [{ name: "A" }] }), "OP_ORG_CONTACTS", /at least one contact with an email/],
    ["a contact with a wrong e-mail", goodSettings({ OP_ORG_CONTACTS: [{ name: "A", email: "nobody" }] }), "OP_ORG_CONTACTS[0].email", /e-mail address/],
    ["a country in full", goodSettings({ OP_COUNTRY: "Finland" }), "OP_COUNTRY", /two letters/],
    ["a misspelt name", { ...goodSettings(), OP_REDIRECT_URI: "x" }, "OP_REDIRECT_URI", /perhaps OP_REDIRECT_URIS/],
    [
      "a redirect outside the software's",
      goodSettings({ OP_SOFTWARE_REDIRECT_URIS: ["https://b.example/cb"] }),
      "OP_SOFTWARE_REDIRECT_URIS",
      /does not contain https:\/\/localhost:8181/,
    ],
    ["production without certificates", goodSettings({ OP_ENVIRONMENT: "production" }), "OP_QWAC_CERT_PATH", /no certificate generator/],
    ["half of a pair", goodSettings({ OP_QWAC_CERT_PATH: "a.pem" }), "OP_QWAC_KEY_PATH", /is missing/],
    ["PEM and PKCS#12 at once", goodSettings({ OP_QWAC_CERT_PATH: "a.pem", OP_QWAC_P12_PATH: "a.p12" }), "OP_QWAC_P12_PATH", /not both/],
    ["broken JSON", '{"OP_API_KEY": "x",\n  "OP_COUNTRY" "FI"}', "env.json", /line 2, column 16/],
    ["a key twice", '{"OP_API_KEY": "x",\n  "OP_API_KEY": "y"}', "env.json", /names a key twice \(line 2/],
    ["an empty file", "", "env.json", /is empty/],
    ["prose", "see the wiki", "env.json", /neither JSON nor lines/],
    ["a list", "[]", "env.json", /must be a JSON object/],
  ])("refuses %s, naming it", (_what, content, key, message) => {
    const found = problems(content).find((problem) => problem.key === key);
    expect(found?.message).toMatch(message);
  });

  it("knows the name that was meant", () => {
    expect(nearestName("api-key")).toBe("OP_API_KEY");
    expect(nearestName("OP_ORG_CONTACT")).toBe("OP_ORG_CONTACTS");
    expect(nearestName("colour")).toBeUndefined();
  });
});
