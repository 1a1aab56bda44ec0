import { existsSync } from "node:fs";
import type { RunningServers } from "./servers.ts";

const images = { postgres: "postgres:18", nats: "nats:2.12-alpine" };

/** The little of testcontainers that we use; the package is optional, so its types are not at hand everywhere. */
interface Container {
  withExposedPorts(...ports: number[]): Container;
  withEnvironment(environment: Record<string, string>): Container;
  withCommand(command: string[]): Container;
  withWaitStrategy(strategy: unknown): Container;
  start(): Promise<{ getHost(): string; getMappedPort(port: number): number; stop(): Promise<unknown> }>;
}
interface Testcontainers {
  readonly GenericContainer: new (image: string) => Container;
  readonly Wait: { forLogMessage(pattern: RegExp, times?: number): unknown };
}

async function load(): Promise<Testcontainers | undefined> {
  // As a variable, so that the compiler does not insist on an optional package.
  const name: string = "testcontainers";
  return import(name).then(
    (module: Testcontainers) => module,
    () => undefined,
  );
}

/** True when a container engine was named or is there, and testcontainers is installed. */
export async function containersWanted(env: NodeJS.ProcessEnv): Promise<boolean> {
  const engine = env["DOCKER_HOST"] !== undefined || existsSync("/var/run/docker.sock");
  return engine && env["OPL_TEST_CONTAINERS"] !== "0" && (await load()) !== undefined;
}

export async function startContainers(): Promise<RunningServers> {
  const { GenericContainer, Wait } = (await load()) as Testcontainers;
  const password = "throw-away";
  const [postgres, nats] = await Promise.all([
    new GenericContainer(images.postgres)
      .withExposedPorts(5432)
      .withEnvironment({ POSTGRES_PASSWORD: password })
      .withCommand(["postgres", "-c", "fsync=off", "-c", "max_connections=400"])
      // Once while the image initialises itself, once for good.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
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
