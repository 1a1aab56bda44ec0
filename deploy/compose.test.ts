import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configSchema as sandboxSchema } from "../sandbox/src/config.ts";
import { makeSecrets } from "../tools/setup/secrets.ts";
import { schemas, type ServiceName, serviceNames } from "./schemas.ts";
import { settingFindings, type Surroundings } from "./settings-rules.ts";

interface ComposeService {
  readonly image?: string;
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
makeSecrets(secretsDir);
afterAll(() => rmSync(secretsDir, { recursive: true }));

/** What lies in a volume once its maker has run. */
function filesIn(volume: string): readonly string[] {
  if (volume === "secrets-sandbox") return ["portal-key"];
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

describe("docker-compose.yml", () => {
  it.each(serviceNames)("%s gets every variable it needs, none it does not know, and every file it names", (name) => {
    expect(settingFindings(schemas[name], surroundingsOf(name))).toEqual([]);
  });

  it("the sandbox knows its variables", () => {
    expect(settingFindings(sandboxSchema, surroundingsOf("sandbox"))).toEqual([]);
  });

  it.each<[string, ServiceName, (values: Record<string, string>) => void]>([
    ["a missing variable", "tpp-registry", (values) => delete values["OPL_TPP_NAME"]],
    ["an unknown variable", "bff", (values) => (values["OPL_WEBHOOK_URL"] = "http://webhook:8080")],
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
      expect(mounted).toEqual(name === "bank-gateway" ? ["secrets-bank-gateway", "secrets-sandbox"] : [`secrets-${name}`]);
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
});
