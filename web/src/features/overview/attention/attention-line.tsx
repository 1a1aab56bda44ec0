import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** One thing that needs the person, and the way to do it. */
export function AttentionLine({ icon: Icon, children, action }: { icon: LucideIcon; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex min-h-14 items-start gap-3 px-4 py-3 sm:items-center sm:px-6">
      <Icon aria-hidden="true" size={20} strokeWidth={1.75} className="shrink-0 text-warning" />
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 basis-56 text-14">{children}</p>
        {action}
      </div>
    </div>
  );
}
