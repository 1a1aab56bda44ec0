import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** After a change of page, focus goes to its heading, so that a screen reader says where we are. */
export function usePageFocus(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ pathChanged, fromLocation }) => {
        if (!pathChanged || fromLocation === undefined) return;
        document.querySelector<HTMLElement>("main h1, main [data-page-focus]")?.focus({ preventScroll: true });
      }),
    [router],
  );
}
