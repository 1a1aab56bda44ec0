import { useSyncExternalStore } from "react";

/** Whether a media query holds, kept up to date. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
    () => false,
  );
}

/** Room for more than one column beside the navigation. */
export const WIDE = "(min-width: 72rem)";
/** A phone, or a window as narrow as one. */
export const NARROW = "(max-width: 39.99rem)";
