import { startConsumer } from "@opl/messaging";
import { pauseSyncing, resumeSyncing } from "../usecases/pause-syncing.ts";
import type { ConsumerContext } from "./index.ts";

/** Nothing is read until the person has been asked. */
export function onConsentPaused(context: ConsumerContext) {
  return startConsumer({ ...context.consumer, type: "consent.paused", handle: (tx, { data }) => pauseSyncing(context, tx, data) });
}

/** They were, and reading goes on. */
export function onConsentReconfirmed(context: ConsumerContext) {
  return startConsumer({ ...context.consumer, type: "consent.reconfirmed", handle: (tx, { data }) => resumeSyncing(context, tx, data) });
}
