import { type ReactNode, useId } from "react";
import { cx } from "./classes.ts";

/** A card that is a section of the page, with its heading and an optional action on the right. */
export function SectionCard({
  title,
  description,
  action,
  children,
  className,
}: {
  title: ReactNode;
  description?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cx("min-w-0 rounded-12 border bg-surface", className)}>
      <header className="flex items-start justify-between gap-4 px-4 pt-4 sm:px-6 sm:pt-6">
        <div className="min-w-0">
          <h2 id={id} tabIndex={-1} className="text-16 font-600 text-balance">
            {title}
          </h2>
          {description !== undefined && <p className="mt-1 text-14 text-muted">{description}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
