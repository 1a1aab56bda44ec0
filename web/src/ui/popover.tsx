import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./classes.ts";

/** Something small that floats at its button. `trigger` must be one element that takes a ref. */
export function Popover({
  trigger,
  children,
  open,
  onOpenChange,
  align = "start",
  className,
  label,
}: {
  trigger: ReactNode;
  children: ReactNode;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  align?: "start" | "end";
  className?: string | undefined;
  label: string;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={12}
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
