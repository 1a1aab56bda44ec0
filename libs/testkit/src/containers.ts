import { existsSync } from "node:fs";
import type { RunningServers } from "./servers.ts";

const images = { postgres: "postgres:18", nats: "nats:2.12-alpine" };

/** True when a container engine is named or has its socket where engines have it; `OPL_TEST_CONTAINERS=0` says no all the same. */
export function containersWanted(env: NodeJS.ProcessEnv): boolean {
  const engine = env["DOCKER_HOST"] !== undefined || existsSync("/var/run/docker.sock");
  return engine && env["OPL_TEST_CONTAINERS"] !== "0";
}

/** @throws when the engine does not answer or does not have the images */
export async function startContainers(): Promise<RunningServers> {
  // Only here: loading it takes longer than most tests.
  const { GenericContainer, Wait } = await import("testcontainers");
  const password = "throw-away";
  const [postgres, nats] = await Promise.all([
    new GenericContainer(images.postgres)
      .withExposedPorts(5432)
      .withEnvironment({ POSTGRES_PASSWORD: password })
      .withCommand(["postgres", "-c", "fsync=off", "-c", "max_connections=400"])
      // While the image initialises itself it listens on its socket only.
      .withWaitStrategy(Wait.forListeningPorts())
      .start(),
    new GenericContainer(images.nats)
      .withExposedPorts(4222, 6222, 8222)
      .withCommand(["-js"])
      .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
      .start(),
  ]);
  return {
    servers: {
      databaseUrl: `postgres://postgres:${password}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/postgres`,
      natsUrl: `nats://${nats.getHost()}:${nats.getMappedPort(4222)}`,
    },
    stop: async () => void (await Promise.all([postgres.stop(), nats.stop()])),
  };
}
