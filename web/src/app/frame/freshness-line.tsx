import { Trans } from "@lingui/react/macro";
import { useConnectionState } from "../../api/connection-state.ts";
import { useFormat } from "../../format/use-format.ts";

/** A thin line that says from when the figures are, while nothing new can arrive. */
export function FreshnessLine() {
  const { freshness, lastAnswerAt } = useConnectionState();
  const format = useFormat();
  const time = lastAnswerAt === undefined ? undefined : format.time(lastAnswerAt);
  return (
    <div role="status" className="contents">
      {freshness !== "live" && (
        <p className="border-b bg-warning-soft px-4 py-1.5 text-center text-12 text-ink">
          {freshness === "offline" && time === undefined && <Trans>You seem to be offline.</Trans>}
          {freshness === "offline" && time !== undefined && <Trans>You seem to be offline. Showing data from {time}.</Trans>}
          {freshness === "paused" && time === undefined && <Trans>Live updates are paused.</Trans>}
          {freshness === "paused" && time !== undefined && <Trans>Live updates are paused. Showing data from {time}.</Trans>}
        </p>
      )}
    </div>
  );
}
