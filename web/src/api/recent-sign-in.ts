import { useSyncExternalStore } from "react";

/** A request that waits until the person has proved again who they are. */
let waiting: PromiseWithResolvers<boolean> | undefined;
const listeners = new Set<() => void>();

/** Asks the person, once for all requests that wait. @returns whether they proved it; false at once where no page can ask */
export function proveAgain(): Promise<boolean> {
  if (listeners.size === 0) return Promise.resolve(false);
  waiting ??= Promise.withResolvers<boolean>();
  for (const listener of listeners) listener();
  return waiting.promise;
}

/** The answer of the window that asks. */
export function answerProof(proved: boolean): void {
  waiting?.resolve(proved);
  waiting = undefined;
  for (const listener of listeners) listener();
}

/** Whether a request waits for a proof. */
export function useProofWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting !== undefined,
    () => false,
  );
}
