import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type AlertRule, alertFindings, makersOf, metricsIn } from "./alert-rules.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const file: { kind: string; spec: { groups: { name: string; rules: AlertRule[] }[] } } = parse(
  readFileSync(path.join(import.meta.dirname, "prometheus-rules.yaml"), "utf8"),
);
const rules = file.spec.groups.flatMap((group) => group.rules);
const makers = makersOf(root);
const promtool = spawnSync("promtool", ["--version"]).status === 0;

describe("alert rules", () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))("%s reads what there is and names its runbook", (_name, rule) => {
    expect(alertFindings(rule, makers, root)).toEqual([]);
  });

  it("each has a name of its own", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it("OA-72, G-38 cover the end of certificates at 30, 7 and 1 days, refusals, and what is awaited", () => {
    expect(rules.filter(({ expr }) => expr.includes("tpp_certificate_days_left")).map(({ expr }) => expr.split("< ")[1])).toEqual(["30", "7", "1"]);
    for (const metric of ["tpp_renewals_refused", "tpp_own_certificates_awaited", "tpp_registration_failed", "tpp_registration_drift"])
      expect(rules.some(({ expr }) => expr.includes(metric))).toBe(true);
  });

  it("TM-21 tell of a private key that is asked for, at once", () => {
    const [told] = rules.filter(({ expr }) => expr.includes('opl_key_export_steps_total{step="requested"}'));
    expect(told).toMatchObject({ labels: { severity: "critical" }, annotations: { runbook: "docs/runbooks/key-rotation.md" } });
    expect(told).not.toHaveProperty("for");
  });

  it.skipIf(!promtool)(`Prometheus itself takes them${promtool ? "" : " (skipped: there is no promtool here)"}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), "opl-alerts-"));
    try {
      writeFileSync(path.join(folder, "rules.yaml"), stringify(file.spec));
      const checked = spawnSync("promtool", ["check", "rules", path.join(folder, "rules.yaml")], { encoding: "utf8" });
      expect(checked.status, checked.stderr).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("planted mistakes are found", () => {
  const sound = rules.find(({ alert }) => alert === "RenewalRefused")!;

  it.each([
    ["a metric that nothing makes", { expr: "max by (aspsp_id) (tpp_renewal_refused) > 0" }, "nothing makes the metric tpp_renewal_refused"],
    ["a label that it does not have", { expr: "max by (colour) (tpp_renewals_refused) > 0" }, "tpp_renewals_refused has no label colour"],
    ["a selector that it does not have", { expr: 'tpp_renewals_refused{tenant="a"} > 0' }, "tpp_renewals_refused has no label tenant"],
    ["brackets", { expr: "max((tpp_renewals_refused) > 0" }, "brackets do not match"],
    ["no metric", { expr: "1 > 0" }, "reads no metric"],
    ["another severity", { labels: { severity: "bad" } }, "severity must be warning or critical"],
    [
      "a page that is not there",
      { annotations: { ...sound.annotations, runbook: "docs/runbooks/nothing.md" } },
      "the runbook docs/runbooks/nothing.md is not there",
    ],
  ])("%s", (_what, change, finding) => {
    expect(alertFindings({ ...sound, ...change }, makers, root)).toEqual([`RenewalRefused: ${finding}`]);
  });

  it("an expression is read as Prometheus reads it", () => {
    expect(metricsIn('sum by (a) (rate(x_count{outcome=~"5..|ERR_Y"}[10m])) / sum by (a) (rate(x_count[10m])) > 0.5 or (z unless z offset 15m) > 0')).toEqual([
      { name: "x_count", labels: ["outcome"] },
      { name: "x_count", labels: [] },
      { name: "z", labels: [] },
      { name: "z", labels: [] },
    ]);
  });
});
