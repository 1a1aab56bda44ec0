import path from "node:path";
import { OplError } from "@opl/errors";
import { whenNpmIsGone } from "./npm.ts";
import { type Product, startProduct } from "./product.ts";
import { terminalProgress } from "./progress.ts";

/**
 * The whole product on this machine. OPL_PORT chooses the address, OPL_DIR the folder of data, keys and logs; variables
 * that begin with SANDBOX_ reach the sandbox bank.
 */
const started = performance.now();
const progress = terminalProgress(process.stdout);
const wanted = process.env["OPL_PORT"] ?? "8400";
const port = /^\d{1,5}$/.test(wanted) ? Number.parseInt(wanted, 10) : Number.NaN;
const dir = process.env["OPL_DIR"] ?? path.resolve(import.meta.dirname, "../../.opl");

if (!(port > 0 && port < 65_536)) {
  process.stderr.write(`OPL_PORT is not a port: ${wanted}. Take a number from 1 to 65535.\n`);
  process.exit(78);
}

let product: Product | undefined;
let ending = false;
const end = (): void => {
  if (ending) return;
  ending = true;
  progress.say("\nStopping …");
  // While starting, leaving is enough: servers are ended on the way out, services notice that their standard input closed.
  if (product === undefined) process.exit(130);
  void product.stop().then(() => {
    progress.say("Stopped. Your data is kept.");
    process.exit(0);
  });
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
whenNpmIsGone(end);

progress.say("One Point Ledger is starting …");
try {
  product = await startProduct({
    dir,
    port,
    progress,
    sandbox: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith("SANDBOX_") && entry[1] !== undefined),
    ),
  });
  progress.say(`\nReady in ${((performance.now() - started) / 1000).toFixed(1)} s

  Open      ${product.origin}
  Sign in   ${product.demo.email}
  Password  ${product.demo.password}

  Operator  ${product.operatorLogin.email}, who sees registrations and certificates
  Password  ${product.operatorLogin.password}

  At the OP sandbox bank log in as 88888881 or 88888882, at Halla as 77777771, at Kaste as 66666661; none asks for a password.
  Logs: ${path.relative(process.cwd(), product.logDir) || "."}   Stop with Ctrl-C.\n`);
} catch (error) {
  const message =
    error instanceof OplError
      ? error.message
      : `Something unexpected stopped the start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}
