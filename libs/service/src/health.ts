import { setTimeout as delay } from "node:timers/promises";
import { isOplError } from "@opl/errors";
import type { FastifyInstance } from "fastify";

export interface HealthChecks {
  /** One entry a dependency: `ok`, or what is wrong. May take a second at the most. */
  readonly ready: () => Promise<Record<string, "ok" | (string & {})>>;
}

/** Ready while Postgres answers, and where a service cannot work without it, while NATS is connected. The words are the same in every service. */
export function dependsOn(postgres: { ping(): Promise<unknown> }, nats?: { isConnected(): boolean }): HealthChecks {
  return {
    ready: async () => ({
      postgres: await postgres.ping().then(
        () => "ok",
        () => "does not answer",
      ),
      ...(nats === undefined ? {} : { nats: nats.isConnected() ? "ok" : "not connected" }),
    }),
  };
}

export interface HealthState {
  started: boolean;
  stopping: boolean;
}

const readyTimeoutMs = 1_000;

/**
 * Three different questions: `live` (is the process up? restart it when not), `ready` (can it work now? no traffic when
 * not) and `started` (has it come up once?).
 */
export function registerHealth(fastify: FastifyInstance, checks: HealthChecks, state: HealthState): void {
  fastify.get("/health/live", () => ({ status: "ok" }));
  fastify.get("/health/started", (_request, reply) => reply.code(state.started ? 200 : 503).send({ status: state.started ? "ok" : "starting" }));
  fastify.get("/health/ready", async (_request, reply) => {
    const dependencies = await ask(checks);
    const status = state.stopping ? "stopping" : Object.values(dependencies).every((value) => value === "ok") ? "ok" : "unavailable";
    return reply.code(status === "ok" ? 200 : 503).send({ status, dependencies });
  });
}

async function ask(checks: HealthChecks): Promise<Record<string, string>> {
  const late = new AbortController();
  try {
    const timeout = delay(readyTimeoutMs, { checks: "no answer in time" }, { signal: late.signal });
    timeout.catch(() => undefined);
    return await Promise.race([checks.ready(), timeout]);
  } catch (error) {
    return { checks: isOplError(error) ? error.code : "failed" };
  } finally {
    late.abort();
  }
}
