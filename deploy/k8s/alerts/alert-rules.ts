import { globSync, readFileSync } from "node:fs";
import path from "node:path";

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A service or library, as far as metrics are concerned. */
interface Maker {
  readonly metrics: ReadonlySet<string>;
  readonly text: string;
}

/** Words of PromQL that are no metric: functions, operators, modifiers. */
const words = new Set(["min", "max", "sum", "by", "rate", "increase", "offset", "unless", "or", "and", "on"]);

/** Services and libraries with the names they have for metrics: in the call that makes one, or in a table of descriptions beside it. */
export function makersOf(root: string): readonly Maker[] {
  return globSync("{services,libs}/*/src", { cwd: root }).map((source) => {
    const texts = globSync("**/*.ts", { cwd: path.join(root, source) })
      .filter((file) => !file.endsWith(".test.ts"))
      .map((file) => readFileSync(path.join(root, source, file), "utf8"));
    const making = texts.filter((text) => /\b(?:counter|gauge|histogram)\(/.test(text)).join("\n");
    const named = [...making.matchAll(/\b(?:counter|gauge|histogram)\(\s*"([a-z_]+)"/g), ...making.matchAll(/^ {2}([a-z]+(?:_[a-z]+)+): "/gm)];
    return { text: texts.join("\n"), metrics: new Set(named.map(([, name = ""]) => name)) };
  });
}

/** Metrics an expression reads, each with the labels it selects by. */
export function metricsIn(expr: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  const withoutGroups = expr.replaceAll(/\bby\s*\([^)]*\)/g, " ");
  return [...withoutGroups.matchAll(/\b([a-z][a-z_]*)\b(\{[^}]*\})?(?!\s*\()/g)]
    .filter(([whole, name = ""]) => !words.has(name) && !insideString(withoutGroups, whole))
    .map(([, name = "", selector = ""]) => ({ name, labels: [...selector.matchAll(/([a-z_]+)\s*[=!]/g)].map(([, label = ""]) => label) }));
}

function insideString(expr: string, part: string): boolean {
  return [...expr.matchAll(/"[^"]*"/g)].some(([text]) => text.includes(part));
}

/** Labels an expression groups by. */
function groupsIn(expr: string): readonly string[] {
  return [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(",").map((label) => label.trim()));
}

/** What is wrong with a rule: a metric or label that nothing makes, no page to read, no severity. */
export function alertFindings(rule: AlertRule, makers: readonly Maker[], root: string): string[] {
  const findings: string[] = [];
  const need = (holds: boolean, message: string): void => {
    if (!holds) findings.push(`${rule.alert}: ${message}`);
  };
  const read = metricsIn(rule.expr);
  need(read.length > 0, "reads no metric");
  for (const { name, labels } of read) {
    const made = makers.filter(({ metrics }) => metrics.has(name) || metrics.has(name.replace(/_(?:count|sum|bucket)$/, "")));
    need(made.length > 0, `nothing makes the metric ${name}`);
    // As a key of attributes; the exporter writes a dot of ours as an underscore.
    const known = (label: string): boolean => made.some(({ text }) => new RegExp(`[{,]\\s*"?${label.replaceAll("_", "[._]")}"?\\s*[:,}]`).test(text));
    if (made.length > 0) for (const label of [...labels, ...groupsIn(rule.expr)]) need(known(label), `${name} has no label ${label}`);
  }
  const balanced = rule.expr.split("(").length === rule.expr.split(")").length;
  need(balanced, "brackets do not match");
  need(["warning", "critical"].includes(rule.labels["severity"] ?? ""), "severity must be warning or critical");
  need((rule.annotations["summary"] ?? "") !== "", "has no summary");
  const page = rule.annotations["runbook"] ?? "";
  need(/^docs\/runbooks\/[a-z-]+\.md$/.test(page) && globSync(page, { cwd: root }).length === 1, `the runbook ${page} is not there`);
  return findings;
}
