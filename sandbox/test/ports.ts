import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Up to twenty workers of the test run have a range each: what one has found free is not found by another before it is used. */
const perWorker = 500;
const first = 10_000 + (Number.parseInt(process.env["VITEST_POOL_ID"] ?? "0", 10) % 20) * perWorker;

const servers = ["OP_CERTGEN", "OP_MTLS", "OP_AUTHORIZE", "TRUST", "UK", "BERLIN_GROUP", "FAPI", "ADMIN"] as const;

/** A free port for each server, below those that systems give away by themselves: nobody is given one between a stop and the next start. */
export async function ownPorts(): Promise<Record<string, string>> {
  const ports: Record<string, string> = {};
  for (const name of servers) ports[`SANDBOX_${name}_PORT`] = String(await freePort(Object.values(ports)));
  return ports;
}

async function freePort(others: readonly string[]): Promise<number> {
  for (;;) {
    const port = randomInt(first, first + perWorker);
    const probe = createServer();
    try {
      probe.listen(port, "127.0.0.1");
      await once(probe, "listening");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") continue;
      throw error;
    }
    await new Promise((resolve) => void probe.close(resolve));
    if (!others.includes(String(port))) return port;
  }
}
