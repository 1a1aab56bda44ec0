import { useSyncExternalStore } from "react";
import { now } from "../format/clock.ts";

/**
 * How current the figures on screen can be. `live`: changes stream in. `paused`: the service answers, but the stream of
 * changes is broken. `offline`: nothing answers, what is shown is what was last received.
 */
export type Freshness = "live" | "paused" | "offline";

interface State {
  readonly freshness: Freshness;
  /** When anything was last received, milliseconds since the epoch. */
  readonly lastAnswerAt: number | undefined;
}

let answered: number | undefined;
let reachable = true;
let streaming = true;
let shown: State = { freshness: "live", lastAnswerAt: undefined };
const listeners = new Set<() => void>();

function settle(): void {
  const freshness: Freshness = !reachable ? "offline" : streaming ? "live" : "paused";
  // The time is only shown while something is wrong; it must not re-render pages on every answer.
  if (freshness === shown.freshness) return;
  shown = { freshness, lastAnswerAt: answered };
  for (const listener of listeners) listener();
}

/** An answer arrived, or none could be had. */
export function noteReachable(yes: boolean): void {
  if (yes) answered = now();
  reachable = yes;
  settle();
}

/** The stream of changes is open, or has been broken for longer than a blink. */
export function noteStreaming(yes: boolean): void {
  streaming = yes;
  settle();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnectionState(): State {
  return useSyncExternalStore(
    subscribe,
    () => shown,
    () => shown,
  );
}
