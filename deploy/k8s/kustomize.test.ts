import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { apply, render } from "./kustomize.ts";

const root = mkdtempSync(path.join(tmpdir(), "opl-kustomize-"));
afterAll(() => rmSync(root, { recursive: true }));

const base = "namespace: ours\nresources: [a.yaml]\n";
const object = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { b: 'on', c: on } }\n";
const patchOf = (name: string, patch: string): string =>
  `namespace: ours\nresources: [../base]\npatches: [{ target: { kind: ConfigMap, name: ${name} }, patch: '${patch}' }]\n`;
/** Two folders, `base` and one upon it; the latter rendered. */
function rendered(overlay: string): unknown {
  const folder = mkdtempSync(path.join(root, "one-"));
  for (const [name, text] of [
    ["base", base],
    ["overlay", overlay],
  ] as const) {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, "kustomization.yaml"), text);
  }
  writeFileSync(path.join(folder, "base/a.yaml"), object);
  return render(path.join(folder, "overlay"));
}

describe("rendering", () => {
  it("patches what the name fits as a whole, and reads words as YAML 1.1 does", () => {
    const objects = rendered(patchOf("(a|b)", "[{ op: add, path: /data/d, value: e }]"));
    expect(objects).toEqual([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ours" }, data: { b: "on", c: true, d: "e" } }]);
  });

  it.each([
    ["what it does not know", "namespace: ours\nresources: [../base]\nnamePrefix: x-\n", /namePrefix is not known here; teach kustomize.ts/],
    ["a patch of nothing", patchOf("aa", "[]"), /no ConfigMap aa to patch/],
    ["a replacement of what is not there", patchOf("a", "[{ op: replace, path: /data/x, value: 1 }]"), /\/data\/x: nothing to replace/],
    ["a path that leads nowhere", patchOf("a", "[{ op: remove, path: /spec/x }]"), /\/spec\/x: there is no spec/],
  ])("refuses %s", (_title, overlay, message) => {
    expect(() => rendered(overlay)).toThrow(message);
  });

  it("changes lists by place and takes ~1 for a slash", () => {
    const changed = { list: ["a", "c"], "x/y": 1 };
    apply(changed, { op: "add", path: "/list/1", value: "b" });
    apply(changed, { op: "add", path: "/list/-", value: "d" });
    apply(changed, { op: "replace", path: "/list/0", value: "A" });
    apply(changed, { op: "remove", path: "/list/2" });
    apply(changed, { op: "remove", path: "/x~1y" });
    expect(changed).toEqual({ list: ["A", "b", "d"] });
  });
});
