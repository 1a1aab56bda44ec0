import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configSchema as sandboxSchema } from "../sandbox/src/config.ts";
import { startBank } from "../sandbox/test/bank.ts";
import { keepDemoLogins, keepSandboxSecrets } from "../tools/setup/demo-secrets.ts";
import { environmentOf } from "../tools/up/environment.ts";
import { schemas, type ServiceName, serviceNames } from "./schemas.ts";
import { namesFile, settingFindings, type Surroundings } from "./settings-rules.ts";

interface ComposeService {
  readonly image?: string;
  readonly build?: object;
  readonly pull_policy?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly network_mode?: string;
  readonly user?: string;
}
const compose: { services: Record<string, ComposeService>; volumes: Record<string, unknown> } = parse(
  readFileSync(path.join(import.meta.dirname, "../docker-compose.yml"), "utf8"),
  { merge: true },
);
const service = (name: string): ComposeService => compose.services[name] ?? {};
const secretsDir = mkdtempSync(path.join(tmpdir(), "opl-compose-"));
execFileSync(process.execPath, [path.join(import.meta.dirname, "../tools/setup/main.ts"), "secrets"], { env: { OPL_SECRETS_DIR: secretsDir } });
afterAll(() => rmSync(secretsDir, { recursive: true }));

/** What lies in a volume once its maker has run. */
function filesIn(volume: string): readonly string[] {
  if (volume === "sandbox-data") return ["ca.pem"];
  return volume.startsWith("secrets-") ? readdirSync(path.join(secretsDir, volume.slice("secrets-".length))) : [];
}

function surroundingsOf(name: string): Surroundings {
  const { environment = {}, volumes = [] } = service(name);
  const files = volumes.flatMap((mount) => {
    const [volume = "", target = ""] = mount.split(":");
    return filesIn(volume).map((file) => `${target}/${file}`);
  });
  // What Compose puts in for ${NAME:-default} when NAME is not set.
  const values = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1")]));
  return { where: name, values, files: new Set(files) };
}

const ownOfEach = new Set(["PATH", "OPL_LOG_LEVEL", "OPL_HTTP_HOST", "OPL_HTTP_PORT"]);

/** Settings without what may differ between Compose and a machine of one's own: where a file lies, where a service listens. */
function comparable(values: Readonly<Record<string, string>>): Record<string, string> {
  const alike = (name: string, value: string): string =>
    namesFile.test(name) ? path.basename(value) : value.replace(/^http:\/\/127\.0\.0\.1:(\d)$/, (_, index) => `http://${serviceNames[Number(index)]}:8080`);
  const compared = Object.entries(values).filter(([name]) => !ownOfEach.has(name) && !name.startsWith("OTEL_"));
  return Object.fromEntries(compared.map(([name, value]) => [name, alike(name, value)]));
}

describe("docker-compose.yml", () => {
  it.each(serviceNames)("%s gets every variable it needs, none it does not know, and every file it names", (name) => {
    expect(settingFindings(schemas[name], surroundingsOf(name))).toEqual([]);
  });

  it("the sandbox knows its variables", () => {
    expect(settingFindings(sandboxSchema, surroundingsOf("sandbox"))).toEqual([]);
  });

  it.each<[string, ServiceName, (values: Record<string, string>) => void]>([
    ["a missing variable", "tpp-registry", (values) => delete values["OPL_TPP_NAME"]],
    ["an unknown variable", "bff", (values) => (values["OPL_SANDBOX_URL"] = "http://sandbox:8080")],
    ["a value the service refuses", "consent", (values) => (values["OPL_PUBLIC_ORIGIN"] = "http://ledger.example/")],
    ["a file that nobody makes", "bank-gateway", (values) => (values["OPL_KEK_FILE"] = "/run/secrets/opl/kek.txt")],
    [
      "a bank by a name that the gateway may not reach in clear",
      "bank-gateway",
      (values) => (values["OP_OIDC_JWKS_URL"] = "http://sandbox:9443/oauth/jwks/PSD2_OIDC"),
    ],
  ])("%s is found", (_name, at, spoil) => {
    const { values, ...rest } = surroundingsOf(at);
    const spoilt = { ...values };
    spoil(spoilt);
    expect(settingFindings(schemas[at], { ...rest, values: spoilt })).toHaveLength(1);
  });

  it("services run without rights on a root they cannot write to, and only this machine reaches what is published", () => {
    for (const name of [...serviceNames, "sandbox", "nats"]) {
      const { read_only, cap_drop, security_opt } = service(name);
      expect({ name, read_only, cap_drop, security_opt }).toEqual({ name, read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
    }
    for (const [name, { ports = [] }] of Object.entries(compose.services)) for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
  });

  it("TM-04 each service sees its own secrets only; the key-encryption key goes to bank-gateway", () => {
    for (const name of serviceNames) {
      const mounted = (service(name).volumes ?? []).filter((volume) => volume.startsWith("secrets-")).map((volume) => volume.split(":")[0]);
      const others = name === "bank-gateway" ? ["secrets-sandbox"] : name === "bff" ? ["secrets-demo"] : [];
      expect(mounted).toEqual([`secrets-${name}`, ...others]);
      expect(service(name).volumes?.every((volume) => volume.endsWith(":ro"))).toBe(true);
    }
    expect(Object.keys(compose.services).filter((name) => service(name).environment?.["OPL_KEK_FILE"] !== undefined)).toEqual(["bank-gateway"]);
  });

  it("what is waited for exists, and every volume is declared", () => {
    for (const [name, { depends_on = {}, volumes = [] }] of Object.entries(compose.services)) {
      for (const other of Object.keys(depends_on)) expect(Object.keys(compose.services), name).toContain(other);
      for (const volume of volumes) expect(Object.keys(compose.volumes), name).toContain(volume.split(":")[0]);
    }
  });

  it("every secret that is made lies in a volume", () => {
    for (const folder of readdirSync(secretsDir)) expect(service("secrets").volumes).toContain(`secrets-${folder}:/secrets/${folder}`);
  });

  // Builders that run side by side refuse to write one name twice: a first `up --build` ended with "already exists".
  it("each image of ours is built by one service, and the others that run it never take a stranger's of the same name", () => {
    const all = Object.values(compose.services);
    const built = all.flatMap(({ build, image = "" }) => (build === undefined ? [] : [image]));
    expect(new Set(built)).toEqual(new Set(all.map(({ image = "" }) => image).filter((image) => image.startsWith("opl/"))));
    expect(built).toHaveLength(new Set(built).size);
    for (const { build, image = "", pull_policy } of all) if (image.startsWith("opl/") && build === undefined) expect(pull_policy).toBe("never");
  });

  it("every service is told what npm start tells it: the same banks at the addresses they name, the same third party, the same logins", async () => {
    await using bank = await startBank();
    const { values: sandbox } = surroundingsOf("sandbox");
    const { certGenerationUrl, tokenUrl, authorizeUrl, qtspUrl, uk, berlinGroup, fapi } = bank.endpoints;
    const listeners: [string, string][] = [
      [certGenerationUrl, "SANDBOX_OP_CERTGEN_PORT"],
      [tokenUrl, "SANDBOX_OP_MTLS_PORT"],
      [authorizeUrl, "SANDBOX_OP_AUTHORIZE_PORT"],
      [qtspUrl, "SANDBOX_TRUST_PORT"],
      [uk.issuer, "SANDBOX_UK_PORT"],
      [berlinGroup.baseUrl, "SANDBOX_BERLIN_GROUP_PORT"],
      [fapi.fapi1.issuer, "SANDBOX_FAPI_PORT"],
    ];
    let told = JSON.stringify(bank.endpoints);
    for (const [url, variable] of listeners)
      told = told.replaceAll(`:${new URL(url).port}/`, `:${sandbox[variable]}/`).replaceAll(`:${new URL(url).port}"`, `:${sandbox[variable]}"`);
    const around = {
      root: "/app",
      secretsDir,
      origin: "http://localhost:8400",
      // Each its place in the list: comparable() knows it by that.
      ports: Object.fromEntries(serviceNames.map((name, index) => [name, index])) as Record<ServiceName, number>,
      database: { host: "postgres", port: 5432, name: "opl" },
      natsUrl: "nats://nats:4222",
      sandbox: JSON.parse(told) as typeof bank.endpoints,
      sandboxSecrets: keepSandboxSecrets(secretsDir),
      logLevel: "info",
      ...keepDemoLogins(secretsDir),
    };
    for (const name of serviceNames) expect(comparable(surroundingsOf(name).values), name).toEqual(comparable(environmentOf(name, around)));
  });
});
