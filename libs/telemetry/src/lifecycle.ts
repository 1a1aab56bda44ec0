let flush: (() => Promise<void>) | undefined;

/** For `register.ts`: how to send what is still in memory. */
export function onFlush(fn: () => Promise<void>): void {
  flush = fn;
}

/** Sends what telemetry still holds; does nothing when it is off. Called once, before the process ends. */
export async function shutdownTelemetry(): Promise<void> {
  const pending = flush;
  flush = undefined;
  await pending?.();
}
