import { randomUUID } from "node:crypto";
import type { JsMsg } from "@nats-io/jetstream";
import type * as Telemetry from "@opl/telemetry";
import { counter, runWithTrace } from "@opl/telemetry";
import { expect, it, vi } from "vitest";
import { fact, logger, openStage, outboxOf, soon } from "../test/stage.ts";
import type { Effects } from "../test/stage.ts";
import { processBatch } from "./batch.ts";
import type { BatchContext, Delivery } from "./batch.ts";
import { noFailpoint } from "./failpoint.ts";
import { contractOf, publish, toMessage } from "./index.ts";

vi.mock("@opl/telemetry", async (original) => {
  const real = await original<typeof Telemetry>();
  return { ...real, runWithTrace: vi.fn(real.runWithTrace) };
});

const contract = contractOf("consent.authorised");

function delivery(eventId: string, subject: string, correlationId: string, traceparent: string): Delivery {
  const { psuId, data } = fact(subject);
  const { headers, payload } = toMessage(contract, {
    eventId,
    aggregateId: subject,
    aggregateVersion: 1n,
    psuId,
    occurredAt: "2026-11-22T10:00:00Z",
    correlationId,
    causationId: null,
    traceparent,
    data: JSON.stringify(data),
  });
  const message = { headers, string: () => payload, ack: () => undefined, nak: () => undefined } as unknown as JsMsg;
  return { message, deliveries: 1, place: eventId };
}

it("a fact published by a batch handler has the first event as its cause and goes on in its journey and trace", async () => {
  await using stage = await openStage();
  const first = randomUUID();
  const traceparents = ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"] as const;
  const context: BatchContext<Effects, "consent.authorised"> = {
    db: stage.consumer.database.db,
    contract,
    durable: "ingest-on-consent-authorised",
    logger,
    ordered: false,
    handle: () => Promise.reject(new Error("one by one")),
    handleBatch: (tx, events) => publish(tx, fact(`batch of ${events.length}`)),
    failpoint: noFailpoint,
    delayMs: soon,
    parking: { delayMs: 10, askEvery: 1, askMissing: () => Promise.resolve(0), hopeless: new Set() },
    handled: counter("test_handled_total", "test"),
    deadLettered: counter("test_dead_letters_total", "test"),
  };
  const deliveries = [delivery(first, "c1", "journey-7", traceparents[0]), delivery(randomUUID(), "c2", "journey-8", traceparents[1])];
  await processBatch(context, deliveries, new AbortController().signal);
  expect(await outboxOf(stage.consumer.database)).toMatchObject([{ aggregateId: "batch of 2", causationId: first, correlationId: "journey-7" }]);
  expect(vi.mocked(runWithTrace).mock.calls.map(([headers, name]) => [headers, name])).toEqual([
    [{ traceparent: traceparents[0] }, "handle consent.authorised"],
  ]);
});
