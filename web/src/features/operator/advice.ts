import type { Registration } from "./operator-api.ts";

export type Advice = "enter-credentials" | "no-answer" | "told-to-wait" | "refused" | "certificates" | "too-little" | "goes-on" | "look-up";

/** By the stable code of an error; the first that fits counts. */
const known: readonly (readonly [RegExp, Advice])[] = [
  [/CREDENTIALS/, "enter-credentials"],
  [/UNAVAILABLE|TIMEOUT|TIMED_OUT/, "no-answer"],
  [/RATE_LIMITED/, "told-to-wait"],
  [/REJECTED|REFUSED/, "refused"],
  [/CERTIFICATE|QWAC|QSEAL/, "certificates"],
  [/INCOMPLETE/, "too-little"],
];

/** What to do about the last error of a registration. */
export function adviceFor(code: string, status: Registration["status"]): Advice {
  return known.find(([pattern]) => pattern.test(code))?.[1] ?? (status === "running" ? "goes-on" : "look-up");
}
