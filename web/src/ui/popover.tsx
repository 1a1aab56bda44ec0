import { Popover as Radix } from "radix-ui";
import type { ReactNode, RefObject } from "react";
import { cx } from "./classes.ts";

/** Something small that floats at `anchor`, which keeps its own state and gets the focus back. */
export function Popover({
  anchor,
  onClose,
  label,
  children,
  className,
}: {
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  label: string;
  children: ReactNode;
  className?: string | undefined;
}) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Anchor virtualRef={anchor} />
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align="start"
          sideOffset={6}
          collisionPadding={12}
          // A press on the anchor closes by itself; closing here first would open it again.
          onInteractOutside={(event) => anchor.current?.contains(event.target as Node) === true && event.preventDefault()}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            anchor.current?.focus();
          }}
          className={cx(
            "z-30 max-h-[min(26rem,var(--radix-popover-content-available-height))] w-72 max-w-[calc(100vw-24px)] animate-enter overflow-y-auto rounded-12 border bg-raised shadow-float outline-none",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
