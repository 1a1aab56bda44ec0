import { readFileSync } from "node:fs";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { Manifest } from "./objects.ts";

/** The part of a kustomization that ours use. */
interface Kustomization {
  readonly apiVersion: string;
  readonly kind: string;
  /** A component has none of its own. */
  readonly namespace?: string;
  readonly resources: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly patches?: readonly { readonly target: { readonly kind: string; readonly name?: string }; readonly patch: string }[];
}
const known = new Set(["apiVersion", "kind", "namespace", "resources", "components", "configMapGenerator", "patches"]);
const clusterWide = new Set(["Namespace"]);

/** One step of a JSON patch (RFC 6902). */
export interface Change {
  readonly op: "add" | "replace" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

/**
 * The objects of a folder (`base`, `overlays/prod`) as `kubectl kustomize` gives them, patches applied, for machines without it. Knows what our
 * kustomizations use and refuses the rest. The one difference: a generated ConfigMap keeps its plain name.
 */
export function render(folder: string): Manifest[] {
  return renderUpon([], folder);
}

/** A component changes and adds to what is `given`; everything else begins with nothing. */
function renderUpon(given: readonly Manifest[], folder: string): Manifest[] {
  const kustomization: Kustomization = parse(readFileSync(path.join(folder, "kustomization.yaml"), "utf8"));
  const strange = Object.keys(kustomization).filter((key) => !known.has(key));
  if (strange.length > 0) throw new Error(`${folder}/kustomization.yaml: ${strange.join(", ")} is not known here; teach kustomize.ts`);
  const { namespace, resources, components = [], configMapGenerator = [], patches = [] } = kustomization;
  const brought = resources.flatMap((resource) =>
    resource.endsWith(".yaml")
      ? parseAllDocuments(readFileSync(path.join(folder, resource), "utf8"), { version: "1.1" }).map((document) => document.toJS() as Manifest)
      : render(path.join(folder, resource)),
  );
  const generated = configMapGenerator.map(({ name, files }): Manifest => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: Object.fromEntries(files.map((file) => [path.basename(file), readFileSync(path.join(folder, file), "utf8")])),
  }));
  const together = components.reduce(
    (all: readonly Manifest[], component) => renderUpon(all, path.join(folder, component)),
    [...structuredClone(given), ...brought, ...generated],
  );
  const objects = together.map((object) =>
    namespace === undefined || clusterWide.has(object.kind) ? object : { ...object, metadata: { ...object.metadata, namespace } },
  );
  for (const { target, patch } of patches) {
    const name = new RegExp(`^(?:${target.name ?? ".*"})$`);
    const targets = objects.filter(({ kind, metadata }) => kind === target.kind && name.test(metadata.name));
    if (targets.length === 0) throw new Error(`${folder}: no ${target.kind} ${target.name ?? ""} to patch`);
    for (const object of targets) for (const change of parse(patch) as Change[]) apply(object, change);
  }
  return objects;
}

/** Changes an object in place; a path that leads nowhere is an error, as kustomize has it. */
export function apply(object: object, { op, path: pointer, value }: Change): void {
  const keys = pointer
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop() ?? "";
  let parent = object as Record<string, unknown>;
  for (const key of keys) {
    const next = parent[key];
    if (typeof next !== "object" || next === null) throw new Error(`${pointer}: there is no ${key}`);
    parent = next as Record<string, unknown>;
  }
  if (op !== "add" && !(last in parent)) throw new Error(`${pointer}: nothing to ${op}`);
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : Number(last);
    parent.splice(index, op === "add" ? 0 : 1, ...(op === "remove" ? [] : [structuredClone(value)]));
  } else if (op === "remove") delete parent[last];
  else parent[last] = structuredClone(value);
}
