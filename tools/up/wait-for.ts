import { OplError } from "@opl/errors";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks until there is an answer; a failed question counts as none.
 * @throws ERR_UP_NOT_READY with `problem()` when it takes too long or the process behind it keeps ending
 */
export async function waitFor<T>(ask: () => Promise<T | null>, limitMs: number, problem: () => string, child?: { restarts(): number }): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null) return answer;
    if (performance.now() > deadline || (child !== undefined && child.restarts() > 3))
      throw new OplError({ code: "ERR_UP_NOT_READY", kind: "unavailable", message: problem() });
    await pause(40);
  }
}
