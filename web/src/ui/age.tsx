import { useLingui } from "@lingui/react/macro";
import { useMinute } from "../format/clock.ts";
import { useFormat } from "../format/use-format.ts";

/** How old something is, in words that keep up with the clock; the exact time is its title. */
export function Age({ at, className }: { at: string; className?: string | undefined }) {
  const format = useFormat();
  const minute = useMinute();
  const { t } = useLingui();
  const fresh = minute - new Date(at).getTime() < 60_000;
  return (
    <time dateTime={at} title={format.instant(at)} className={className}>
      {fresh ? t`just now` : format.age(at, minute)}
    </time>
  );
}
