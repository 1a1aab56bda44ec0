import { startTimer, type Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { refreshDirectory } from "../usecases/refresh-directory.ts";

const firstEveryMs = 500;

/** Looks at the gateway's directory, at once and then at an interval; until the first look has worked, again and again. */
export function startDirectoryWatch(ctx: RegistryContext, everySeconds: number, whenChanged: () => void, logger: Logger): Timer {
  const log = logger.child({ subsystem: "directory" });
  let nextAt: Temporal.Instant | null = null;
  return startTimer({
    name: "directory",
    everyMs: Math.min(firstEveryMs, everySeconds * 1000),
    logger: log,
    run: async () => {
      const now = ctx.clock.now();
      if (nextAt !== null && Temporal.Instant.compare(now, nextAt) < 0) return;
      const changes = await refreshDirectory(ctx);
      nextAt = now.add({ milliseconds: everySeconds * 1000 });
      for (const { aspsp, change } of changes) log.info({ aspspId: aspsp.aspspId, change }, "the directory has changed");
      if (changes.length > 0) whenChanged();
    },
  });
}
