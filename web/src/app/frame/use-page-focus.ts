import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { focusHeading } from "../../ui/focus-heading.ts";

/** After a change of page, focus goes to its heading, so that a screen reader says where we are; to one that comes late when it comes. */
export function usePageFocus(): void {
  const router = useRouter();
  useEffect(() => {
    const late = new MutationObserver(() => {
      if (focusHeading()) late.disconnect();
    });
    const unsubscribe = router.subscribe("onRendered", ({ pathChanged, fromLocation }) => {
      if (!pathChanged || fromLocation === undefined) return;
      late.disconnect();
      const main = document.querySelector("main");
      if (!focusHeading() && main !== null) late.observe(main, { childList: true, subtree: true });
    });
    return () => {
      unsubscribe();
      late.disconnect();
    };
  }, [router]);
}
