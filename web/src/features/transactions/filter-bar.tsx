import { Trans, useLingui } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { AccountView } from "../../api/queries.ts";
import { useFormat } from "../../format/use-format.ts";
import { numberTail } from "../../ui/account-name.ts";
import { categories, CategoryMark } from "../../ui/category.tsx";
import { categoryIds } from "../../ui/category-ids.ts";
import { CheckLine, FilterChip, ToggleChip } from "../../ui/chip.tsx";
import { cx } from "../../ui/classes.ts";
import { inputClass } from "../../ui/field.tsx";
import { AccountDot } from "../../ui/mark.tsx";
import { AmountFilter } from "./amount-filter.tsx";
import { isFiltered, type TransactionSearch } from "./filter.ts";
import { PeriodFilter, usePeriodName } from "./period-filter.tsx";

/** Typing is over when nothing was typed for this long (milliseconds). */
const TYPING = 180;

type Change = (next: Partial<Record<keyof TransactionSearch, unknown>>, replace?: boolean) => void;

/** What the list is narrowed to, and everything to narrow it with. */
export function FilterBar({ search, accounts, onChange }: { search: TransactionSearch; accounts: readonly AccountView[]; onChange: Change }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const periodName = usePeriodName();
  const several = (count: number, first: string | undefined): string | undefined =>
    count === 0 ? undefined : count === 1 ? first : `${first ?? ""} +${count - 1}`;
  const chosenAccounts = search.account ?? [];
  const chosenCategories = search.category ?? [];
  const accountName = (id: string | undefined): string => accounts.find((account) => account.accountId === id)?.name ?? t`Account`;
  const amount = amountSummary(search, { in: t`Money in`, out: t`Money out` }, (text) => format.amount({ amount: padded(text), currency: "EUR" }, "never"));
  const toggled = <T extends string>(list: readonly T[], one: T, on: boolean): readonly T[] | undefined => {
    const next = on ? [...list, one] : list.filter((other) => other !== one);
    return next.length === 0 ? undefined : next;
  };
  return (
    <div role="search" aria-label={t`Transactions`} className="space-y-3">
      <SearchField value={search.q ?? ""} onChange={(q) => onChange({ q: q === "" ? undefined : q })} />
      <div className="flex flex-wrap gap-2">
        <FilterChip
          name={t`Account`}
          summary={several(chosenAccounts.length, accountName(chosenAccounts[0]))}
          onClear={() => onChange({ account: undefined })}
          className="p-2"
        >
          {() =>
            accounts.length === 0 ? (
              <p className="p-2 text-14 text-muted">
                <Trans>No account is connected.</Trans>
              </p>
            ) : (
              accounts.map((account, index) => (
                <CheckLine
                  key={account.accountId}
                  checked={chosenAccounts.includes(account.accountId)}
                  onChange={(on) => onChange({ account: toggled(chosenAccounts, account.accountId, on) })}
                  icon={<AccountDot index={index} />}
                  trailing={<span className="text-12 text-faint">{numberTail(account.maskedNumber)}</span>}
                >
                  {account.name}
                </CheckLine>
              ))
            )
          }
        </FilterChip>
        <FilterChip
          name={t`Category`}
          summary={several(chosenCategories.length, chosenCategories[0] === undefined ? undefined : i18n._(categories[chosenCategories[0]].name))}
          onClear={() => onChange({ category: undefined })}
          className="p-2"
        >
          {() =>
            categoryIds.map((category) => (
              <CheckLine
                key={category}
                checked={chosenCategories.includes(category)}
                onChange={(on) => onChange({ category: toggled(chosenCategories, category, on) })}
                icon={<CategoryMark category={category} size="small" />}
              >
                {i18n._(categories[category].name)}
              </CheckLine>
            ))
          }
        </FilterChip>
        <FilterChip name={t`Period`} summary={periodName(search)} onClear={() => onChange({ from: undefined, to: undefined })} className="p-2">
          {(close) => (
            <PeriodFilter
              search={search}
              onChange={(span) => {
                onChange(span);
              }}
              onDone={close}
            />
          )}
        </FilterChip>
        <FilterChip name={t`Amount`} summary={amount} onClear={() => onChange({ min: undefined, max: undefined, dir: undefined })}>
          {(close) => <AmountFilter search={search} onChange={onChange} onDone={close} />}
        </FilterChip>
        <ToggleChip on={search.status === "pending"} onChange={(on) => onChange({ status: on ? "pending" : undefined })}>
          <Trans>Pending</Trans>
        </ToggleChip>
        {search.recurring !== undefined && (
          <ToggleChip on onChange={() => onChange({ recurring: undefined })}>
            <Trans>One recurring payment</Trans>
          </ToggleChip>
        )}
        {isFiltered(search) && (
          <button
            type="button"
            onClick={() =>
              onChange({
                q: undefined,
                account: undefined,
                category: undefined,
                from: undefined,
                to: undefined,
                min: undefined,
                max: undefined,
                dir: undefined,
                status: undefined,
                recurring: undefined,
              })
            }
            className="min-h-8 rounded-8 px-2 text-14 text-muted underline underline-offset-4 hover:text-ink"
          >
            <Trans>Clear all</Trans>
          </button>
        )}
      </div>
    </div>
  );
}

/** Decimal text with two decimals, as the amount format wants it. */
function padded(text: string): string {
  const [whole = "0", decimals = ""] = text.split(".");
  return `${whole.replace(/^0+(?=\d)/, "")}.${decimals.slice(0, 2).padEnd(2, "0")}`;
}

function amountSummary({ min, max, dir }: TransactionSearch, names: { in: string; out: string }, write: (text: string) => string): string | undefined {
  const bounds =
    min !== undefined && max !== undefined
      ? min === max
        ? write(min)
        : `${write(min)}–${write(max)}`
      : min !== undefined
        ? `≥ ${write(min)}`
        : max !== undefined
          ? `≤ ${write(max)}`
          : undefined;
  const parts = [dir === undefined ? undefined : names[dir], bounds].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** Searches while typing; the address follows when typing pauses. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const send = useRef(onChange);
  useEffect(() => {
    send.current = onChange;
  });
  useEffect(() => {
    // The address changed by itself: back button, palette, a cleared filter.
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = window.setTimeout(() => {
      sent.current = typed;
      send.current(typed);
    }, TYPING);
    return () => window.clearTimeout(timer);
  }, [typed]);
  return (
    <div className="relative">
      <Search aria-hidden="true" size={20} strokeWidth={1.75} className="pointer-events-none absolute left-3 top-1/2 -translate-y-1/2 text-muted" />
      <input
        type="search"
        aria-label={t`Search transactions`}
        placeholder={t`Counterparty, text or amount`}
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className={cx(inputClass, "pl-11")}
      />
    </div>
  );
}
