import { catalogue } from "@opl/contracts/events";
import type { EventContract, EventType } from "@opl/contracts/events";
import { startConsumer } from "@opl/messaging";
import type { Consumer, Messaging } from "@opl/messaging";
import type { Database } from "@opl/postgres";
import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { Tables } from "../db/tables.ts";
import { hintData } from "../live/hint.ts";
import { recordLiveEvents } from "../usecases/record-live-events.ts";

/**
 * Every fact the catalogue gives to bff: consent.{authorised,rejected,expiring,expired,revoked,replaced},
 * bank-gateway.{aspsp-degraded,aspsp-recovered}, ingest.*, analytics.*. All mean the same here: an open page may be out of date.
 */
export const consumedFacts = (Object.entries(catalogue) as [EventType, EventContract][])
  .filter(([, { consumers }]) => consumers.includes("bff"))
  .map(([type]) => type);

export interface FactConsumerOptions {
  readonly database: Database<Tables>;
  readonly messaging: Messaging;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One durable consumer for each of these facts. */
export function startFactConsumers({ clock, ...options }: FactConsumerOptions): readonly Consumer[] {
  return consumedFacts.map((type) =>
    startConsumer({
      ...options,
      service: "bff",
      type,
      reads: hintData,
      handle: (tx, event) => recordLiveEvents(tx, [event], clock.now()),
      handleBatch: (tx, events) => recordLiveEvents(tx, events, clock.now()),
    }),
  );
}
