import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { queries } from "../../api/queries.ts";
import { groupByBank, numberTail } from "../../ui/account-name.ts";
import { Amount } from "../../ui/amount.tsx";
import { AccountDot, BankMark } from "../../ui/mark.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";

/** Accounts by bank with their balances; each leads to its transactions. */
export function AccountList({ onChosen }: { onChosen?: () => void }) {
  const { t } = useLingui();
  const { data, isPending, isError } = useQuery(queries.accounts());
  if (isPending) {
    return (
      <Loading className="space-y-3 px-3 py-2">
        <Bone className="h-4 w-28" />
        <Bone className="h-4 w-full" />
        <Bone className="h-4 w-full" />
      </Loading>
    );
  }
  if (isError) {
    return (
      <p className="px-3 py-2 text-12 text-muted">
        <Trans>Accounts cannot be shown right now.</Trans>
      </p>
    );
  }
  if (data.accounts.length === 0) {
    return (
      <p className="px-3 py-2 text-12 text-muted">
        <Trans>Your accounts will be here once a bank is connected.</Trans>
      </p>
    );
  }
  return (
    <ul className="space-y-4">
      {groupByBank(data.accounts).map((bank) => (
        <li key={bank.aspspId}>
          <p className="flex items-center gap-2 px-3 pb-1 text-12 font-500 text-muted">
            <BankMark name={bank.aspspName} size="small" />
            <span className="truncate">{bank.aspspName}</span>
          </p>
          <ul>
            {bank.accounts.map(({ account, index }) => (
              <li key={account.accountId}>
                <Link
                  to="/transactions"
                  search={{ account: [account.accountId] }}
                  {...(onChosen === undefined ? {} : { onClick: onChosen })}
                  className="block rounded-8 px-3 py-1.5 transition-colors hover:bg-hover"
                >
                  <span className="flex items-center gap-2">
                    <AccountDot index={index} />
                    <span className="min-w-0 flex-1 truncate text-14">{account.name}</span>
                    <span className="sr-only">{account.connected ? "" : t`No longer connected`}</span>
                  </span>
                  <span className="flex items-baseline justify-between gap-2 pl-4 text-12 text-muted">
                    <span className="shrink-0 text-faint">{numberTail(account.maskedNumber)}</span>
                    {account.balance !== null && <Amount value={account.balance.amount} />}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
