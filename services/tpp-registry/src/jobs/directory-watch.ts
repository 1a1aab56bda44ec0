import { toOplError } from "@opl/errors";
import { startTimer, type Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { refreshDirectory } from "../usecases/refresh-directory.ts";

const firstEveryMs = 500;

/** Looks at the gateway's directory, at once and then at an interval; until the first look has worked, again and again. */
export function startDirectoryWatch(ctx: RegistryContext, everySeconds: number, whenChanged: () => void, logger: Logger): Timer {
  const log = logger.child({ subsystem: "directory" });
  let nextAt: Temporal.Instant | null = null;
  let trouble: string | null = null;
  return startTimer({
    name: "directory",
    everyMs: Math.min(firstEveryMs, everySeconds * 1000),
    logger: log,
    run: async () => {
      const now = ctx.clock.now();
      if (nextAt !== null && Temporal.Instant.compare(now, nextAt) < 0) return;
      const changes = await refreshDirectory(ctx).catch((cause: unknown) => {
        const error = toOplError(cause);
        // The gateway may start after us.
        if (error.code !== trouble) log.warn({ code: error.code }, "the directory cannot be read now; the last one counts");
        trouble = error.code;
        return null;
      });
      if (changes === null) return;
      trouble = null;
      nextAt = now.add({ milliseconds: everySeconds * 1000 });
      for (const { aspsp, change } of changes) log.info({ aspspId: aspsp.aspspId, change }, "the directory has changed");
      if (changes.length > 0) whenChanged();
    },
  });
}
