import { Trans, useLingui } from "@lingui/react/macro";
import { useMinute } from "../../../format/clock.ts";
import type { ConnectionView } from "../../../api/queries.ts";
import { cx } from "../../../ui/classes.ts";
import { elapsedShare, endsSoon } from "./validity.ts";

/** The time of a permission as a bar, with what is left in words. */
export function ValidityBar({ since, permission }: { since: string; permission: Pick<ConnectionView, "validUntil" | "daysLeft" | "history"> }) {
  const { t } = useLingui();
  const minute = useMinute();
  const share = elapsedShare(since, permission.validUntil, minute);
  const daysLeft = permission.daysLeft ?? 0;
  const soon = endsSoon(permission);
  const whole = Math.round((Date.parse(permission.validUntil) - Date.parse(since)) / 86_400_000);
  return (
    <div className="px-4 pb-5 sm:px-6">
      <div
        role="progressbar"
        aria-label={t`Time used of this permission`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={t`${daysLeft} of ${whole} days left`}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div data-drawn="" className={cx("h-full rounded-full", soon ? "bg-warning" : "bg-accent")} style={{ width: `${Math.max(1, share * 100)}%` }} />
      </div>
      <p className="mt-2 text-12 text-muted tabular">
        <Trans>
          {daysLeft} of {whole} days left
        </Trans>
      </p>
    </div>
  );
}
