import { spawnSync } from "node:child_process";
import type { IContainer } from "kubernetes-models/v1";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { schemas, serviceNames as services } from "../schemas.ts";
import { settingFindings } from "../settings-rules.ts";
import { givenObjects, surroundingsOf } from "./cluster.ts";
import { render } from "./kustomize.ts";
import { type Manifest, ofKind, podSpecOf, whereOf } from "./objects.ts";
import { findingsOf } from "./rules/index.ts";
import { folderOf, stageNames, stageOf } from "./stages.ts";

const kubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

describe.each(stageNames)("G-30 %s", (name) => {
  const stage = stageOf(name);
  const { manifests } = stage;

  it("keeps every rule", () => {
    expect(findingsOf(stage)).toEqual([]);
  });

  it("has a deployment, service, disruption budget, network policy and migration for each service", () => {
    const there = new Set(manifests.map(whereOf));
    for (const service of services) {
      for (const kind of ["Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"]) expect(there).toContain(`${kind}/${service}`);
      expect(there).toContain(`ConfigMap/${service}-settings`);
      expect(there).toContain(`Job/migrate-${service}`);
    }
  });

  it.each(services)("%s gets every variable it needs, none it does not know, and every file it names", (service) => {
    expect(settingFindings(schemas[service], surroundingsOf(service, manifests))).toEqual([]);
  });

  it.skipIf(name === "base")(`DR-C9 every service keeps its facts on all servers of NATS${name === "base" ? " (skipped: base has none)" : ""}`, () => {
    const servers = ofKind(manifests, "StatefulSet").find(({ metadata }) => metadata.name === "nats");
    for (const service of services) {
      const settings = ofKind(manifests, "ConfigMap").find(({ metadata }) => metadata.name === `${service}-settings`);
      expect(settings?.data?.["OPL_NATS_REPLICAS"], service).toBe(String(servers?.spec.replicas));
    }
  });

  it.skipIf(!kubectl)(`kubectl renders the same objects${kubectl ? "" : " (skipped: there is no kubectl here)"}`, () => {
    const rendered = spawnSync("kubectl", ["kustomize", folderOf(name)], { encoding: "utf8" });
    expect(rendered.stderr).toBe("");
    // It names a generated ConfigMap by what is in it.
    const objects = parseAllDocuments(rendered.stdout.replaceAll(/\b(nats-config)-[a-z0-9]{10}\b/g, "$1")).map((document) => document.toJS() as Manifest);
    const byName = (all: readonly Manifest[]): Manifest[] => all.toSorted((a, b) => whereOf(a).localeCompare(whereOf(b)));
    expect(byName(manifests)).toEqual(byName(objects));
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
      if (whole) expect(whereOf(manifest)).toMatch(/^(?:Deployment|Job)\/(?:migrate-)?bank-gateway$/);
    }
  });
});

describe("planted mistakes in the settings of a service are found", () => {
  const base = render(folderOf("base"));

  it.each<[string, (container: IContainer) => Partial<IContainer>, string]>([
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
    const spoiled = structuredClone(base);
    const pod = podSpecOf(spoiled.find((manifest) => whereOf(manifest) === "Deployment/consent")!)!;
    pod.containers[0] = { ...pod.containers[0]!, ...spoil(pod.containers[0]!) };
    expect(settingFindings(schemas.consent, surroundingsOf("consent", spoiled))).toEqual([`consent: ${finding}`]);
  });
});
