import { setTimeout as delay } from "node:timers/promises";

/** Repeats until `fn` neither throws nor returns false or undefined, and gives its value; the last failure is thrown. */
export async function eventually<T>(fn: () => T | Promise<T>, { timeoutMs = 15_000, everyMs = 20 } = {}): Promise<Exclude<T, false | undefined>> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown = new Error(`not so within ${timeoutMs} ms`);
    try {
      const value = await fn();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= until) throw failure;
    await delay(everyMs);
  }
}
