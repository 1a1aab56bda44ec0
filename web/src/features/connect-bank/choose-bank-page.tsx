import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight, Search } from "lucide-react";
import { useMemo, useState } from "react";
import { type Bank, queries } from "../../api/queries.ts";
import { useFormat } from "../../format/use-format.ts";
import { Badge } from "../../ui/badge.tsx";
import { cx } from "../../ui/classes.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { inputClass } from "../../ui/field.tsx";
import { BankMark } from "../../ui/mark.tsx";
import { PageHead } from "../../ui/page.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { countriesOf, findBanks } from "./find-banks.ts";

/** The first step: which bank. */
export function ChooseBankPage() {
  const { t } = useLingui();
  const { data, error, isPending, refetch } = useQuery(queries.banks());
  return (
    <>
      <PageHead title={t`Connect a bank`} lead={<Trans>Choose your bank. On the next page you see what we will read before anything happens.</Trans>} />
      {isPending && <BanksSkeleton />}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <BankChooser banks={data.banks} />}
      <p className="mt-8 text-center">
        <Link to="/" className="text-14 text-muted underline underline-offset-4 hover:text-ink">
          <Trans>Not now</Trans>
        </Link>
      </p>
    </>
  );
}

function BankChooser({ banks }: { banks: readonly Bank[] }) {
  const { t } = useLingui();
  const { locale } = useFormat();
  const [typed, setTyped] = useState("");
  const [country, setCountry] = useState<string>();
  const names = useMemo(() => new Intl.DisplayNames(locale, { type: "region" }), [locale]);
  const countries = countriesOf(banks);
  const found = findBanks(banks, typed, country);
  return (
    <>
      <div className="relative">
        <Search aria-hidden="true" size={20} strokeWidth={1.75} className="pointer-events-none absolute left-3 top-1/2 -translate-y-1/2 text-muted" />
        <input
          type="search"
          aria-label={t`Search banks`}
          placeholder={t`Name or BIC`}
          autoComplete="off"
          spellCheck={false}
          maxLength={60}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className={cx(inputClass, "pl-11")}
        />
      </div>
      {countries.length > 1 && (
        <div role="group" aria-label={t`Country`} className="mt-3 flex flex-wrap gap-2">
          {[undefined, ...countries].map((one) => (
            <button
              key={one ?? "all"}
              type="button"
              aria-pressed={country === one}
              onClick={() => setCountry(one)}
              className="min-h-8 rounded-full border bg-surface px-3 text-14 text-muted transition-colors hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
            >
              {one === undefined ? <Trans>All countries</Trans> : (names.of(one) ?? one)}
            </button>
          ))}
        </div>
      )}
      <p role="status" className="sr-only">
        <Plural value={found.length} one="# bank" other="# banks" />
      </p>
      {found.length === 0 ? (
        <EmptyState icon={Search} title={banks.length === 0 ? <Trans>No bank is ready yet</Trans> : <Trans>No bank of that name</Trans>}>
          {banks.length === 0 ? (
            <Trans>Banks appear here as soon as our registration with them is complete.</Trans>
          ) : (
            <Trans>Check the spelling, or look in all countries.</Trans>
          )}
        </EmptyState>
      ) : (
        <ul className="mt-4 overflow-hidden rounded-12 border bg-surface">
          {found.map((bank) => (
            <li key={bank.aspspId} className="border-b last:border-b-0">
              <BankRow bank={bank} countryName={(code) => names.of(code) ?? code} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function BankRow({ bank, countryName }: { bank: Bank; countryName: (code: string) => string }) {
  const ready = bank.registered;
  const inside = (
    <>
      <BankMark name={bank.name} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-14 font-500">{bank.name}</span>
        <span className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-12 text-muted">
          <span>{bank.countries.map(countryName).join(", ")}</span>
          {bank.environment === "sandbox" && (
            <Badge>
              <Trans>Sandbox</Trans>
            </Badge>
          )}
          {!ready && (
            <Badge>
              <Trans>Not ready yet</Trans>
            </Badge>
          )}
          {ready && bank.health.status === "down" && (
            <Badge tone="warning">
              <Trans>Not answering</Trans>
            </Badge>
          )}
        </span>
      </span>
      {ready && <ChevronRight aria-hidden="true" size={20} strokeWidth={1.75} className="shrink-0 text-faint" />}
    </>
  );
  const shape = "flex min-h-16 items-center gap-3 px-4 py-3";
  if (!ready) return <div className={cx(shape, "text-muted")}>{inside}</div>;
  return (
    <Link to="/connect/$aspspId" params={{ aspspId: bank.aspspId }} className={cx(shape, "-outline-offset-2 transition-colors hover:bg-sunken")}>
      {inside}
    </Link>
  );
}

function BanksSkeleton() {
  return (
    <Loading>
      <Bone className="h-11 w-full rounded-8" />
      <div className="mt-4 rounded-12 border bg-surface">
        {[0, 1, 2, 3].map((row) => (
          <div key={row} className="flex min-h-16 items-center gap-3 border-b px-4 last:border-b-0">
            <Bone className="size-9 rounded-8" />
            <Bone className="h-4 w-40" />
          </div>
        ))}
      </div>
    </Loading>
  );
}
