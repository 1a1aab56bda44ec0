import { isOplError } from "@opl/errors";
import { createLogger, shutdownTelemetry } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";

/** A started service; disposing stops it in the reverse order of its making. */
export interface App extends AsyncDisposable {
  /** Where it listens, for the log. */
  readonly address?: string;
}

export interface RunOptions {
  readonly logger?: Logger;
  /** For stopping in good order; afterwards the process ends anyway. */
  readonly stopTimeoutMs?: number;
}

/** sysexits.h: something is wrong with the configuration. */
const exitConfig = 78;

/**
 * The life of a process: starts, waits for SIGTERM or SIGINT (or the end of standard input with
 * `OPL_EXIT_WITH_PARENT=1`), disposes and ends. A second signal ends at once; killing is always safe.
 */
export async function run(createApp: () => Promise<App>, options: RunOptions = {}): Promise<void> {
  const logger = options.logger ?? createLogger({ name: "run" });
  const { stopTimeoutMs = 10_000 } = options;
  const stop = Promise.withResolvers<string>();
  let asked = 0;
  const onSignal = (signal: string): void => {
    asked += 1;
    if (asked > 1) process.exit(1);
    stop.resolve(signal);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  const onFault = (error: unknown): void => {
    logger.fatal({ err: error }, "unexpected failure outside a request; stopping");
    process.exitCode = 1;
    stop.resolve("failure");
  };
  process.on("uncaughtException", onFault);
  process.on("unhandledRejection", onFault);
  if (process.env["OPL_EXIT_WITH_PARENT"] === "1") followParent(onSignal);

  let app: App;
  try {
    app = await createApp();
  } catch (error) {
    reportFailedStart(error, logger);
    process.exit(isOplError(error) && error.code === "ERR_CONFIG" ? exitConfig : 1);
  }
  logger.info(app.address === undefined ? {} : { address: app.address }, "started");
  // Waiting for a signal does not keep a process alive by itself.
  const alive = setInterval(() => undefined, 2 ** 30);
  const why = await stop.promise;
  clearInterval(alive);
  logger.info({ why }, "stopping");
  const tooLong = setTimeout(() => {
    logger.error("did not stop in time");
    process.exit(1);
  }, stopTimeoutMs);
  try {
    await app[Symbol.asyncDispose]();
    logger.info("stopped");
  } catch (error) {
    logger.error({ err: error }, "stopping failed");
    process.exitCode = 1;
  }
  await shutdownTelemetry().catch((error: unknown) => logger.warn({ err: error }, "telemetry could not be sent"));
  clearTimeout(tooLong);
  process.exit();
}

/** The supervisor holds the other end of our standard input: when it dies, however, we end as well. */
function followParent(onSignal: (signal: string) => void): void {
  const gone = (): void => onSignal("parent gone");
  process.stdin.on("end", gone);
  process.stdin.on("close", gone);
  process.stdin.on("error", gone);
  process.stdin.resume();
}

function reportFailedStart(error: unknown, logger: Logger): void {
  // A person reads this, in a terminal or in the events of a cluster: as text, one variable a line.
  if (isOplError(error) && error.code === "ERR_CONFIG") process.stderr.write(`${error.message}\n`);
  else logger.fatal({ err: error }, "could not start");
}
