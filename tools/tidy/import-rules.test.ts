import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * The import rules run as a check of their own; a checker that sees nothing passes too, so a violation of each rule is planted and
 * must be found.
 */
const root = path.resolve(import.meta.dirname, "../..");
const config: { readonly forbidden: readonly { readonly name: string }[] } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs");
const rules = config.forbidden.map(({ name }) => name);

/** A file that imports a module, planted one folder further down: paths are those seen from there. */
interface Plant {
  readonly folder: string;
  readonly imports: string;
}

const plants: Readonly<Record<string, Plant>> = {
  "services-apart": { folder: "services/consent/src/usecases", imports: "../../../../ingest/src/app.ts" },
  "libs-below": { folder: "libs/errors/src", imports: "../../../../services/ingest/src/app.ts" },
  "web-imports-contracts-and-money": { folder: "web/src/ui", imports: "@opl/errors" },
  "features-apart": { folder: "web/src/features/insights", imports: "../../payments/draft.ts" },
  "domain-is-pure": { folder: "services/consent/src/domain", imports: "node:fs" },
  "adapters-apart": { folder: "services/bank-gateway/src/adapters/op", imports: "../../uk-sandbox/adapter.ts" },
  "adapters-by-index": { folder: "services/bank-gateway/src/usecases", imports: "../../adapters/op/adapter.ts" },
  "events-and-jobs-call-use-cases": { folder: "services/ingest/src/jobs", imports: "../../http/index.ts" },
  "events-reach-nobody": { folder: "services/ingest/src/events", imports: "../../clients/bank-gateway.ts" },
  "http-starts-nothing-else": { folder: "services/ingest/src/http", imports: "../../jobs/sync-runner.ts" },
  "use-cases-know-no-edge": { folder: "services/ingest/src/usecases", imports: "../../http/index.ts" },
  "stores-and-clients-serve": { folder: "services/ingest/src/db", imports: "../../usecases/start-sync.ts" },
  "sandbox-shares-nothing": { folder: "sandbox/src", imports: "@opl/money" },
  "nobody-imports-the-sandbox": { folder: "services/consent/src", imports: "../../../../sandbox/src/identifiers.ts" },
  "command-shares-the-protocol-only": { folder: "tools/opl/bank", imports: "../../../../services/bank-gateway/src/vault/vault.ts" },
  "desired-state-asks-the-registry": { folder: "tools/opl/desired-state", imports: "../../../../services/tpp-registry/src/app.ts" },
  "testkit-only-in-tests": { folder: "services/consent/src", imports: "@opl/testkit" },
  "one-importer-pg": { folder: "services/consent/src/db", imports: "pg" },
  "one-importer-nats": { folder: "services/consent/src/events", imports: "@nats-io/jetstream" },
  "one-importer-jose": { folder: "services/consent/src/http", imports: "jose" },
  "one-importer-node-forge": { folder: "services/bank-gateway/src/usecases", imports: "node-forge" },
  "one-importer-ibantools": { folder: "services/consent/src/domain", imports: "ibantools" },
  "one-importer-iso11649": { folder: "services/consent/src/domain", imports: "node-iso11649" },
  "one-importer-undici": { folder: "services/consent/src/clients", imports: "undici" },
  "one-importer-uuid": { folder: "services/consent/src/db", imports: "uuid" },
  ...Object.fromEntries(
    ["errors", "money", "contracts", "payment-rules", "telemetry", "sealing", "eidas", "fapi", "postgres", "messaging"].map((lib) => [
      `lib-direction-${lib}`,
      { folder: `libs/${lib}/src`, imports: "@opl/service" },
    ]),
  ),
  "lib-direction-service": { folder: "libs/service/src", imports: "@opl/testkit" },
  "no-cycles": { folder: "services/consent/src/usecases", imports: "./imports-back.ts" },
  resolvable: { folder: "services/consent/src/usecases", imports: "./nowhere.ts" },
};

const planted: string[] = [];
afterAll(() => {
  for (const folder of planted) rmSync(folder, { recursive: true, force: true });
});

/** Plants all and looks once. @returns the rules that were found broken in each plant */
function look(): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string>();
  for (const [rule, { folder, imports }] of Object.entries(plants)) {
    const draft = mkdtempSync(path.join(root, folder, "planted-"));
    planted.push(draft);
    writeFileSync(path.join(draft, "a.ts"), `import "${imports}";\n`);
    if (imports === "./imports-back.ts") writeFileSync(path.join(draft, "imports-back.ts"), 'import "./a.ts";\n');
    files.set(path.relative(root, path.join(draft, "a.ts")), rule);
  }
  const result = spawnSync(path.join(root, "node_modules/.bin/depcruise"), ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...files.keys()], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 256_000_000,
  });
  const report: { summary: { violations: { rule: { name: string }; from: string }[] } } = JSON.parse(result.stdout.slice(result.stdout.indexOf("{")));
  const byPlant = Map.groupBy(report.summary.violations, ({ from }) => files.get(from) ?? "");
  return new Map([...byPlant].map(([plant, violations]) => [plant, violations.map(({ rule }) => rule.name)]));
}

describe("import rules find a planted violation", () => {
  let found: ReadonlyMap<string, readonly string[]>;
  beforeAll(() => {
    found = look();
  }, 60_000);

  it.each(rules)("of %s", (rule) => {
    expect(found.get(rule) ?? []).toContain(rule);
  });

  it("and no rule is planted for that is gone", () => {
    expect(rules).toEqual(expect.arrayContaining(Object.keys(plants)));
  });
});
