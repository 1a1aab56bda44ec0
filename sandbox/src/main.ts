import { isOplError } from "@opl/errors";
import { createSandbox } from "./app.ts";
import { readConfig } from "./config.ts";

try {
  const config = readConfig(process.env);
  const sandbox = await createSandbox(config);
  process.stdout.write(`${JSON.stringify({ event: "ready", ...sandbox.endpoints })}\n`);

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void sandbox[Symbol.asyncDispose]().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  if (config.OPL_EXIT_WITH_PARENT === "1") process.stdin.once("close", stop).resume();
} catch (error) {
  if (!isOplError(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = error.code === "ERR_SANDBOX_CONFIG" ? 78 : 1;
}
