export interface RunningServer {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface KeptServer {
  pid(): number;
  restarts(): number;
  kill(signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

const lookEveryMs = 100;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps a database or broker running: started again, with growing pauses, when its process is gone. */
export async function keepRunning(start: () => Promise<RunningServer>): Promise<KeptServer> {
  let server = await start();
  let restarts = 0;
  const wish = { stopping: false };
  let starting: Promise<void> | null = null;

  const restart = async (): Promise<void> => {
    for (let delayMs = 100; !wish.stopping; delayMs = Math.min(delayMs * 2, 3_000)) {
      try {
        server = await start();
        restarts += 1;
        return;
      } catch {
        await pause(delayMs);
      }
    }
  };
  const watch = setInterval(() => {
    if (wish.stopping || starting !== null || alive(server.pid)) return;
    starting = restart().finally(() => {
      starting = null;
    });
  }, lookEveryMs);

  return {
    pid: () => server.pid,
    restarts: () => restarts,
    async kill(signal) {
      const victim = server.pid;
      process.kill(victim, signal);
      while (alive(victim)) await pause(10);
    },
    async stop() {
      wish.stopping = true;
      clearInterval(watch);
      await starting;
      await server.stop();
    },
  };
}
