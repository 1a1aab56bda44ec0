import type { LiveEvent } from "@opl/contracts/http/bff";
import type { QueryClient } from "@tanstack/react-query";
import { noteStreaming } from "./connection-state.ts";
import { refresh } from "./refresh.ts";

/** First words of the cache keys that a fact makes stale. */
export function staleAfter(type: string): readonly string[] {
  const [owner = "", fact = ""] = type.split(".");
  if (owner === "consent" && fact.startsWith("payment-")) return ["payments", "overview"];
  if (type === "consent.funds-status-changed") return ["payments", "overview"];
  if (type === "ingest.payment-booked") return ["payments", "transactions"];
  if (owner === "consent") return ["connections", "overview", "accounts"];
  if (owner === "bank-gateway") return ["banks", "connections", "overview"];
  if (owner === "analytics") return ["insights", "overview", "transactions", "rules"];
  if (owner === "ingest" && (fact === "account-discovered" || fact === "balance-recorded")) return ["accounts", "connections", "overview", "insights"];
  if (owner === "ingest") return ["transactions", "accounts", "connections", "overview", "insights"];
  return ["connections", "accounts", "overview", "transactions", "insights", "banks", "payments"];
}

/** Facts come in bursts during a first sync: ask again at most this often, in milliseconds. */
const FLUSH_EVERY = 600;
/** What is worked out from facts follows them shortly after: look once more when the burst is over. */
const SETTLE_AFTER = 2_000;
/** A stream that comes back within this time was never away, as far as a person is concerned. */
const GRACE = 4_000;
const REOPEN_AFTER = 3_000;

const watchers = new Set<(event: LiveEvent) => void>();

/** Calls back for every fact while subscribed, for pages that count along. */
export function watchLive(watcher: (event: LiveEvent) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/**
 * Keeps one event stream open and makes answers stale when facts arrive. The browser resumes a broken stream by itself with
 * Last-Event-ID; when it gives up, a new stream is opened and everything is asked again, so nothing can be missed.
 */
export function followLive(queryClient: QueryClient, onSignedOut: () => void): () => void {
  const stale = new Set<string>();
  let source: EventSource | undefined;
  let flushing: number | undefined;
  let settling: number | undefined;
  let reopening: number | undefined;
  let grace: number | undefined;

  const invalidate = (keys: Iterable<string>): void => refresh(queryClient, keys);
  const flush = (): void => {
    flushing = undefined;
    const keys = [...stale];
    stale.clear();
    invalidate(keys);
  };
  const note = (event: LiveEvent): void => {
    for (const key of staleAfter(event.type)) stale.add(key);
    flushing ??= window.setTimeout(flush, FLUSH_EVERY);
    window.clearTimeout(settling);
    settling = window.setTimeout(() => invalidate(["insights", "overview", "transactions"]), SETTLE_AFTER);
    for (const watcher of watchers) watcher(event);
  };
  const opened = (): void => {
    window.clearTimeout(grace);
    grace = undefined;
    noteStreaming(true);
  };
  const open = (again: boolean): void => {
    source = new EventSource("/api/live");
    source.addEventListener("open", () => {
      opened();
      if (again) invalidate(staleAfter(""));
    });
    source.addEventListener("change", (message: MessageEvent<string>) => {
      opened();
      const event = parseEvent(message.data);
      if (event !== undefined) note(event);
    });
    // The server no longer has what happened since: what is on screen may be old in any place.
    source.addEventListener("reset", () => invalidate(staleAfter("")));
    source.addEventListener("signed-out", () => {
      source?.close();
      onSignedOut();
    });
    source.addEventListener("error", () => {
      grace ??= window.setTimeout(() => noteStreaming(false), GRACE);
      if (source?.readyState !== EventSource.CLOSED) return;
      reopening = window.setTimeout(() => open(true), REOPEN_AFTER);
    });
  };
  open(false);

  return () => {
    source?.close();
    for (const timer of [flushing, settling, reopening, grace]) window.clearTimeout(timer);
    noteStreaming(true);
  };
}

/** The event inside a message, undefined for one that is not understood (a newer server). */
export function parseEvent(data: string): LiveEvent | undefined {
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed === "object" && parsed !== null && typeof (parsed as { type?: unknown }).type === "string") return parsed as LiveEvent;
  } catch {
    // Falls through: a broken message is no reason to break the page.
  }
  return undefined;
}
