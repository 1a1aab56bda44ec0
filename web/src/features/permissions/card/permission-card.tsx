import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { ask } from "../../../api/client.ts";
import { type ConnectionView, queries } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { useFormat } from "../../../format/use-format.ts";
import { numberTail } from "../../../ui/account-name.ts";
import { Age } from "../../../ui/age.tsx";
import { Badge } from "../../../ui/badge.tsx";
import { Button, LinkButton } from "../../../ui/button.tsx";
import { cx } from "../../../ui/classes.ts";
import { BankMark } from "../../../ui/mark.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { permissionTitleId } from "../../../ui/withdraw/permission-title.ts";
import { Fact } from "./fact.tsx";
import { History } from "./history.tsx";
import { Pause } from "./pause.tsx";
import { Receipts } from "./receipts.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { ValidityBar } from "./validity-bar.tsx";
import { isStanding } from "./validity.ts";

const WithdrawDialog = lazy(() => import("./withdraw-dialog.tsx").then((module) => ({ default: module.WithdrawDialog })));

/**
 * One permission: what, which accounts, since, until, last used, what happened, and the ways to change it. While the ledger cannot be
 * asked (`ledgerAway`), what the permission itself does not know is not denied.
 */
export function PermissionCard({ connection, ledgerAway }: { connection: ConnectionView; ledgerAway: boolean }) {
  const format = useFormat();
  const { aspspName: bank, aspspId, consentId, status } = connection;
  const valid = status === "valid";
  const standing = isStanding(connection);
  const [withdrawing, setWithdrawing] = useState(false);
  const titleId = permissionTitleId(consentId);
  const confirmBy = connection.reconfirmBy === null ? undefined : format.instantDay(connection.reconfirmBy);
  return (
    <section aria-labelledby={titleId} className="rounded-12 border bg-surface">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4 sm:p-6">
        <BankMark name={bank} size="large" />
        <div className="min-w-0 flex-1 basis-40">
          <h2 id={titleId} tabIndex={-1} className="text-20 font-600 text-balance break-words">
            {bank}
          </h2>
          <div className="mt-1 flex flex-wrap gap-2">
            <StatusBadge connection={connection} />
            {valid && connection.health?.status === "down" && (
              <Badge tone="warning">
                <Trans>Not answering</Trans>
              </Badge>
            )}
            <SyncBadge sync={connection.sync} valid={valid} />
          </div>
        </div>
        {standing && (
          <div className="flex flex-wrap gap-2">
            {valid && <ReadNow connection={connection} />}
            {status !== "scaRequired" && (
              <LinkButton size="small" to="/connect/$aspspId" params={{ aspspId }} search={{ renews: consentId }}>
                <Trans>Renew</Trans>
              </LinkButton>
            )}
            <Button size="small" look="danger" onClick={() => setWithdrawing(true)}>
              <Trans>Withdraw</Trans>
            </Button>
          </div>
        )}
        {!standing && status !== "replaced" && (
          <LinkButton size="small" to="/connect/$aspspId" params={{ aspspId }}>
            <Trans>Connect again</Trans>
          </LinkButton>
        )}
      </header>

      {standing && (
        <div className="px-4 pb-5 empty:hidden sm:px-6">
          <Pause connection={connection} />
        </div>
      )}
      {standing && <ValidityBar since={connection.authorisedAt ?? connection.createdAt} permission={connection} />}

      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 border-t p-4 sm:p-6 lg:grid-cols-4">
        <Fact name={<Trans>May be read</Trans>}>
          <Trans>Accounts, balances and transactions</Trans>
        </Fact>
        <Fact name={<Trans>Since</Trans>}>{format.instantDay(connection.authorisedAt ?? connection.createdAt)}</Fact>
        {connection.endedAt === null ? (
          <Fact name={<Trans>Until</Trans>}>
            {format.instantDay(connection.validUntil)}
            {valid && confirmBy !== undefined && (
              <span className="block text-12 text-muted">
                <Trans>if you confirm by {confirmBy}</Trans>
              </span>
            )}
          </Fact>
        ) : (
          <Fact name={<Trans>Ended</Trans>}>{format.instantDay(connection.endedAt)}</Fact>
        )}
        <Fact name={<Trans>Last used</Trans>}>
          {connection.lastUsedAt !== null ? (
            <Age at={connection.lastUsedAt} />
          ) : ledgerAway ? (
            <Trans>Not known at the moment</Trans>
          ) : connection.endedAt === null ? (
            <Trans>Not yet</Trans>
          ) : (
            <Trans>Never</Trans>
          )}
        </Fact>
      </dl>

      <div className="border-t px-4 py-4 sm:px-6">
        <h3 className="text-12 text-muted">
          <Trans>Accounts</Trans>
        </h3>
        {connection.accounts.length === 0 ? (
          <p className="mt-1 text-14 text-muted">{ledgerAway ? <Trans>Not known at the moment</Trans> : <Trans>None</Trans>}</p>
        ) : (
          <ul className="mt-2 flex flex-wrap gap-2">
            {connection.accounts.map((account) => (
              <li key={account.accountId} className="min-w-0 max-w-full">
                <CoveredAccount account={account} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <History history={connection.history} bank={bank} />
      {connection.authorisedAt !== null && (
        <Receipts bank={bank} fileName={`receipts-${aspspId}-${connection.authorisedAt.slice(0, 10)}.json`} query={queries.receipts(consentId)} />
      )}
      {withdrawing && (
        <Suspense fallback={null}>
          <WithdrawDialog connection={connection} onClose={() => setWithdrawing(false)} />
        </Suspense>
      )}
    </section>
  );
}

/** Without a name the ledger has nothing of it to go to: its kind and the end of its number are what the permission remembers. */
function CoveredAccount({ account }: { account: ConnectionView["accounts"][number] }) {
  const { accountId, name, kind, maskedNumber } = account;
  const shape = "flex min-h-8 max-w-full items-center gap-2 rounded-full border px-3 text-14";
  const tail = <span className="shrink-0 text-12 text-faint">{numberTail(maskedNumber)}</span>;
  if (name === null) {
    return (
      <span className={cx(shape, "text-muted")}>
        {kind === "card" ? <Trans>Card</Trans> : <Trans>Account</Trans>}
        {tail}
      </span>
    );
  }
  return (
    <Link to="/transactions" search={{ account: [accountId] }} className={cx(shape, "transition-colors hover:bg-sunken")}>
      <span className="truncate">{name}</span>
      {tail}
    </Link>
  );
}

function SyncBadge({ sync, valid }: { sync: ConnectionView["sync"]; valid: boolean }) {
  if (!valid || sync === null) return null;
  if (sync.status === "queued" || sync.status === "running") {
    return (
      <Badge tone="accent" live>
        <Trans>Reading now</Trans>
      </Badge>
    );
  }
  if (sync.status === "failed") {
    return (
      <Badge tone="warning">
        <Trans>Last reading stopped early</Trans>
      </Badge>
    );
  }
  return null;
}

function ReadNow({ connection }: { connection: ConnectionView }) {
  const queryClient = useQueryClient();
  const problem = useProblem();
  const { consentId, sync } = connection;
  const reading = sync?.status === "running" || sync?.status === "queued";
  const read = useMutation({
    mutationFn: () => ask("refreshConnection", { params: { consentId } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["connections"] }),
  });
  return (
    <>
      <Button size="small" busy={read.isPending || reading} onClick={() => read.mutate()}>
        <RefreshCw aria-hidden="true" size={16} strokeWidth={1.75} />
        <Trans>Read now</Trans>
      </Button>
      {read.isError && (
        <Notice tone="danger" live className="basis-full" title={problem(read.error).title}>
          {problem(read.error).detail}
        </Notice>
      )}
    </>
  );
}
