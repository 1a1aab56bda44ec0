import { startConsumer } from "@opl/messaging";
import { forgetPsu } from "../usecases/forget-psu.ts";
import type { ConsumerContext } from "./index.ts";

/** Forget everything about a person. */
export function onUserErased(ctx: ConsumerContext) {
  return startConsumer({ ...ctx.consumer, type: "bff.user-erased", handle: (tx, { data }) => forgetPsu(ctx, tx, data.psuId) });
}
