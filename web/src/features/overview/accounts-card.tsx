import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import type { Overview } from "../../api/queries.ts";
import { groupByBank, numberTail } from "../../ui/account-name.ts";
import { Age } from "../../ui/age.tsx";
import { Amount } from "../../ui/amount.tsx";
import { Badge } from "../../ui/badge.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { AccountDot, BankMark } from "../../ui/mark.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";

type Account = Overview["accounts"][number];

/** Every account under its bank: balance, age, and how it moved lately. */
export function AccountsCard({ accounts }: { accounts: readonly Account[] }) {
  const { t } = useLingui();
  return (
    <SectionCard
      title={<Trans>Accounts</Trans>}
      action={
        <Link
          to="/connect"
          aria-label={t`Connect a bank`}
          title={t`Connect a bank`}
          className="-mr-2 -mt-1.5 -mb-1.5 inline-flex size-9 items-center justify-center rounded-8 text-muted transition-colors hover:bg-sunken hover:text-ink"
        >
          <Plus aria-hidden="true" size={20} strokeWidth={1.75} />
        </Link>
      }
    >
      <div className="pb-2 sm:pb-3">
        {groupByBank(accounts).map((bank) => (
          <section key={bank.aspspId} aria-label={bank.aspspName} className="pt-4">
            <h3 className="flex items-center gap-2 px-4 pb-1 text-14 font-500 text-muted sm:px-6">
              <BankMark name={bank.aspspName} size="small" />
              <span className="truncate">{bank.aspspName}</span>
            </h3>
            <ul>
              {bank.accounts.map(({ account, index }) => (
                <li key={account.accountId}>
                  <AccountRow account={account} index={index} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </SectionCard>
  );
}

function AccountRow({ account, index }: { account: Account; index: number }) {
  const { balance, available, readAt } = account;
  const showAvailable = available !== null && balance !== null && available.amount !== balance.amount.amount;
  return (
    <Link
      to="/transactions"
      search={{ account: [account.accountId] }}
      className="flex min-h-14 items-center gap-3 px-4 py-2 -outline-offset-2 transition-colors hover:bg-sunken sm:px-6"
    >
      <AccountDot index={index} />
      <span className="min-w-0 flex-1">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate text-14 font-500">{account.name}</span>
          {!account.connected && (
            <Badge>
              <Trans>Ended</Trans>
            </Badge>
          )}
          {account.incompleteSince !== null && (
            <Badge tone="warning">
              <Trans>Incomplete</Trans>
            </Badge>
          )}
        </span>
        <span className="block truncate text-12 text-muted">
          {numberTail(account.maskedNumber)}
          {readAt !== null && (
            <>
              {account.maskedNumber !== null && " · "}
              <Age at={readAt} />
            </>
          )}
        </span>
      </span>
      <Sparkline points={account.spark} className="hidden sm:block" />
      <span className="min-w-24 shrink-0 text-right sm:min-w-36">
        {balance === null ? (
          <span className="text-12 text-faint">
            <Trans>No balance given</Trans>
          </span>
        ) : (
          <Amount value={balance.amount} className="block text-14 font-500" />
        )}
        {showAvailable && (
          <span className="block text-12 text-muted">
            <Trans>
              <Amount value={available} /> to spend
            </Trans>
          </span>
        )}
      </span>
    </Link>
  );
}
