import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** What will be here, and the one next step. `heading` is h1 where it is all there is on the page. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
  heading: Heading = "h2",
}: {
  icon: LucideIcon;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  heading?: "h1" | "h2";
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-4 py-12 text-center">
      <span className="mb-4 inline-flex size-12 items-center justify-center rounded-12 bg-accent-soft text-accent">
        <Icon aria-hidden="true" size={20} strokeWidth={1.75} />
      </span>
      <Heading {...(Heading === "h1" ? { tabIndex: -1 } : {})} className="text-20 font-600 text-balance">
        {title}
      </Heading>
      {children !== undefined && <p className="mt-2 text-14 text-muted text-pretty">{children}</p>}
      {action !== undefined && <div className="mt-6">{action}</div>}
    </div>
  );
}
