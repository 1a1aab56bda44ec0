import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNatsServer } from "../../../tools/up/nats-server.ts";
import type { NatsServer } from "../../../tools/up/nats-server.ts";
import { freePort } from "../../../tools/up/server-process.ts";
import { logger } from "../test/stage.ts";
import { connectMessaging, declareStream, natsServerConfig, streamNameOf } from "./index.ts";
import type { Messaging } from "./index.ts";

let folder: string;
let servers: readonly NatsServer[];
let messaging: Messaging;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "opl-cluster-"));
  // All at once, so that none is another's.
  const free = new Set<number>();
  while (free.size < 6) free.add(await freePort());
  const ports = [...free];
  const routes = ports.slice(0, 3);
  servers = await Promise.all(
    routes.map((route, number) => {
      const storeDir = join(folder, String(number));
      return startNatsServer({
        storeDir,
        port: ports[number + 3] ?? 0,
        configText: (port) => `${natsServerConfig({ port, storeDir, users: [], operatorPassword: "operator" })}
cluster { name: opl, listen: "127.0.0.1:${route}", routes: [${routes.map((other) => `"nats://127.0.0.1:${other}"`).join(", ")}] }`,
      });
    }),
  );
  messaging = await connectMessaging({ url: servers.map(({ url }) => url).join(), user: "operator", password: "operator", name: "consent", logger });
});
afterAll(async () => {
  await messaging?.[Symbol.asyncDispose]();
  await Promise.all((servers ?? []).map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

describe("DR-C9 a stream in a cluster of three", () => {
  it("grows from one replica to three where it is, with its facts, and never shrinks", async () => {
    const replicas = async () => (await messaging.nats.manager.streams.info(streamNameOf(messaging, "consent"))).config.num_replicas;
    // Until the three have found each other there is no leader to ask.
    await eventually(
      () =>
        declareStream(messaging, "consent").then(
          () => true,
          () => false,
        ),
      { timeoutMs: 30_000 },
    );
    expect(await replicas()).toBe(1);
    await messaging.nats.client.publish("opl.consent.authorised.v1.-.-", "{}");
    await declareStream(messaging, "consent", { replicas: 3 });
    expect(await replicas()).toBe(3);
    await declareStream(messaging, "consent", { replicas: 3 });
    await eventually(
      async () => {
        const { cluster, state } = await messaging.nats.manager.streams.info(streamNameOf(messaging, "consent"));
        return state.messages === 1 && cluster?.replicas?.length === 2 && cluster.replicas.every(({ current }) => current);
      },
      { timeoutMs: 30_000 },
    );
    await expect(declareStream(messaging, "consent", { replicas: 1 })).rejects.toMatchObject({
      code: "ERR_STREAM_DIFFERS",
      details: { different: ["num_replicas"] },
    });
    expect(await replicas()).toBe(3);
  });
});
