import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** A menu at its button. Not modal, so that the page keeps scrolling and no style element is written. */
export function Menu({ trigger, children, align = "start", side }: { trigger: ReactNode; children: ReactNode; align?: "start" | "end"; side?: "top" | "bottom" }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          {...(side === undefined ? {} : { side })}
          sideOffset={6}
          collisionPadding={12}
          className="z-30 min-w-52 max-w-[calc(100vw-24px)] animate-enter rounded-12 border bg-raised p-1 shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const item =
  "flex min-h-9 cursor-pointer select-none items-center gap-3 rounded-8 px-3 text-14 outline-none data-highlighted:bg-sunken data-disabled:opacity-50";

export function MenuItem({ icon, children, onSelect }: { icon?: ReactNode; children: ReactNode; onSelect: () => void }) {
  return (
    <Radix.Item className={item} onSelect={onSelect}>
      {icon !== undefined && <span className="text-muted">{icon}</span>}
      {children}
    </Radix.Item>
  );
}

export function MenuLine() {
  return <Radix.Separator className="mx-1 my-1 h-px bg-line" />;
}
