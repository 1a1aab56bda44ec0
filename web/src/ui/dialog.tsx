import { useLingui } from "@lingui/react/macro";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { IconButton } from "./button.tsx";
import { cx } from "./classes.ts";

const places = {
  /** In the middle; a sheet from below on a phone. */
  middle:
    "inset-x-0 bottom-0 max-h-[92dvh] rounded-t-12 animate-sheet sm:inset-x-4 sm:bottom-auto sm:top-[12vh] sm:mx-auto sm:max-h-[76vh] sm:max-w-lg sm:rounded-12 sm:animate-enter",
  /** Along the right edge; the whole page on a phone. */
  side: "inset-0 animate-panel sm:left-auto sm:w-[26rem] sm:border-l",
  /** From below, over the bottom bar. */
  bottom: "inset-x-0 bottom-0 max-h-[85dvh] rounded-t-12 animate-sheet pb-safe",
};

/** A window over the page: focus stays inside, Escape closes unless it is pressed within `data-keeps-escape`, the page behind does not scroll. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  place = "middle",
  hideTitle = false,
  focusAfter,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  place?: keyof typeof places;
  hideTitle?: boolean;
  /** Id of what takes the focus when the control that opened this is gone; without it the heading of the page does. */
  focusAfter?: string;
  children: ReactNode;
}) {
  const { t } = useLingui();
  const [opener] = useState(() => document.activeElement);
  const giveBackFocus = (event: Event): void => {
    event.preventDefault();
    // Unless whoever closed this has moved the focus on already.
    if (document.activeElement !== document.body) return;
    const heir = (focusAfter === undefined ? null : document.getElementById(focusAfter)) ?? document.querySelector<HTMLElement>("main h1");
    (opener instanceof HTMLElement && opener.isConnected ? opener : heir)?.focus({ preventScroll: true });
  };
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        {/* Not Radix' own overlay: that one writes a style element, which the content security policy refuses. */}
        <div data-scroll-lock="" aria-hidden="true" className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Radix.Content
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          onCloseAutoFocus={giveBackFocus}
          onEscapeKeyDown={(event) => event.target instanceof Element && event.target.closest("[data-keeps-escape]") !== null && event.preventDefault()}
          className={cx("fixed z-50 flex flex-col overflow-hidden bg-raised shadow-float outline-none", places[place])}
        >
          <div className={cx("flex items-start justify-between gap-4 px-4 pt-4 sm:px-6 sm:pt-5", hideTitle && "sr-only")}>
            <div className="min-w-0">
              <Radix.Title className="text-16 font-600">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description asChild>
                  <div className="mt-1 text-14 text-muted">{description}</div>
                </Radix.Description>
              )}
            </div>
            {!hideTitle && (
              <Radix.Close asChild>
                <IconButton label={t`Close`} className="-mr-2 -mt-1.5">
                  <X size={20} strokeWidth={1.75} />
                </IconButton>
              </Radix.Close>
            )}
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
