import { Plural, Trans } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { ask } from "../../api/client.ts";
import { watchLive } from "../../api/live.ts";
import { queries } from "../../api/queries.ts";
import { useLiveSession } from "../../session/use-live-session.ts";
import { monthOf } from "../../format/dates.ts";
import { useFormat } from "../../format/use-format.ts";
import { numberTail } from "../../ui/account-name.ts";
import { Amount } from "../../ui/amount.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { incompleteNames } from "../../ui/incomplete-note.tsx";
import { AccountDot } from "../../ui/mark.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { progressOf } from "./progress.ts";
import { useCountUp } from "./use-count-up.ts";

/** Asked again this often until the first reading is over, should the stream of changes be slow (milliseconds). */
const LOOK_AGAIN = 1_500;

/** Connected: accounts appear one by one with their balances, and history counts up. */
export function FirstFigures({ consentId, bankName }: { consentId: string; bankName: string }) {
  useLiveSession();
  const format = useFormat();
  const [heard, setHeard] = useState(0);
  useEffect(
    () =>
      watchLive((event) => {
        if (event.type === "ingest.transactions-recorded" && (event.consentId === null || event.consentId === consentId))
          setHeard((sum) => sum + (event.count ?? 0));
      }),
    [consentId],
  );
  const { data } = useQuery({
    ...queries.connection(consentId),
    refetchInterval: ({ state }) => {
      const status = state.data?.connection.sync?.status;
      return status === "completed" || status === "failed" ? false : LOOK_AGAIN;
    },
  });
  const accounts = data?.accounts ?? [];
  const names = incompleteNames(accounts);
  const progress = progressOf(data?.connection, accounts, heard);
  const shown = useCountUp(progress.transactions);
  const since = progress.since === undefined ? undefined : format.monthInText(monthOf(progress.since));
  const count = format.count(shown);
  const readAgain = useMutation({ mutationFn: () => ask("refreshConnection", { params: { consentId } }) });

  return (
    <>
      <span className="mb-5 inline-flex size-12 items-center justify-center rounded-12 bg-positive-soft text-positive">
        <CircleCheck aria-hidden="true" size={20} strokeWidth={1.75} />
      </span>
      <h1 tabIndex={-1} className="text-28 font-600 tracking-tight text-balance">
        <Trans>{bankName} is connected</Trans>
      </h1>
      <p role="status" className="mt-2 text-14 text-muted">
        {progress.stage === "done" ? (
          names === undefined ? (
            <Trans>Everything is read. From now on it stays up to date by itself.</Trans>
          ) : (
            <Trans>
              Some transactions of {names} could not be understood and are missing for now. We keep what the bank sent and try again. Everything else is read.
            </Trans>
          )
        ) : progress.stage === "failed" ? (
          <Trans>Reading stopped before the end.</Trans>
        ) : (
          <Trans>We are reading your accounts. You can go on meanwhile; it continues without this page.</Trans>
        )}
      </p>

      <ul className="mt-6 rounded-12 border bg-surface" aria-busy={progress.stage === "waiting" || progress.stage === "reading"}>
        {accounts.map((account, index) => (
          <li key={account.accountId} className="flex min-h-16 animate-slide-row items-center gap-3 border-b px-4 py-2 last:border-b-0">
            <AccountDot index={index} />
            <div className="min-w-0 flex-1">
              <p className="flex min-w-0 items-center gap-2 text-14 font-500">
                <span className="truncate">{account.name}</span>
                {account.incompleteSince !== null && (
                  <Badge tone="warning">
                    <Trans>Incomplete</Trans>
                  </Badge>
                )}
              </p>
              <p className="truncate text-12 text-muted">
                {[numberTail(account.maskedNumber), account.ownerName].filter((part) => part !== null && part !== "").join(" · ")}
              </p>
            </div>
            {account.balance !== null ? (
              <Amount value={account.balance.amount} className="text-16 font-500" />
            ) : progress.stage === "done" ? (
              <span className="text-12 text-faint">
                <Trans>No balance given</Trans>
              </span>
            ) : (
              <Bone className="h-4 w-20" />
            )}
          </li>
        ))}
        {accounts.length === 0 && progress.stage !== "done" && progress.stage !== "failed" && (
          <li className="flex min-h-16 items-center gap-3 px-4">
            <Bone className="size-2 rounded-full" />
            <Bone className="h-4 w-36" />
          </li>
        )}
        {accounts.length === 0 && progress.stage === "done" && (
          <li className="px-4 py-5 text-14 text-muted">
            <Trans>The bank shows no account under this permission. You can choose accounts anew by connecting again.</Trans>
          </li>
        )}
      </ul>

      {progress.transactions > 0 && (
        <p className="mt-6 text-center">
          <span className="block text-28 font-600 tabular tracking-tight">{count}</span>
          <span className="text-14 text-muted">
            {since === undefined ? (
              <Plural value={shown} one="transaction" other="transactions" />
            ) : (
              <Plural value={shown} one={`transaction since ${since}`} other={`transactions since ${since}`} />
            )}
          </span>
        </p>
      )}

      {progress.stage === "failed" && (
        <Notice
          tone="warning"
          className="mt-6"
          live
          title={<Trans>{bankName} stopped answering</Trans>}
          action={
            <Button size="small" busy={readAgain.isPending} onClick={() => readAgain.mutate()}>
              <Trans>Read again</Trans>
            </Button>
          }
        >
          <Trans>What was read is kept and shown. The rest follows with the next reading.</Trans>
        </Notice>
      )}

      <div className="mt-8 flex flex-wrap justify-center gap-3">
        <LinkButton look="primary" to="/">
          <Trans>Go to the overview</Trans>
        </LinkButton>
        <LinkButton to="/connect">
          <Trans>Connect another bank</Trans>
        </LinkButton>
      </div>
    </>
  );
}
