import { startConsumer } from "@opl/messaging";
import { recordAspspHealth } from "../usecases/record-aspsp-health.ts";
import type { ConsumerContext } from "./index.ts";

// bank-gateway.aspsp-degraded, bank-gateway.aspsp-recovered: pauses and resumes that bank's syncs.

export function onAspspDegraded(context: ConsumerContext) {
  return startConsumer({ ...context.consumer, type: "bank-gateway.aspsp-degraded", handle: (tx, { data }) => recordAspspHealth(context, tx, data) });
}

export function onAspspRecovered(context: ConsumerContext) {
  return startConsumer({
    ...context.consumer,
    type: "bank-gateway.aspsp-recovered",
    handle: (tx, { data }) => recordAspspHealth(context, tx, { ...data, status: "up" }),
  });
}
