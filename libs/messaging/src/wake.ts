/** Lets one loop sleep and others wake it; a wake while it works is not lost. */
export class Wake {
  #pending = false;
  #notify: () => void = () => undefined;

  wake(): void {
    this.#pending = true;
    this.#notify();
  }

  /** Resolves when woken, aborted, or after the time; at once when woken since the last wait. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const done = (): void => resolve();
      const timer = setTimeout(done, timeoutMs);
      this.#notify = done;
      signal.addEventListener("abort", done, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      this.#notify = () => undefined;
    }
    this.#pending = false;
  }
}
