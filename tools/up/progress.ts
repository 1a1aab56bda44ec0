/** One line a step with its time, on the terminal; nothing else the product prints gets in between. */
export interface Progress {
  step<T>(label: string, work: () => Promise<T>): Promise<T>;
  say(text: string): void;
}

export function terminalProgress(out: NodeJS.WritableStream): Progress {
  return {
    async step(label, work) {
      const started = performance.now();
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s`;
      try {
        const result = await work();
        out.write(`  ${seconds()}  ${label}\n`);
        return result;
      } catch (error) {
        out.write(`  ${seconds()}  ${label}: failed\n`);
        throw error;
      }
    },
    say(text) {
      out.write(`${text}\n`);
    },
  };
}

export const silentProgress: Progress = {
  step: (_label, work) => work(),
  say: () => undefined,
};
