import type { TestProject } from "vitest/node";
import { startTestServers } from "./servers.ts";
import type { RunningServers, TestServers } from "./servers.ts";

declare module "vitest" {
  interface ProvidedContext {
    oplServers: TestServers;
  }
}

let running: RunningServers | undefined;

/** Once a run: servers for all integration tests. */
export async function setup(project: TestProject): Promise<void> {
  running = await startTestServers(process.env);
  project.provide("oplServers", running.servers);
}

export async function teardown(): Promise<void> {
  await running?.stop();
}
