import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { schemas, serviceNames as services } from "../schemas.ts";
import { settingFindings } from "../settings-rules.ts";
import { surroundingsOf, givenObjects, unresolvedReferences } from "./cluster.ts";
import { allowedFlows, type Container, deniesByDefault, type Manifest, podFindings, podSpecOf } from "./manifest-rules.ts";
import { validatorOf } from "./validators.ts";

const folder = import.meta.dirname;

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly patches?: readonly { readonly target: { readonly kind: string; readonly name?: string }; readonly patch: string }[];
}
const kustomizationOf = (overlay: string): Kustomization => parse(readFileSync(path.join(folder, overlay, "kustomization.yaml"), "utf8"));

/** Every object an overlay brings, its base included, before patches. */
function load(overlay: string): Manifest[] {
  return kustomizationOf(overlay).resources.flatMap((resource) =>
    resource.endsWith(".yaml")
      ? parseAllDocuments(readFileSync(path.join(folder, overlay, resource), "utf8")).map((document) => document.toJS() as Manifest)
      : load(path.join(overlay, resource)),
  );
}

const overlays = ["overlays/dev", "overlays/prod"] as const;
const kubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
const dns = (name: string): string => `${name} -> kube-dns:53`;

describe.each(overlays)("G-30 %s", (overlay) => {
  const manifests = load(overlay);

  it("every object is valid for its kind", () => {
    for (const manifest of manifests) {
      const validate = validatorOf(manifest);
      if (validate === null) expect(manifest.apiVersion, `${manifest.kind} has no validator`).toBe("postgresql.cnpg.io/v1");
      else expect(() => validate(), `${manifest.kind}/${manifest.metadata.name}`).not.toThrow();
    }
  });

  it("every pod is restricted, limited, probed and pinned", () => {
    expect(manifests.flatMap(podFindings)).toEqual([]);
    expect(manifests.filter((manifest) => podSpecOf(manifest) !== null).length).toBeGreaterThanOrEqual(12);
  });

  it("has a deployment, service, disruption budget, network policy and migration for each service", () => {
    const names = new Set(manifests.map((manifest) => `${manifest.kind}/${manifest.metadata.name}`));
    for (const service of services) {
      for (const kind of ["Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy", "ConfigMap"]) {
        expect(names).toContain(`${kind}/${kind === "ConfigMap" ? `${service}-settings` : service}`);
      }
      expect(names).toContain(`Job/migrate-${service}`);
    }
  });

  it("denies by default; only bank-gateway reaches outside; the flows are exactly the declared ones", () => {
    expect(deniesByDefault(manifests)).toBe(true);
    const flows = allowedFlows(manifests);
    expect(flows.filter((flow) => flow.includes("outside"))).toEqual(["bank-gateway -> outside:443"]);
    const expected = [
      "analytics -> ingest:8080",
      ...["analytics", "bank-gateway", "consent", "ingest", "tpp-registry"].map((to) => `bff -> ${to}:8080`),
      ...["consent", "ingest", "tpp-registry"].map((from) => `${from} -> bank-gateway:8080`),
      ...services.flatMap((name) => [dns(name), `${name} -> postgres:5432`, `${name} -> nats:4222`, `namespace monitoring -> ${name}:9464`]),
      "namespace ingress-nginx -> bff:8080",
      "migrate -> postgres:5432",
      dns("migrate"),
      "bank-gateway -> outside:443",
      ...(overlay === "overlays/prod"
        ? [
            dns("nats"),
            dns("postgres"),
            "nats -> nats:6222",
            "postgres -> postgres:5432",
            "postgres -> private network:443",
            "postgres -> private network:6443",
            "namespace cnpg-system -> postgres:8000",
            "namespace cnpg-system -> postgres:5432",
          ]
        : []),
    ];
    expect(flows).toEqual([...new Set(expected)].toSorted());
  });

  it.each(services)("%s gets every variable it needs, none it does not know, and every file it names", (service) => {
    expect(settingFindings(schemas[service], surroundingsOf(service, manifests))).toEqual([]);
  });

  it("every secret and settings object that is named exists, with the key that is named", () => {
    expect(
      unresolvedReferences(
        manifests,
        (kustomizationOf(overlay).configMapGenerator ?? []).map(({ name }) => name),
      ),
    ).toEqual([]);
  });

  it("what the overlay generates from is there, and every patch finds what it changes", () => {
    const { configMapGenerator = [], patches = [] } = kustomizationOf(overlay);
    for (const file of configMapGenerator.flatMap(({ files }) => files)) expect(existsSync(path.join(folder, overlay, file)), file).toBe(true);
    for (const { target, patch } of patches) {
      const targets = manifests.filter(({ kind, metadata }) => kind === target.kind && new RegExp(`^(?:${target.name ?? ".*"})$`).test(metadata.name));
      expect(targets.length).toBeGreaterThan(0);
      for (const { path: pointer } of parse(patch) as { path: string }[]) {
        for (const object of targets) expect(object, `${object.metadata.name} ${pointer}`).toHaveProperty(pointer.slice(1).split("/"));
      }
    }
  });

  it("DR-C9 every service keeps its facts on all servers of NATS", () => {
    const servers = manifests.find(({ kind, metadata }) => kind === "StatefulSet" && metadata.name === "nats")?.spec as unknown as { replicas: number };
    const patched = (kustomizationOf(overlay).patches ?? []).filter(({ target, patch }) => target.kind === "ConfigMap" && patch.includes("OPL_NATS_REPLICAS"));
    for (const service of services) {
      const settings = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === `${service}-settings`);
      const own = (settings as unknown as { data: Record<string, string> }).data["OPL_NATS_REPLICAS"];
      const [patch] = patched.filter(({ target }) => new RegExp(`^(?:${target.name ?? ".*"})$`).test(`${service}-settings`));
      const value = patch === undefined ? own : (parse(patch.patch) as { value: string }[])[0]?.value;
      expect(value, service).toBe(String(servers.replicas));
    }
  });

  it.skipIf(!kubectl)(`kubectl renders it${kubectl ? "" : " (skipped: there is no kubectl here)"}`, () => {
    const rendered = spawnSync("kubectl", ["kustomize", path.join(folder, overlay)], { encoding: "utf8" });
    expect(rendered.stderr).toBe("");
    const objects = parseAllDocuments(rendered.stdout).map((document) => document.toJS() as Manifest);
    expect(objects).toHaveLength(manifests.length + (kustomizationOf(overlay).configMapGenerator ?? []).length);
    for (const object of objects) expect(() => validatorOf(object)?.(), `${object.kind}/${object.metadata.name}`).not.toThrow();
  });

  it("TM-04 only bank-gateway mounts the key-encryption key and the banks' portal keys", () => {
    expect(
      givenObjects()
        .filter(({ keys }) => keys.has("kek"))
        .map(({ name }) => name),
    ).toEqual(["bank-gateway-secrets"]);
    for (const manifest of manifests) {
      const text = JSON.stringify(podSpecOf(manifest) ?? {});
      // The jobs that make roles and tables take single keys out of it.
      const whole = text.includes('"secretName":"bank-gateway-secrets"') || text.includes("op-portal") || text.includes("kek");
      if (whole) expect(`${manifest.kind}/${manifest.metadata.name}`).toMatch(/^(?:Deployment|Job)\/(?:migrate-)?bank-gateway$/);
    }
  });

  it("labels the namespace for the restricted level", () => {
    const namespace = manifests.find((manifest) => manifest.kind === "Namespace");
    for (const mode of ["enforce", "audit", "warn"]) expect(namespace?.metadata.labels?.[`pod-security.kubernetes.io/${mode}`]).toBe("restricted");
  });
});

describe.each(overlays)("single sign-on, beside %s", (overlay) => {
  const component = "components/single-sign-on";
  const before = load(overlay);
  const manifests = patched([...before, ...load(component)], kustomizationOf(component).patches ?? []);

  it("lets bff out to the provider, to nothing private, and changes no other flow", () => {
    expect(deniesByDefault(manifests)).toBe(true);
    const known = new Set(allowedFlows(before));
    expect(allowedFlows(manifests).filter((flow) => !known.delete(flow))).toEqual(["bff -> outside:443"]);
    expect([...known]).toEqual([]);
    const outside = (name: string) => {
      const policy = manifests.find(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === name);
      return (policy?.spec as Egress | undefined)?.egress.find(({ to }) => to.some(({ ipBlock }) => ipBlock !== undefined));
    };
    expect(outside("bff-single-sign-on")).toEqual(outside("bank-gateway"));
  });

  it("every object is valid, every pod as before, and bff gets what it needs and no more", () => {
    for (const manifest of manifests) expect(() => validatorOf(manifest)?.(), `${manifest.kind}/${manifest.metadata.name}`).not.toThrow();
    expect(manifests.flatMap(podFindings)).toEqual([]);
    const { values } = surroundingsOf("bff", manifests);
    expect(Object.keys(values).filter((name) => name.startsWith("OPL_SINGLE_SIGN_ON"))).toHaveLength(3);
    for (const service of services) expect(settingFindings(schemas[service], surroundingsOf(service, manifests))).toEqual([]);
    expect(
      unresolvedReferences(
        manifests,
        (kustomizationOf(overlay).configMapGenerator ?? []).map(({ name }) => name),
      ),
    ).toEqual([]);
  });
});

interface Egress {
  readonly egress: readonly { readonly to: readonly { readonly ipBlock?: unknown }[] }[];
}

/** What kustomize makes of it, for patches that only add. */
function patched(manifests: readonly Manifest[], patches: NonNullable<Kustomization["patches"]>): Manifest[] {
  const result = structuredClone(manifests) as Manifest[];
  for (const { target, patch } of patches) {
    const found = result.filter(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    expect(found, `${target.kind}/${target.name}`).toHaveLength(1);
    for (const { op, path: pointer, value } of parse(patch) as { op: string; path: string; value: unknown }[]) {
      expect(op).toBe("add");
      const names = pointer.slice(1).split("/");
      const last = names.pop() ?? "";
      let at = found[0] as unknown as Record<string, never>;
      for (const name of names) at = at[name] as unknown as Record<string, never>;
      if (last === "-") (at as unknown as unknown[]).push(value);
      else Object.assign(at, { [last]: value });
    }
  }
  return result;
}

describe("planted mistakes are found", () => {
  const base = load("base");
  const consent = (): Record<string, never> =>
    structuredClone(base.find((manifest) => manifest.kind === "Deployment" && manifest.metadata.name === "consent")) as unknown as Record<string, never>;
  /** Sets or deletes (undefined) what is at the path. */
  const mutate = (keys: readonly (string | number)[], value: unknown): Manifest => {
    const draft = consent();
    let at: Record<string | number, unknown> = draft;
    for (const key of keys.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
    const last = keys.at(-1) ?? "";
    if (value === undefined) delete at[last];
    else at[last] = value;
    return draft as unknown as Manifest;
  };
  const pod = ["spec", "template", "spec"] as const;
  const container = [...pod, "containers", 0] as const;

  it.each<[string, readonly (string | number)[], unknown]>([
    ["root", [...pod, "securityContext", "runAsNonRoot"], false],
    ["user 0", [...pod, "securityContext", "runAsUser"], 0],
    ["no seccomp", [...pod, "securityContext", "seccompProfile"], undefined],
    ["service-account token", [...pod, "automountServiceAccountToken"], undefined],
    ["host network", [...pod, "hostNetwork"], true],
    ["host path", [...pod, "volumes", 0], { name: "host", hostPath: { path: "/" } }],
    ["too little time to drain", [...pod, "terminationGracePeriodSeconds"], 5],
    ["writable root", [...container, "securityContext", "readOnlyRootFilesystem"], false],
    ["privilege escalation", [...container, "securityContext", "allowPrivilegeEscalation"], true],
    ["privileged", [...container, "securityContext", "privileged"], true],
    ["kept capabilities", [...container, "securityContext", "capabilities"], { drop: ["NET_RAW"] }],
    ["added capability", [...container, "securityContext", "capabilities", "add"], ["SYS_TIME"]],
    ["no memory limit", [...container, "resources", "limits", "memory"], undefined],
    ["no cpu request", [...container, "resources", "requests", "cpu"], undefined],
    ["moving tag", [...container, "image"], "ghcr.io/one-point-ledger/service-consent:latest"],
    ["no tag", [...container, "image"], "ghcr.io/one-point-ledger/service-consent"],
    ["no liveness probe", [...container, "livenessProbe"], undefined],
    ["no startup probe", [...container, "startupProbe"], undefined],
    ["live asks what ready asks", [...container, "livenessProbe", "httpGet", "path"], "/health/ready"],
    ["secret as a value", [...container, "env", 0], { name: "OPL_DATABASE_PASSWORD", value: "hunter2" }],
    ["one replica", ["spec", "replicas"], 1],
    ["not spread", [...pod, "topologySpreadConstraints"], undefined],
  ])("%s", (_name, keys, value) => {
    expect(podFindings(consent() as unknown as Manifest)).toEqual([]);
    expect(podFindings(mutate(keys, value)).length).toBeGreaterThan(0);
  });

  it.each<[string, readonly (string | number)[], unknown]>([
    ["replicas as text", ["spec", "replicas"], "two"],
    ["no selector", ["spec", "selector"], undefined],
    ["a port without its number", [...container, "ports", 0], { name: "http" }],
  ])("the schema of the kind refuses %s", (_name, keys, value) => {
    expect(() => validatorOf(mutate(keys, value))?.()).toThrow();
  });

  it.each<[string, (deployment: Container) => Partial<Container>, string]>([
    [
      "a variable that is gone",
      (container) => ({ env: (container.env ?? []).filter(({ name }) => name !== "OPL_BANK_GATEWAY_URL") }),
      "OPL_BANK_GATEWAY_URL is required and not set",
    ],
    [
      "a variable nobody reads",
      (container) => ({ env: [...(container.env ?? []), { name: "OPL_CONSENT_URL", value: "http://consent:8080" }] }),
      "OPL_CONSENT_URL is no variable of the service",
    ],
    [
      "a value the service refuses",
      (container) => ({ env: [...(container.env ?? []), { name: "OPL_LOG_LEVEL", value: "loud" }] }),
      "OPL_LOG_LEVEL is not accepted: loud",
    ],
    [
      "a file that is not mounted",
      (container) => ({ volumeMounts: (container.volumeMounts ?? []).filter(({ name }) => name !== "config") }),
      "OPL_SERVICE_JWKS_FILE names /etc/opl/service-jwks.json, which is not mounted",
    ],
    ["settings that are not read", () => ({ envFrom: [] }), "OPL_PUBLIC_ORIGIN is required and not set"],
  ])("%s", (_name, spoil, finding) => {
    const sound = consent() as unknown as { spec: { template: { spec: { containers: Container[] } } } };
    const { containers } = sound.spec.template.spec;
    containers[0] = { ...containers[0]!, ...spoil(containers[0]!) };
    const changed = [...base.filter((manifest) => manifest.kind !== "Deployment"), sound as unknown as Manifest];
    expect(settingFindings(schemas.consent, surroundingsOf("consent", changed))).toEqual([`consent: ${finding}`]);
  });

  it("a secret and a key that nobody makes", () => {
    const pods = mutate(
      [...pod, "volumes"],
      [
        { name: "secrets", secret: { secretName: "consent-secret" } },
        { name: "more", secret: { secretName: "bff-secrets", items: [{ key: "kek", path: "kek" }] } },
      ],
    );
    expect(unresolvedReferences([pods, ...base.filter((manifest) => manifest.kind === "ConfigMap")], [])).toEqual([
      "Deployment/consent: Secret consent-secret",
      "Deployment/consent: Secret bff-secrets, key kek",
    ]);
  });

  it("a service that opens a way outside, and a missing default deny", () => {
    const open = structuredClone(base);
    const policy = open.find((manifest) => manifest.kind === "NetworkPolicy" && manifest.metadata.name === "ingest")?.spec as unknown as { egress: unknown[] };
    policy.egress.push({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] });
    expect(allowedFlows(open)).toContain("ingest -> outside:443");
    expect(deniesByDefault(base.filter((manifest) => manifest.metadata.name !== "default-deny"))).toBe(false);
  });
});
