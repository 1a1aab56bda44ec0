import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./classes.ts";

type Tone = "info" | "positive" | "warning" | "danger";

const tones: Record<Tone, { box: string; icon: string; Icon: typeof Info }> = {
  info: { box: "bg-sunken", icon: "text-muted", Icon: Info },
  positive: { box: "bg-positive-soft", icon: "text-positive", Icon: CircleCheck },
  warning: { box: "bg-warning-soft", icon: "text-warning", Icon: TriangleAlert },
  danger: { box: "bg-danger-soft", icon: "text-danger", Icon: CircleAlert },
};

/** Something a person should know here. `live` announces it when it appears. */
export function Notice({
  tone = "info",
  title,
  children,
  action,
  live = false,
  className,
}: {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  live?: boolean;
  className?: string | undefined;
}) {
  const { box, icon, Icon } = tones[tone];
  return (
    <div role={live ? "alert" : undefined} className={cx("flex gap-3 rounded-8 px-4 py-3 text-14", box, className)}>
      <Icon aria-hidden="true" size={20} strokeWidth={1.75} className={cx("shrink-0", icon)} />
      <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          {title !== undefined && <p className="font-500">{title}</p>}
          {children !== undefined && <div className="text-muted">{children}</div>}
        </div>
        {action}
      </div>
    </div>
  );
}
