import { cx } from "../../ui/classes.ts";

/** Three accounts, one point. */
export function Brand({ className, withName = true }: { className?: string | undefined; withName?: boolean }) {
  return (
    <span className={cx("inline-flex items-center gap-2.5 text-14 font-600 tracking-tight", className)}>
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" className="shrink-0">
        <rect width="32" height="32" rx="9" fill="var(--color-accent)" />
        <path d="M9 22.5V14m7 8.5V9.5m7 13V17" stroke="var(--color-on-accent)" strokeWidth="2.5" strokeLinecap="round" />
        <circle cx="16" cy="9.5" r="2.6" fill="var(--color-on-accent)" />
      </svg>
      {withName && <span>One Point Ledger</span>}
    </span>
  );
}
