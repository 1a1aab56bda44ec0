import type { Logger } from "@opl/telemetry";
import { PgBoss } from "pg-boss";

interface ScheduledJob {
  readonly name: string;
  /** Five fields, UTC. */
  readonly cron: string;
  readonly run: () => Promise<unknown>;
}

export interface SyncScheduleOptions {
  readonly url: string;
  readonly password?: string | undefined;
  /** pg-boss keeps its tables beside ours: our role has no other schema. */
  readonly schema: string;
  readonly jobs: readonly ScheduledJob[];
  /** A failed job is tried again so much later, twice. */
  readonly retrySeconds?: number;
  readonly logger: Logger;
}

/** Runs jobs by the clock, each once however many replicas there are, and again when a replica dies in the middle. */
export async function startSyncSchedule({ url, password, schema, jobs, retrySeconds = 10, logger: parent }: SyncScheduleOptions): Promise<AsyncDisposable> {
  const logger = parent.child({ subsystem: "sync-schedule" });
  const boss = new PgBoss({
    connectionString: withPassword(url, password),
    schema,
    createSchema: false,
    application_name: "ingest-schedule",
    max: 2,
    registerInstance: false,
    monitorVacuum: false,
  });
  boss.on("error", (error) => logger.warn({ err: error }, "schedule"));
  await boss.start();
  for (const { name, cron, run } of jobs) {
    await boss.createQueue(name, { policy: "stately", retryLimit: 2, retryDelay: retrySeconds, expireInSeconds: 300, deleteAfterSeconds: 86_400 });
    await boss.schedule(name, cron, null, { tz: "UTC" });
    await boss.work(name, { pollingIntervalSeconds: 5 }, async () => {
      const count = await run();
      logger.debug({ job: name, count }, "job done");
    });
  }
  return { [Symbol.asyncDispose]: () => boss.stop({ graceful: true, timeout: 5_000 }) };
}

function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const target = new URL(url);
  target.password = encodeURIComponent(password);
  return target.href;
}
