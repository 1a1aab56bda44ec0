import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

/**
 * The import rules run as a check of their own; a checker that sees nothing passes too, so each kind of violation is planted
 * and must be found.
 */
const root = path.resolve(import.meta.dirname, "../..");
const planted: string[] = [];

function violations(file: string, text: string): string[] {
  const folder = path.join(root, path.dirname(file));
  mkdirSync(folder, { recursive: true });
  const draft = mkdtempSync(path.join(folder, "planted-"));
  planted.push(draft);
  const target = path.join(draft, path.basename(file));
  writeFileSync(target, text);
  try {
    const result = spawnSync(
      path.join(root, "node_modules/.bin/depcruise"),
      ["--config", ".dependency-cruiser.cjs", "--output-type", "json", path.relative(root, target)],
      { cwd: root, encoding: "utf8", maxBuffer: 64_000_000 },
    );
    const report: { summary: { violations: { rule: { name: string }; from: string }[] } } = JSON.parse(result.stdout.slice(result.stdout.indexOf("{")));
    return report.summary.violations.filter((violation) => violation.from.includes("planted-")).map((violation) => violation.rule.name);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

afterAll(() => {
  for (const folder of planted) rmSync(folder, { recursive: true, force: true });
});

describe("import rules find a planted violation", () => {
  it.each([
    ["services-apart", "services/consent/src/usecases/a.ts", 'import { createApp } from "../../../../ingest/src/app.ts";\nexport const a = createApp;\n'],
    ["domain-is-pure", "services/consent/src/domain/a.ts", 'import { readFileSync } from "node:fs";\nexport const a = readFileSync;\n'],
    [
      "events-reach-nobody",
      "services/ingest/src/events/a.ts",
      'import { createBankGateway } from "../../clients/bank-gateway.ts";\nexport const a = createBankGateway;\n',
    ],
    [
      "http-starts-nothing-else",
      "services/ingest/src/http/a.ts",
      'import { startSyncRunner } from "../../jobs/sync-runner.ts";\nexport const a = startSyncRunner;\n',
    ],
    ["use-cases-know-no-edge", "services/ingest/src/usecases/a.ts", 'import { routes } from "../../http/index.ts";\nexport const a = routes;\n'],
    ["stores-and-clients-serve", "services/ingest/src/db/a.ts", 'import { startSync } from "../../usecases/start-sync.ts";\nexport const a = startSync;\n'],
    ["one-importer-pg", "services/consent/src/db/a.ts", 'import pg from "pg";\nexport const a = pg;\n'],
    ["one-importer-jose", "services/consent/src/http/a.ts", 'import type { JWK } from "jose";\nexport type A = JWK;\n'],
    ["sandbox-shares-nothing", "sandbox/src/a.ts", 'import { parseAmount } from "@opl/money";\nexport const a = parseAmount;\n'],
    [
      "command-shares-the-protocol-only",
      "tools/opl/bank/a.ts",
      'import { createVault } from "../../../../services/bank-gateway/src/vault/vault.ts";\nexport const a = createVault;\n',
    ],
    ["web-imports-contracts-and-money", "web/src/ui/a.ts", 'import { OplError } from "@opl/errors";\nexport const a = OplError;\n'],
  ])("%s", (rule, file, text) => {
    expect(violations(file, text)).toContain(rule);
  });
});
