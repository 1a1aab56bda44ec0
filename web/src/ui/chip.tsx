import { useLingui } from "@lingui/react/macro";
import { ChevronDown, X } from "lucide-react";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { cx } from "./classes.ts";

// What places a floating box is as large as a page; it comes when a finger or the focus comes near a chip.
const load = () => import("./popover.tsx");
const Popover = lazy(() => load().then((module) => ({ default: module.Popover })));

/**
 * A filter as a chip: closed it says what it narrows to, open it offers the choices. `summary` undefined means that it narrows
 * nothing; otherwise a cross takes it away.
 */
export function FilterChip({
  name,
  summary,
  onClear,
  children,
  className,
}: {
  name: string;
  summary: ReactNode | undefined;
  onClear: () => void;
  children: (close: () => void) => ReactNode;
  className?: string | undefined;
}) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const active = summary !== undefined;
  return (
    <span
      className={cx(
        "inline-flex max-w-full items-center rounded-full border transition-colors",
        active ? "border-accent bg-accent-soft" : "bg-surface hover:bg-sunken",
      )}
    >
      <button
        ref={anchor}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open}
        onPointerEnter={() => void load()}
        onFocus={() => void load()}
        onClick={() => setOpen(!open)}
        className={cx("inline-flex min-h-8 min-w-0 items-center gap-1.5 rounded-full pl-3 text-14", active ? "pr-1" : "pr-2.5 text-muted")}
      >
        {active && <span className="sr-only">{name}: </span>}
        <span className="truncate">{active ? summary : name}</span>
        {!active && <ChevronDown aria-hidden="true" size={16} strokeWidth={1.75} className="shrink-0" />}
      </button>
      {open && (
        <Suspense fallback={null}>
          <Popover label={name} anchor={anchor} onClose={() => setOpen(false)} className={className}>
            {children(() => setOpen(false))}
          </Popover>
        </Suspense>
      )}
      {active && (
        <button
          type="button"
          aria-label={t`Remove filter: ${name}`}
          title={t`Remove filter: ${name}`}
          onClick={onClear}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-full text-muted hover:text-ink"
        >
          <X aria-hidden="true" size={16} strokeWidth={1.75} />
        </button>
      )}
    </span>
  );
}

/** A chip that is on or off. */
export function ToggleChip({ on, onChange, children }: { on: boolean; onChange: (on: boolean) => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onChange(!on)}
      className="inline-flex min-h-8 items-center rounded-full border bg-surface px-3 text-14 text-muted transition-colors hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
    >
      {children}
    </button>
  );
}

/** A line of a list one can choose several of. */
export function CheckLine({
  checked,
  onChange,
  icon,
  children,
  trailing,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  icon?: ReactNode;
  children: ReactNode;
  trailing?: ReactNode;
}) {
  return (
    <label className="flex min-h-10 cursor-pointer items-center gap-3 rounded-8 px-2 text-14 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} className="size-4 shrink-0 accent-accent" />
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {trailing}
    </label>
  );
}
