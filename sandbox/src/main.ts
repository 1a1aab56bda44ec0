import { isOplError } from "@opl/errors";
import { createSandbox, type Sandbox } from "./app.ts";
import { readConfig } from "./config.ts";

let sandbox: Sandbox | undefined;
let stopping = false;

/** Before the bank is ready there is nothing to close: its files are whole at every moment. */
function stop(): void {
  if (stopping) return;
  stopping = true;
  if (sandbox === undefined) process.exit(0);
  void sandbox[Symbol.asyncDispose]().then(() => process.exit(0));
}

try {
  const config = readConfig(process.env);
  process.once("SIGTERM", stop).once("SIGINT", stop);
  if (config.OPL_EXIT_WITH_PARENT === "1") process.stdin.once("close", stop).resume();
  sandbox = await createSandbox(config, {
    report: (error) => process.stderr.write(`${JSON.stringify({ event: "error", message: error instanceof Error ? error.stack : String(error) })}\n`),
  });
  process.stdout.write(`${JSON.stringify({ event: "ready", ...sandbox.endpoints })}\n`);
} catch (error) {
  if (!isOplError(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exit(error.code === "ERR_SANDBOX_CONFIG" ? 78 : 1);
}
