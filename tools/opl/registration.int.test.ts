import { execFileSync } from "node:child_process";
import { X509Certificate, createPrivateKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { certifiedJwk } from "@opl/eidas";
import { makeQtsp } from "@opl/eidas/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { generate, importKey, toPem } from "../../sandbox/test/tpp.ts";
import { serveKeys } from "../../services/bank-gateway/testing/key-set-server.ts";
import { startSandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import type { Sandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import { steps } from "./report/reporter.ts";
import { command, startCommand } from "./testing/command.ts";
import { writeEidasFiles } from "./testing/eidas-files.ts";
import { startRelay } from "./testing/relay.ts";

/** The command as a process against the sandbox bank as a process: nothing between them but TLS. */
let bank: Sandbox;
/** Whose certificates the bank takes beside its generator's. */
let provider: Awaited<ReturnType<typeof makeQtsp>>;
let trusted: string;
let sandboxEnv: Record<string, unknown>;
let work: string;
let count = 0;
beforeAll(async () => {
  provider = await makeQtsp();
  trusted = mkdtempSync(path.join(tmpdir(), "opl-roots-"));
  const roots = path.join(trusted, "roots.pem");
  writeFileSync(roots, provider.rootPem);
  bank = await startSandbox({ SANDBOX_SPARE_KEYS: "6", SANDBOX_OP_TRUSTED_ROOTS_PATH: roots });
  const file = path.join(path.dirname(bank.endpoints.caFile), "env.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  sandboxEnv = JSON.parse(readFileSync(file, "utf8"));
});
afterAll(async () => {
  await bank?.[Symbol.asyncDispose]();
  if (trusted !== undefined) rmSync(trusted, { recursive: true, force: true });
});
beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), "opl-register-"));
});
afterEach(async () => {
  await bank.calm();
  rmSync(work, { recursive: true, force: true });
});

interface Case {
  readonly env: string;
  readonly out: string;
  readonly name: string;
  readonly args: (...more: string[]) => string[];
}

/** An env file of its own, whose software has a name nobody else has. */
function prepare(changes: Record<string, unknown> = {}): Case {
  const name = `Ledger ${process.pid}-${(count += 1)}`;
  const env = path.join(work, `env-${count}.json`);
  const out = path.join(work, `tpp-${count}`);
  const settings = { ...sandboxEnv, OP_SOFTWARE_CLIENT_NAME: name, ...changes };
  writeFileSync(env, JSON.stringify(settings));
  return { env, out, name, args: (...more) => ["tpp", "register", "--env", env, "--out", out, ...more] };
}

/** How many registrations the bank's books hold under this name. */
async function registrations(name: string): Promise<number> {
  const { clients } = await bank.admin<{ clients: { clientName: string }[] }>("GET", "/registrations");
  return clients.filter(({ clientName }) => clientName === name).length;
}

interface HeldTokens extends AsyncDisposable {
  /** For OP_TOKEN_URL. */
  readonly url: string;
  letGo(): void;
}

/** Tokens, the last thing a run needs of the bank, come when they are let go: who is late finds the run under way. */
async function heldTokens(): Promise<HeldTokens> {
  const { port, pathname } = new URL(bank.endpoints.tokenUrl);
  const open = Promise.withResolvers<true>();
  const relay = await startRelay(Number(port), { onAnswer: () => open.promise });
  return {
    url: `https://localhost:${relay.port}${pathname}`,
    letGo: () => open.resolve(true),
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}

const read = (folder: string, name: string): string => readFileSync(path.join(folder, name), "utf8");
const json = (folder: string, name: string): Record<string, never> => JSON.parse(read(folder, name));

describe("from env.json to a registered TPP", () => {
  it("with what npm run sandbox wrote: keys, certificates, statement, client information and a token for each scope", async () => {
    const since = await bank.lastSeq();
    const { args, out, name } = prepare();
    const { code, out: said, err } = await command(args());
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(await registrations(name)).toBe(1);
    expect((await bank.calls({ since })).filter(({ endpoint }) => endpoint !== "J1").map(({ endpoint, status }) => `${endpoint} ${String(status)}`)).toEqual([
      "C1 201",
      "R1 201",
      "T1 200",
      "T1 200",
      "T1 200",
    ]);

    expect(statSync(out).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(out)) expect(statSync(path.join(out, file)).mode & 0o777, file).toBe(0o600);
    for (const kind of ["qwac", "qsealc"]) {
      const key = createPrivateKey(read(out, `${kind}.key.pem`));
      const chain = read(out, `${kind}.pem`).match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
      expect(chain).toHaveLength(2);
      expect(new X509Certificate(chain[0] ?? "").checkPrivateKey(key)).toBe(true);
      expect(new X509Certificate(chain[0] ?? "").verify(new X509Certificate(chain[1] ?? "").publicKey)).toBe(true);
    }
    const [header, claims, signature] = read(out, "software-statement.jwt").split(".");
    const seal = new X509Certificate(read(out, "qsealc.pem")).publicKey;
    expect(verify("sha256", Buffer.from(`${header}.${claims}`), { key: seal, padding: 6, saltLength: 32 }, Buffer.from(signature ?? "", "base64url"))).toBe(
      true,
    );

    const client = json(out, "client.json");
    expect(client).toMatchObject({ client_name: name, software_roles: ["AIS", "PIS", "CBPII"] });
    expect(json(out, "registration.json")).toMatchObject({
      client: { clientId: client["client_id"] },
      validated: [{ scope: "accounts" }, { scope: "payments" }, { scope: "fundsconfirmations" }],
    });

    expect(said).toContain(String(client["client_id"]));
    for (const secret of [client["client_secret"], client["api_key"], "sandbox-portal-key"]) {
      expect(said).not.toContain(secret);
      expect(read(out, "registration.json")).not.toContain(secret);
    }
  });

  it("again in a finished folder says so, changes nothing and asks nobody", async () => {
    const { args, out, env } = prepare();
    expect((await command(args())).code).toBe(0);
    const state = () => readdirSync(out).map((file) => [file, statSync(path.join(out, file)).mtimeMs]);
    const [before, since] = [state(), await bank.lastSeq()];
    for (const more of [[], ["--resume"], ["--resume", "--register-again"]]) {
      const { code, out: said } = await command(args(...more));
      expect(said).toContain("Already registered; nothing was changed");
      expect(code).toBe(0);
    }
    writeFileSync(env, JSON.stringify({ ...JSON.parse(readFileSync(env, "utf8")), OP_ROLES: ["AIS"] }));
    expect(await command(args())).toMatchObject({ code: 0, err: expect.stringContaining("OP_ROLES of the env file differ from what is registered") });
    expect(state()).toEqual(before);
    expect(await bank.lastSeq()).toBe(since);
  });

  it("--json tells each step, one object a line", async () => {
    const { args, out } = prepare();
    const { events, out: said } = await command(args("--json"));
    expect(said.trim().split("\n")).toHaveLength(events.length);
    expect(events[0]).toMatchObject({ event: "started", environment: "sandbox", out, resumed: false });
    expect(events.flatMap((event) => (event.event === "step" && event.status === "done" ? [event.step] : []))).toEqual([...steps]);
    expect(events.at(-1)).toMatchObject({
      event: "registered",
      scopes: ["accounts", "payments", "fundsconfirmations"],
      files: expect.arrayContaining(["client.json", "qwac.key.pem"]),
    });
  });

  it("--dry-run shows every request, secrets masked, and sends nothing", async () => {
    const since = await bank.lastSeq();
    const { env, name } = prepare();
    const { code, events, out } = await command(["tpp", "register", "--env", env, "--dry-run", "--json"]);
    expect(code).toBe(0);
    expect(await bank.lastSeq()).toBe(since);
    expect(out).not.toContain("sandbox-portal-key");
    const requests = events.flatMap((event) => (event.event === "request" ? [event.request] : []));
    expect(requests.map(({ method, url }) => `${method} ${url.replace(/^https:\/\/localhost:\d+/, "")}`)).toEqual([
      "POST /psd2-sandbox-tpp-generator/sandbox-tpp?c=FI&cn=Example+Ledger+TPP&roles=AIS%2CPIS%2CCBPII",
      "POST /tpp-registration/register",
      ...Array.from({ length: 3 }, () => "POST /oauth/token"),
    ]);
    expect(requests[1]).toMatchObject({
      headers: { "content-type": "application/jwt", "x-api-key": "***" },
      signed: { registrationRequest: { aud: "https://op.fi/" }, softwareStatement: { software_client_name: name } },
    });
    expect(requests[2]?.body).toContain("scope=accounts");
  });

  it("takes the API key from the environment", async () => {
    const { args } = prepare({ OP_API_KEY: undefined });
    expect((await command(args())).code).toBe(78);
    expect((await command(args(), { env: { OP_API_KEY: "sandbox-portal-key" } })).code).toBe(0);
  });

  it.each(["RS256", "PS256", "ES256"])("signs with %s when told", async (algorithm) => {
    const { args, out } = prepare({ OP_SIGNING_ALG: algorithm });
    expect((await command(args())).code).toBe(0);
    const [header] = read(out, "registration-request.jwt").split(".");
    expect(JSON.parse(Buffer.from(header ?? "", "base64url").toString())).toMatchObject({ alg: algorithm });
  });

  it("with fewer roles asks for fewer tokens", async () => {
    const { args, out } = prepare({ OP_ROLES: "AIS" });
    expect((await command(args())).code).toBe(0);
    expect(json(out, "registration.json")).toMatchObject({ scopes: ["accounts"] });
  });

  it("leaves files by which curl calls the bank, as the document says", async () => {
    const { args } = prepare();
    expect((await command([...args().slice(0, -1), path.join(work, "my-tpp")])).code).toBe(0);
    const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/opl-tpp-register.md"), "utf8");
    const [, script] = /```sh curl\n([\s\S]+?)```/.exec(page) ?? [];
    expect(script).toBeDefined();
    const said = execFileSync("bash", ["-euo", "pipefail", "-c", script ?? ""], { cwd: work, encoding: "utf8" });
    expect(said).toMatch(/"access_token":/);
    expect(said).toMatch(/"authorizationId":"[^"]+".*"status":"Unauthorized"/);
  });
});

describe("with certificates of one's own", () => {
  type Files = Awaited<ReturnType<typeof writeEidasFiles>>;
  const pem = (qwac: Files, seal: Files) => ({
    OP_QWAC_CERT_PATH: qwac.certificate,
    OP_QWAC_KEY_PATH: qwac.key,
    OP_QSEAL_CERT_PATH: seal.certificate,
    OP_QSEAL_KEY_PATH: seal.key,
  });
  const pkcs12 = (qwac: Files, seal: Files) => ({ OP_QWAC_P12_PATH: qwac.p12, OP_QSEAL_P12_PATH: seal.p12, OP_CERT_PASSPHRASE: "sesame" });
  const mixed = (qwac: Files, seal: Files) => ({
    OP_QWAC_CERT_PATH: qwac.certificate,
    OP_QWAC_KEY_PATH: qwac.encryptedKey,
    OP_QSEAL_P12_PATH: seal.p12,
    OP_CERT_PASSPHRASE: "sesame",
  });

  /** Registers with these files and nothing of the generator. */
  async function registerWith(settings: Record<string, unknown>) {
    const { args, out, env, name } = prepare();
    const { OP_COUNTRY: _c, OP_TPP_NAME: _n, OP_CERT_GENERATION_URL: _g, ...rest } = sandboxEnv;
    writeFileSync(env, JSON.stringify({ ...rest, OP_SOFTWARE_CLIENT_NAME: name, ...settings }));
    const since = await bank.lastSeq();
    const { code, err } = await command(args());
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(await registrations(name)).toBe(1);
    expect((await bank.calls({ since })).filter(({ endpoint }) => endpoint !== "J1").map(({ endpoint, status }) => `${endpoint} ${String(status)}`)).toEqual([
      "R1 201",
      "T1 200",
      "T1 200",
      "T1 200",
    ]);
    // Keys stay where they are.
    expect(readdirSync(out).filter((file) => file.endsWith(".pem"))).toEqual([]);
    return { out };
  }

  it("in the sandbox: such as its generator makes, from PEM and PKCS#12", async () => {
    const { body } = await generate({ ...bank, ca: readFileSync(bank.endpoints.caFile, "utf8") } as never);
    const [qwac, , , seal] = body.privateJwks.keys;
    const files = (name: string, key: typeof qwac) =>
      writeEidasFiles(work, name, { chainPem: (key?.x5c ?? []).map((der) => toPem([der])), privateKey: importKey(key as never) });
    const own = [await files("own-qwac", qwac), await files("own-seal", seal)] as const;
    for (const form of [pem, pkcs12, mixed]) await registerWith({ OP_QSEAL_KID: seal?.kid, OP_PUBLIC_JWKS_URL: body.publicJwksUrl, ...form(...own) });
  });

  it.each([
    ["RSA", "PEM", "RS256"],
    ["RSA", "PKCS#12", "RS256"],
    ["EC", "PEM", "ES256"],
    ["EC", "PKCS#12", "ES256"],
  ] as const)("in production: %s keys that a trust service provider certified, with its intermediate, from %s", async (kind, file, algorithm) => {
    const keyType = kind === "RSA" ? "rsa" : "ec";
    const [qwac, seal] = [await provider.certify("qwac", { keyType }), await provider.certify("qsealc", { keyType })];
    const kid = "seal-of-the-ledger";
    await using published = await serveKeys(provider, async () => [certifiedJwk({ chainPem: seal.chainPem, kid, use: "sig" })]);
    const own = [await writeEidasFiles(work, "qwac", qwac), await writeEidasFiles(work, "seal", seal)] as const;
    const files = file === "PEM" ? pem(...own) : pkcs12(...own);
    const { out } = await registerWith({ OP_ENVIRONMENT: "production", OP_QSEAL_KID: kid, OP_PUBLIC_JWKS_URL: published.url, ...files });
    const [header] = read(out, "registration-request.jwt").split(".");
    expect(JSON.parse(Buffer.from(header ?? "", "base64url").toString())).toMatchObject({ alg: algorithm, kid });
    const chain = [expect.stringContaining("Example Ledger"), expect.stringContaining("Qualified CA")];
    expect(json(out, "registration.json")).toMatchObject({ environment: "production", tppId: "FI-FINFSA-1234567-8", qwac: { chain }, qsealc: { chain } });
  });

  it.each([
    ["ahead of", -400],
    ["behind", 7200],
  ])("with a clock of this machine that is %s the bank's the run ends with 79, and goes on when it is set", async (side, offsetSeconds) => {
    const [qwac, seal] = [await provider.certify("qwac"), await provider.certify("qsealc")];
    const kid = "seal-of-the-ledger";
    await using published = await serveKeys(provider, async () => [certifiedJwk({ chainPem: seal.chainPem, kid, use: "sig" })]);
    const own = [await writeEidasFiles(work, "qwac", qwac), await writeEidasFiles(work, "seal", seal)] as const;
    const { args, name } = prepare({ OP_QSEAL_KID: kid, OP_PUBLIC_JWKS_URL: published.url, ...pem(...own) });
    await bank.fault("bank.clock", { options: { offsetSeconds } });
    const { code, err } = await command(args());
    expect(err.trim()).toMatch(
      new RegExp(`^.*refused the registration with 4\\d\\d: .*; set the clock of this machine, which is .* ${side} the bank's, and go on.*$`),
    );
    expect(code).toBe(79);
    expect(await registrations(name)).toBe(0);
    await bank.calm();
    expect((await command(args("--resume"))).code).toBe(0);
    expect(await registrations(name)).toBe(1);
  });

  it("in production: of a provider this bank does not trust, the bank's own words end the run", async () => {
    const stranger = await makeQtsp({ name: "Nobody's Trust" });
    const own = [
      await writeEidasFiles(work, "qwac", await stranger.certify("qwac")),
      await writeEidasFiles(work, "seal", await stranger.certify("qsealc")),
    ] as const;
    const { args, env, name } = prepare();
    const { OP_CERT_GENERATION_URL: _g, ...rest } = sandboxEnv;
    writeFileSync(
      env,
      JSON.stringify({ ...rest, OP_ENVIRONMENT: "production", OP_QSEAL_KID: "k", OP_PUBLIC_JWKS_URL: "https://localhost:9/jwks.json", ...pem(...own) }),
    );
    const { code, err } = await command(args());
    expect(err.trim()).toMatch(/^.*refused the registration with 401: The client certificate is not trusted.*$/);
    expect(code).toBe(77);
    expect(await registrations(name)).toBe(0);
  });
});

describe("a run that stopped", () => {
  it.each(steps.filter((step) => step !== "settings"))("when killed at the beginning of: %s, goes on with --resume and registers once", async (step) => {
    await using tokens = await heldTokens();
    if (step === "files") tokens.letGo();
    const { args, name, out } = prepare({ OP_TOKEN_URL: tokens.url });
    const killed = await command(args("--json"), {
      onEvent: (event, child) => {
        if (event.event === "step" && event.step === step && event.status === "started") child.kill("SIGKILL");
      },
    });
    tokens.letGo();
    if (step === "files" && killed.code === 0) {
      // Nothing holds the writing of files: it was over before the signal was there.
      expect(await registrations(name)).toBe(1);
      return;
    }
    expect(killed.code).toBeNull();
    expect(await command(args())).toMatchObject({ code: 73, err: expect.stringContaining("--resume") });
    const resumed = await command(args("--resume"));
    // The signal may find the process a step further.
    const reached = killed.events.findLast((event) => event.event === "step" && event.status === "started");
    // Killed between the intent and the saved answer nobody can know; the command says so and sends nothing.
    if (reached?.event === "step" && reached.step === "submission" && resumed.code === 75) {
      expect(await registrations(name)).toBeLessThanOrEqual(1);
      return;
    }
    expect(resumed.err).toBe("");
    expect(resumed.code).toBe(0);
    expect(await registrations(name)).toBe(1);
    expect(readdirSync(out).filter((file) => file.endsWith(".next"))).toEqual([]);
  });

  it("when killed between the bank's answer and saving it, says that nobody knows and sends nothing by itself", async () => {
    const target = new URL(bank.endpoints.registrationUrl);
    const { name } = prepare();
    const started = Promise.withResolvers<ReturnType<typeof startCommand>>();
    await using relay = await startRelay(Number(target.port), {
      // The answer waits here until the books hold the registration, and then comes too late.
      onAnswer: async () => {
        if ((await registrations(name)) === 0) return true;
        (await started.promise).child.kill("SIGKILL");
        return false;
      },
    });
    const through = prepare({ OP_SOFTWARE_CLIENT_NAME: name, OP_REGISTRATION_URL: `https://localhost:${relay.port}${target.pathname}` });
    started.resolve(startCommand(through.args()));
    expect((await (await started.promise).ended).code).toBeNull();
    expect(await registrations(name)).toBe(1);

    const resumed = await command(through.args("--resume", "--json"));
    expect(resumed.code).toBe(75);
    expect(resumed.events.at(-1)).toMatchObject({
      event: "error",
      code: "ERR_OPL_OUTCOME_UNKNOWN",
      message: expect.stringMatching(/may hold a registration.*--register-again/),
    });
    expect(await registrations(name)).toBe(1);
    // Only a person's own word sends a second one.
    writeFileSync(through.env, readFileSync(through.env, "utf8").replace(String(relay.port), target.port));
    expect((await command(through.args("--resume", "--register-again"))).code).toBe(0);
    expect(await registrations(name)).toBe(2);
  });

  it("when killed after the answer was saved, needs no second sending", async () => {
    await using tokens = await heldTokens();
    const { args, name } = prepare({ OP_TOKEN_URL: tokens.url });
    await command(args("--json"), {
      onEvent: (event, child) => {
        if (event.event === "step" && event.step === "submission" && event.status === "done") child.kill("SIGKILL");
      },
    });
    tokens.letGo();
    const { code, events } = await command(args("--resume", "--json"));
    expect(code).toBe(0);
    expect(events).toContainEqual(expect.objectContaining({ event: "step", step: "submission", status: "kept" }));
    expect(await registrations(name)).toBe(1);
  });

  it("when refused, is corrected in the file and goes on", async () => {
    const { args, env, name } = prepare({ OP_GRANT_TYPES: ["client_credentials"], OP_REGISTRATION_AUD: "https://elsewhere.example/" });
    expect(await command(args())).toMatchObject({
      code: 77,
      err: expect.stringMatching(/aud must be .*about aud; correct OP_REGISTRATION_AUD and go on with --resume/),
    });
    writeFileSync(env, readFileSync(env, "utf8").replace("https://elsewhere.example/", "https://op.fi/"));
    expect((await command(args("--resume"))).code).toBe(0);
    expect(await registrations(name)).toBe(1);
  });

  it("when stopped by a signal says how to go on", async () => {
    await bank.admin("POST", "/faults", { fault: "network.hang", for: { endpoint: "T1" } });
    const { args } = prepare();
    const { code, err } = await command(args("--json"), {
      onEvent: (event, child) => {
        if (event.event === "step" && event.step === "validation" && event.status === "started") child.kill("SIGINT");
      },
    });
    expect(code).toBe(130);
    expect(err).toContain("--resume");
    await bank.calm();
    expect((await command(args("--resume"))).code).toBe(0);
  });

  it("two runs at once in one folder: one of them goes", async () => {
    await using tokens = await heldTokens();
    const { args, name } = prepare({ OP_TOKEN_URL: tokens.url });
    const both = [command(args()), command(args())];
    // The one that goes is still under way when the other one is told so.
    await Promise.race(both);
    tokens.letGo();
    const codes = (await Promise.all(both)).map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b));
    expect(codes).toEqual([0, 73]);
    expect(await registrations(name)).toBe(1);
  });
});

describe("a mistake on the way to the bank ends with one sentence", () => {
  const fault =
    (endpoint: string, name: string, options: object = {}) =>
    () =>
      bank.admin("POST", "/faults", { fault: name, options, for: { endpoint } });
  const clock = (offsetSeconds: number) => () => bank.fault("bank.clock", { options: { offsetSeconds } });
  const refusal = (shape: string, more: object = {}) => ({ status: 400, shape, type: "VALIDATION", message: "Not like this", ...more });

  it.each<[string, Record<string, unknown>, (() => Promise<unknown>) | undefined, number, RegExp]>([
    ["a wrong API key", { OP_API_KEY: "wrong-portal-key" }, undefined, 77, /certificate generator with 401: Invalid ApiKey .*check OP_API_KEY/],
    [
      "a host name that is not there",
      { OP_CERT_GENERATION_URL: "https://op.invalid/x" },
      undefined,
      69,
      /host name op\.invalid \(OP_CERT_GENERATION_URL\) is not known to DNS/,
    ],
    [
      "a port nobody listens at",
      { OP_REGISTRATION_URL: "https://localhost:9/register" },
      undefined,
      69,
      /Nothing listens at localhost:9 \(OP_REGISTRATION_URL\)/,
    ],
    ["an authority not trusted", { OP_CA_BUNDLE_PATH: undefined }, undefined, 69, /authority this machine does not trust.*OP_CA_BUNDLE_PATH/],
    [
      "a server certificate that ended",
      {},
      fault("R1", "bank.tls-certificate", { kind: "expired" }),
      69,
      /certificate of localhost:\d+ \(OP_REGISTRATION_URL\) is expired at/,
    ],
    ["a server certificate of another host", {}, fault("R1", "bank.tls-certificate", { kind: "wrong-host" }), 69, /certificate for another host name/],
    // The bank's time is cut to seconds, and ours is read when its answer is there and kept.
    ["this clock ahead", {}, clock(-400), 79, /clock of this machine is (?:399|40\d) s ahead of the bank's/],
    ["a wrong API key while the clock is off", { OP_API_KEY: "wrong-portal-key" }, clock(7200), 77, /401: Invalid ApiKey .*check OP_API_KEY/],
    ["this clock behind", {}, clock(7200), 79, /clock of this machine is 120 min behind the bank's/],
    [
      "no in the flat shape",
      {},
      fault("R1", "network.status", refusal("business")),
      77,
      /refused the registration with 400: Not like this \(VALIDATION\).*quote error b2f0c6d4/,
    ],
    ["no in the wrapped shape", {}, fault("R1", "network.status", refusal("wrapped")), 77, /refused the registration with 400: Not like this \(VALIDATION\)/],
    [
      "no by the gateway",
      {},
      fault("R1", "network.status", refusal("gateway", { status: 401, code: "oauth.v2.InvalidApiKey" })),
      77,
      /401: Not like this \(oauth\.v2\.InvalidApiKey\).*check OP_API_KEY/,
    ],
    ["no at the token endpoint", {}, fault("T1", "network.status", refusal("gateway", { status: 403 })), 77, /refused the token call for accounts with 403/],
    ["too many calls", {}, fault("T1", "network.quota"), 77, /429.*wait a while/],
    [
      "a problem of the bank while validating",
      {},
      fault("T1", "network.status", { status: 503 }),
      77,
      /503.*the bank has a problem: go on with --resume later/,
    ],
    ["a problem of the bank while registering", {}, fault("R1", "network.status", { status: 502 }), 75, /502.*may hold a registration/],
    ["HTML instead of JSON", {}, fault("C1", "network.html-page"), 76, /generator with an HTML page instead of JSON/],
    ["HTML instead of JSON from the registration", {}, fault("R1", "network.html-page"), 75, /HTML page instead of JSON.*may hold a registration/],
    ["HTML instead of a token", {}, fault("T1", "network.html-page"), 76, /token call for accounts with an HTML page/],
    ["broken JSON", {}, fault("C1", "body.truncated"), 76, /JSON that cannot be relied on/],
    ["another document", {}, fault("C1", "body.replace", { text: "{}" }), 76, /without what belongs at \/publicJwksUrl/],
    ["an oversized answer", {}, fault("C1", "network.gzip-bomb", { megabytes: 64 }), 76, /far more data/],
    ["no answer", {}, fault("T1", "network.hang"), 69, /did not answer the token call for accounts within 5 s/],
    ["no answer to the registration", {}, fault("R1", "network.hang"), 75, /within 5 s.*may hold a registration/],
    ["a connection that breaks", {}, fault("T1", "network.reset"), 69, /connection to localhost:\d+ \(OP_TOKEN_URL\) broke during the token call/],
    ["a redirect", {}, fault("R1", "network.redirect", { to: "https://evil.example/" }), 76, /sent the registration elsewhere, which is never followed/],
  ])("%s", async (_what, changes, arrange, exitCode, sentence) => {
    const { args, name } = prepare(changes);
    await arrange?.();
    // Short only where it is waited for: what comes before has to be answered in that time too.
    const { code, err, out } = await command(args("--timeout", sentence.source.includes("within 5 s") ? "5" : "20"));
    expect(err.trim()).toMatch(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(exitCode);
    expect(`${out}${err}`).not.toMatch(/sandbox-portal-key|wrong-portal-key/);
    // Whatever it was: once it is over, the same run ends well, registered once.
    if (exitCode !== 75 && Object.keys(changes).length === 0) {
      await bank.calm();
      expect((await command(args("--resume"))).code).toBe(0);
      expect(await registrations(name)).toBe(1);
    }
  });

  it("a server without TLS", async () => {
    const plain = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    await new Promise((resolve) => plain.once("listening", resolve));
    const { port } = plain.address() as { port: number };
    const { args } = prepare({ OP_TOKEN_URL: `https://localhost:${port}/token` });
    expect(await command(args())).toMatchObject({ code: 69, err: expect.stringMatching(/does not speak TLS/) });
    plain.close();
  });

  it("a key that does not belong to its certificate, from the generator", async () => {
    await using tokens = await heldTokens();
    const { args, out } = prepare({ OP_TOKEN_URL: tokens.url });
    await command(args("--json"), {
      onEvent: (event, child) => {
        if (event.event === "step" && event.step === "keys" && event.status === "started") child.kill("SIGKILL");
      },
    });
    tokens.letGo();
    const kept = JSON.parse(read(out, "certificates.json"));
    [kept.privateJwks.keys[0].x5c, kept.privateJwks.keys[2].x5c] = [kept.privateJwks.keys[2].x5c, kept.privateJwks.keys[0].x5c];
    writeFileSync(path.join(out, "certificates.json"), JSON.stringify(kept));
    expect(await command(args("--resume"))).toMatchObject({ code: 65, err: expect.stringContaining("the certificate of another key") });
  });

  it("a folder that vanishes after the start", async () => {
    const { args, out } = prepare();
    const ended = await command(args("--json"), {
      onEvent: (event) => {
        if (event.event === "step" && event.step === "certificates" && event.status === "started") rmSync(out, { recursive: true });
      },
    });
    expect(ended.code).toBe(73);
  });
});
