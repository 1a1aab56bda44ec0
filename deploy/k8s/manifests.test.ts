import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { allowedFlows, deniesByDefault, type Manifest, podFindings, podSpecOf } from "./manifest-rules.ts";
import { validatorOf } from "./validators.ts";

const folder = import.meta.dirname;

/** Every object an overlay brings, its base included, before patches. */
function load(overlay: string): Manifest[] {
  const kustomization: { resources: string[] } = parse(readFileSync(path.join(folder, overlay, "kustomization.yaml"), "utf8"));
  return kustomization.resources.flatMap((resource) =>
    resource.endsWith(".yaml") ? parseAllDocuments(readFileSync(path.join(folder, overlay, resource), "utf8")).map((document) => document.toJS() as Manifest) : load(path.join(overlay, resource)),
  );
}

const overlays = ["overlays/dev", "overlays/prod"] as const;
const services = ["analytics", "bank-gateway", "bff", "consent", "ingest", "tpp-registry"];
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
      ...(overlay === "overlays/prod" ? [dns("nats"), dns("postgres"), "nats -> nats:6222", "postgres -> postgres:5432", "namespace cnpg-system -> postgres:8000", "namespace cnpg-system -> postgres:5432"] : []),
    ];
    expect(flows).toEqual([...new Set(expected)].toSorted());
  });

  it("TM-04 only bank-gateway mounts the key-encryption key", () => {
    for (const manifest of manifests) {
      const text = JSON.stringify(manifest);
      if (text.includes("kek")) expect(manifest.metadata.name).toMatch(/^bank-gateway/);
    }
  });

  it("labels the namespace for the restricted level", () => {
    const namespace = manifests.find((manifest) => manifest.kind === "Namespace");
    for (const mode of ["enforce", "audit", "warn"]) expect(namespace?.metadata.labels?.[`pod-security.kubernetes.io/${mode}`]).toBe("restricted");
  });
});

describe("planted mistakes are found", () => {
  const base = load("base");
  const consent = (): Record<string, never> => structuredClone(base.find((manifest) => manifest.kind === "Deployment" && manifest.metadata.name === "consent")) as unknown as Record<string, never>;
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

  it("a service that opens a way outside, and a missing default deny", () => {
    const open = structuredClone(base);
    const policy = open.find((manifest) => manifest.kind === "NetworkPolicy" && manifest.metadata.name === "ingest")?.spec as unknown as { egress: unknown[] };
    policy.egress.push({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] });
    expect(allowedFlows(open)).toContain("ingest -> outside:443");
    expect(deniesByDefault(base.filter((manifest) => manifest.metadata.name !== "default-deny"))).toBe(false);
  });
});
