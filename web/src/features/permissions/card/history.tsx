import { Plural, useLingui } from "@lingui/react/macro";
import type { ConnectionView } from "../../../api/queries.ts";
import { useFormat } from "../../../format/use-format.ts";

type Entry = ConnectionView["history"][number];

/** Everything that happened to a permission, newest first. */
export function History({ history, bank }: { history: ConnectionView["history"]; bank: string }) {
  const format = useFormat();
  const words = useEntryWords();
  const entries = history.toReversed();
  if (entries.length === 0) return null;
  return (
    <details className="group border-t">
      <summary className="flex min-h-12 items-center rounded-12 px-4 text-14 text-muted -outline-offset-2 hover:text-ink sm:px-6">
        <Plural value={entries.length} one="History: # event" other="History: # events" />
      </summary>
      <ol className="px-4 pb-5 sm:px-6">
        {entries.map((entry, index) => (
          <li key={`${entry.at}${entry.what}`} className="relative flex gap-4 pb-4 pl-5 text-14 last:pb-0">
            <span aria-hidden="true" className="absolute left-0 top-1.5 size-2 rounded-full bg-line-strong" />
            {index < entries.length - 1 && <span aria-hidden="true" className="absolute bottom-0 left-[3.5px] top-4 w-px bg-line" />}
            <span className="min-w-0 flex-1">{words(entry, bank)}</span>
            <time dateTime={entry.at} className="shrink-0 text-12 text-muted tabular">
              {format.instant(entry.at)}
            </time>
          </li>
        ))}
      </ol>
    </details>
  );
}

function useEntryWords(): (entry: Entry, bank: string) => string {
  const { t } = useLingui();
  return ({ what, by, reason }, bank) => {
    switch (what) {
      case "created":
        return t`You set out to ${bank}`;
      case "authorised":
        return t`You said yes at ${bank}`;
      case "rejected":
        return by === "psu" ? t`You said no at ${bank}` : t`The permission did not come about`;
      case "expiring":
        return t`We told you that it ends soon`;
      case "expired":
        return t`The permission ran out`;
      case "revoked":
        return by === "psu" ? t`You withdrew the permission` : by === "aspsp" ? t`${bank} ended the permission` : t`We ended the permission`;
      case "replaced":
        return t`A renewed permission took its place`;
      case "lost":
        if (by === "aspsp") return t`${bank} no longer accepts the permission`;
        return reason === "refresh-interrupted"
          ? t`Renewing our access at ${bank} was interrupted on our side, so the permission ended. It may still be listed at ${bank}; you can remove it there. Allow it again to go on.`
          : t`${bank} renewed our access in a way that we do not trust, so we ended the permission. Allow it again to go on.`;
      case "reconfirmation-due":
        return t`We reminded you to confirm it`;
      case "reconfirmed":
        return t`You confirmed that reading may go on`;
      case "paused":
        return by === "aspsp" ? t`${bank} wanted to see you again, so reading paused` : t`It was not confirmed in time, so reading paused`;
    }
  };
}
