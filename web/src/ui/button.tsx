import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { cx } from "./classes.ts";

type Look = "primary" | "secondary" | "quiet" | "danger";

const base =
  "inline-flex select-none items-center justify-center gap-2 rounded-8 text-14 font-500 transition-colors disabled:opacity-60 aria-disabled:opacity-60";
const looks: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border border-line-strong bg-surface text-ink hover:bg-sunken",
  quiet: "text-muted hover:bg-sunken hover:text-ink",
  danger: "border border-danger text-danger hover:bg-danger-soft",
};
const sizes = { medium: "min-h-10 px-4 py-2", small: "min-h-8 px-3 py-1", wide: "min-h-11 w-full px-4 py-2" };

function buttonClass(look: Look = "secondary", size: keyof typeof sizes = "medium"): string {
  return cx(base, looks[look], sizes[size]);
}

/** A button that says it is working with `busy`; it keeps its width and its focus meanwhile. */
export function Button({
  look = "secondary",
  size = "medium",
  busy = false,
  className,
  children,
  ...rest
}: ComponentProps<"button"> & { look?: Look; size?: keyof typeof sizes; busy?: boolean }) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      className={cx(buttonClass(look, size), busy && "animate-breathe", className)}
      {...rest}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {children}
    </button>
  );
}

function ButtonAnchor({ look = "secondary", size = "medium", className, children, ...rest }: ComponentProps<"a"> & { look?: Look; size?: keyof typeof sizes }) {
  return (
    <a className={cx(buttonClass(look, size), className)} {...rest}>
      {children}
    </a>
  );
}

/** A link that looks like a button. */
export const LinkButton = createLink(ButtonAnchor);

/** A square button with an icon only; `label` is its name and its tooltip. */
export function IconButton({ label, className, children, ...rest }: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={cx(
        "inline-flex size-9 shrink-0 items-center justify-center rounded-8 text-muted transition-colors hover:bg-sunken hover:text-ink disabled:opacity-50",
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
