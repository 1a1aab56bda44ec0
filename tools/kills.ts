import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import path from "node:path";

/**
 * The long form of what the integration tests do briefly: real processes are killed again and again over a real Postgres, and then everything
 * must be as if nothing had been. The seed is printed; the same one repeats a run.
 *
 * `npm run test:kills [rounds] [seed]`: the command that wraps data keys anew, at random points.
 * `npm run test:refresh [tries] [seed]`: the refresh of a consent's tokens, between every two of its steps; where four processes in a row die at
 * one consent, 40 or more times so.
 */
const kinds = {
  rewrap: { file: "services/bank-gateway/src/rewrap.int.test.ts", variable: "REWRAP", usual: "100" },
  refresh: { file: "services/bank-gateway/src/usecases/refresh-kills.int.test.ts", variable: "REFRESH", usual: "1000" },
} as const;

const [kind = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(kinds, kind)) throw new TypeError(`Name what is to be killed: ${Object.keys(kinds).join(" or ")}.`);
const { file, variable, usual } = kinds[kind as keyof typeof kinds];
const [rounds = usual, seed = String(randomInt(2 ** 31))] = rest;
const root = path.dirname(import.meta.dirname);
process.stdout.write(`${rounds} rounds, seed ${seed}\n`);
const { status } = spawnSync(process.execPath, [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "int", file], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, [`OPL_${variable}_KILLS`]: rounds, [`OPL_${variable}_SEED`]: seed },
});
process.exitCode = status ?? 1;
