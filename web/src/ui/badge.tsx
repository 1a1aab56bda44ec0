import type { ReactNode } from "react";
import { cx } from "./classes.ts";

const tones = {
  neutral: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent",
  positive: "bg-positive-soft text-positive",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
};

export type Tone = keyof typeof tones;

/** One or two words about the state of something; a breathing dot before them says that it is happening now. */
export function Badge({
  tone = "neutral",
  live = false,
  children,
  className,
}: {
  tone?: Tone;
  live?: boolean;
  children: ReactNode;
  className?: string | undefined;
}) {
  return (
    <span className={cx("inline-flex shrink-0 items-center gap-1 whitespace-nowrap rounded-full px-2 py-0.5 text-12 font-500", tones[tone], className)}>
      {live && <span aria-hidden="true" className="size-1.5 animate-breathe rounded-full bg-current" />}
      {children}
    </span>
  );
}
