import { readFileSync } from "node:fs";
import { catalogue } from "@opl/contracts/events";
import type { EventData, EventType } from "@opl/contracts/events";
import type { ReceivedEvent } from "@opl/messaging";

/** The golden example of an event, as consumers receive it; `data` may be changed in part. */
export function example<Type extends EventType>(type: Type, data: Partial<EventData<Type>> = {}): ReceivedEvent<Type> {
  const file = new URL(`../../contracts/examples/${type}.json`, import.meta.url);
  const event = JSON.parse(readFileSync(file, "utf8")) as ReceivedEvent<Type>;
  const merged = { ...(event.data as object), ...data };
  return { ...event, data: catalogue[type].data.parse(merged) as EventData<Type> };
}
