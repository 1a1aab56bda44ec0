import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import path from "node:path";

/**
 * `npm run test:kills [rounds] [seed]`: the long form of what the integration tests do briefly. Kills the command that wraps data keys anew
 * again and again at random points, over a real Postgres, and then opens everything. The seed is printed; the same one repeats a run.
 */
const [rounds = "100", seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
const root = path.dirname(import.meta.dirname);
process.stdout.write(`${rounds} rounds, seed ${seed}\n`);
const { status } = spawnSync(
  process.execPath,
  [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "int", "services/bank-gateway/src/rewrap.int.test.ts"],
  { cwd: root, stdio: "inherit", env: { ...process.env, OPL_REWRAP_KILLS: rounds, OPL_REWRAP_SEED: seed } },
);
process.exitCode = status ?? 1;
