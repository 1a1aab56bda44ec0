import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import path from "node:path";

/**
 * `npm run test:payments [orders] [seed]`: the long form of what the tests do briefly. Kills gateways between every two steps of a payment
 * and cuts their connections at every call, orders payments while calls to the gateway are cut off at every step, then through the whole
 * product while its processes are killed, and compares with the bank's books. The seed is printed; the same one repeats a run.
 */
const [orders = "1000", seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
const root = path.dirname(import.meta.dirname);
process.stdout.write(`${orders} orders, seed ${seed}\n`);
for (const [project, file] of [
  ["int", "services/bank-gateway/src/usecases/payment-kills.int.test.ts"],
  ["int", "services/consent/src/usecases/payment-kills.int.test.ts"],
  ["e2e", "e2e/payments.e2e.test.ts"],
] as const) {
  const { status } = spawnSync(process.execPath, [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", project, file], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, OPL_PAYMENT_KILLS: orders, OPL_PAYMENT_ORDERS: orders, OPL_PRODUCT_PAYMENTS: orders, OPL_PAYMENT_SEED: seed },
  });
  if (status !== 0) process.exitCode = status ?? 1;
}
