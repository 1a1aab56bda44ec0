import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { cx } from "./classes.ts";

/** A grey place where something of this size will be. */
export function Bone({ className }: { className?: string | undefined }) {
  return <span aria-hidden="true" className={cx("block animate-breathe rounded-4 bg-sunken", className ?? "h-4 w-24")} />;
}

/** Wraps the skeleton of a page: screen readers hear once that it is loading. */
export function Loading({ children, className }: { children: ReactNode; className?: string | undefined }) {
  const { t } = useLingui();
  return (
    <div role="status" className={className}>
      <span className="sr-only">{t`Loading`}</span>
      {children}
    </div>
  );
}
