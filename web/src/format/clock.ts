import { useSyncExternalStore } from "react";
import { isoDayOf } from "./dates.ts";

/** The only place that reads the time of this device. Milliseconds since the epoch. */
export function now(): number {
  return Date.now();
}

/** Today's calendar day where the person is. */
export function today(): string {
  return isoDayOf(new Date(now()));
}

const listeners = new Set<() => void>();
let timer: number | undefined;
let minute = 0;

function tick(): void {
  minute = Math.floor(now() / 60_000) * 60_000;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(tick, 60_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

function currentMinute(): number {
  if (minute === 0) minute = Math.floor(now() / 60_000) * 60_000;
  return minute;
}

/** The time in steps of a minute, so that ages on screen grow without anything else changing. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, currentMinute, currentMinute);
}
