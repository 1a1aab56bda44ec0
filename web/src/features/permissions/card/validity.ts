import type { ConnectionView } from "../../../api/queries.ts";

/** How much of the time of a permission has passed, 0 to 1. Instants as ISO text, now in milliseconds. */
export function elapsedShare(from: string, until: string, nowMs: number): number {
  const start = Date.parse(from);
  const length = Date.parse(until) - start;
  return length <= 0 ? 1 : Math.min(1, Math.max(0, (nowMs - start) / length));
}

/** Whether the person was told that it ends soon, which happens 30, 7 and 1 days before. */
export function endsSoon({ history }: Pick<ConnectionView, "history">): boolean {
  return history.some(({ what }) => what === "expiring");
}

/** From then on the page asks for a confirmation. */
export const CONFIRM_SOON_DAYS = 30;

/** Given and not ended, whether anything is read at the moment or not. */
export function isStanding({ status }: Pick<ConnectionView, "status">): boolean {
  return status === "valid" || status === "unconfirmed" || status === "scaRequired";
}
