import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Overview } from "../../api/queries.ts";
import { fromWire, sum, toWire } from "../../format/amounts.ts";
import { today } from "../../format/clock.ts";
import { useFormat } from "../../format/use-format.ts";
import { Amount } from "../../ui/amount.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { cx } from "../../ui/classes.ts";
import { CategoryMark } from "../../ui/category.tsx";

/** Recurring payments of the next 14 days. */
export function UpcomingCard({ upcoming, wide = false }: { upcoming: Overview["upcoming"]; wide?: boolean }) {
  const format = useFormat();
  const dated = upcoming
    .flatMap((one) => (one.nextDate === null ? [] : [{ ...one, nextDate: one.nextDate }]))
    .toSorted((a, b) => a.nextDate.localeCompare(b.nextDate));
  const out = dated.filter(({ amount }) => fromWire(amount).minor < 0n);
  const currency = out[0]?.amount.currency;
  const total =
    currency === undefined
      ? undefined
      : toWire(
          sum(
            out.filter(({ amount }) => amount.currency === currency).map(({ amount }) => fromWire(amount)),
            currency,
          ),
        );
  return (
    <SectionCard
      title={
        total === undefined ? (
          <Trans>Coming payments</Trans>
        ) : (
          <Trans>
            <Amount value={total} sign="never" /> will go out in the next 14 days
          </Trans>
        )
      }
    >
      {dated.length === 0 ? (
        <p className="px-4 pb-5 pt-2 text-14 text-muted sm:px-6">
          <Trans>No recurring payment is expected in the next 14 days.</Trans>
        </p>
      ) : (
        <ul className={cx("py-2", wide && "lg:grid lg:grid-cols-2 lg:gap-x-6")}>
          {dated.map((one) => (
            <li key={one.recurringId}>
              <Link
                to="/transactions"
                search={{ recurring: one.recurringId }}
                className="flex min-h-12 items-center gap-3 px-4 py-1.5 -outline-offset-2 transition-colors hover:bg-sunken sm:px-6"
              >
                <CategoryMark category={one.category} />
                <span className="min-w-0 flex-1">
                  <span className="block truncate text-14 font-500">{one.counterpartyName}</span>
                  <time dateTime={one.nextDate} className="block text-12 text-muted">
                    {format.shortDay(one.nextDate, today())}
                  </time>
                </span>
                <Amount value={one.amount} sign="always" className="text-14 font-500" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </SectionCard>
  );
}
