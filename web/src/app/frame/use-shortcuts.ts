import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { changePreferences } from "../../preferences/change-preferences.ts";
import { getPreferences } from "../../preferences/preferences.ts";
import { navItems } from "./nav-items.ts";

/** True where letters are text and must not be commands. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** How long after `g` the second letter still counts, in milliseconds. */
const SEQUENCE = 1_200;

/**
 * Keys that work on every page: Ctrl or Cmd and K, `?`, `/`, `h` and the pages after `g`. Single letters can be switched off in
 * the settings, for people who dictate (WCAG 2.1.4).
 */
export function useShortcuts(open: { palette: () => void; help: () => void }): void {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { palette, help } = open;
  useEffect(() => {
    let sequence: number | undefined;
    const endSequence = (): void => {
      window.clearTimeout(sequence);
      sequence = undefined;
    };
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        palette();
        return;
      }
      const single = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
      if (!single || isTyping(event.target) || !getPreferences().shortcuts || document.querySelector("[role=dialog]") !== null) return;
      if (sequence !== undefined) {
        const page = navItems.find(({ key }) => key === event.key.toLowerCase());
        endSequence();
        if (page !== undefined) {
          event.preventDefault();
          void navigate({ to: page.to });
          return;
        }
      }
      if (event.key === "g") sequence = window.setTimeout(endSequence, SEQUENCE);
      else if (event.key === "?") help();
      else if (event.key === "h") changePreferences(queryClient, { privacy: !getPreferences().privacy });
      else if (event.key === "/") {
        const search = document.querySelector<HTMLElement>("main input[type=search]");
        event.preventDefault();
        if (search === null) palette();
        else search.focus();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
      endSequence();
    };
  }, [navigate, queryClient, palette, help]);
}
