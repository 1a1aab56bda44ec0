import { startConsumer } from "@opl/messaging";
import { erasePsu } from "../usecases/erase-psu.ts";
import type { ConsumerContext } from "./index.ts";

/** Deletes everything about the person, and says how much. */
export function onUserErased({ consumer }: ConsumerContext) {
  return startConsumer({
    ...consumer,
    type: "bff.user-erased",
    handle: async (tx, { data }) => {
      const rows = await erasePsu(tx, data);
      consumer.logger.info({ rows }, "a person was erased");
    },
  });
}
