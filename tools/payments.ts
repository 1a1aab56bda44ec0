import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import path from "node:path";

/**
 * `npm run test:payments [orders] [seed]`: the long form of what the integration tests do briefly. Orders payments while the service and
 * its calls are cut off at every step, and compares with the bank's book. The seed is printed; the same one repeats a run.
 */
const [orders = "1000", seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
const root = path.dirname(import.meta.dirname);
process.stdout.write(`${orders} orders, seed ${seed}\n`);
const { status } = spawnSync(
  process.execPath,
  [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "int", "services/consent/src/usecases/payment-kills.int.test.ts"],
  { cwd: root, stdio: "inherit", env: { ...process.env, OPL_PAYMENT_ORDERS: orders, OPL_PAYMENT_SEED: seed } },
);
process.exitCode = status ?? 1;
