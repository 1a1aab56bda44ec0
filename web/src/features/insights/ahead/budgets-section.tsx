import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pencil, TriangleAlert } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { ask } from "../../../api/client.ts";
import type { Answer } from "../../../api/routes.ts";
import { ChartCard } from "../../../charts/chart-card.tsx";
import { fromWire, magnitude, shareOf, sum, toWire } from "../../../format/amounts.ts";
import { firstDayOf, lastDayOf } from "../../../format/dates.ts";
import { usePageWords } from "../../../i18n/use-page-words.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { SectionCard } from "../../../ui/card.tsx";
import { categories, CategoryMark } from "../../../ui/category.tsx";
import { cx } from "../../../ui/classes.ts";
import { ChartPlace, NothingHere, type Place, SectionProblem } from "../section-states.tsx";
import { aheadWords } from "./ahead-words.ts";

const BudgetDialog = lazy(() => import("./budget-dialog.tsx").then((module) => ({ default: module.BudgetDialog })));

type Budgets = Answer<"getBudgets">;
export type Budget = Budgets["budgets"][number];
export type Unbudgeted = Budgets["others"][number];

/** What the person means to spend at most by category, and what is left of it this month. */
export function BudgetsSection({ currency, place }: { currency: string; place: Place }) {
  const ready = usePageWords(aheadWords);
  const [edited, setEdited] = useState<Budget | Unbudgeted>();
  const { data, error, isPending, refetch } = useQuery({ queryKey: ["insights", "budgets"], queryFn: ({ signal }) => ask("getBudgets", {}, signal) });
  if (!ready || isPending) return <ChartPlace {...place} loading />;
  if (data === undefined) return <SectionProblem title={place.title} error={error} onRetry={() => void refetch()} />;
  const budgets = data.budgets.filter(({ limit }) => limit.currency === currency);
  const others = data.others.filter(({ spent }) => spent.currency === currency);
  if (budgets.length === 0 && others.length === 0) {
    return (
      <NothingHere title={place.title}>
        <Trans>What you may spend in a month by category will be here once transactions are read.</Trans>
      </NothingHere>
    );
  }
  return (
    <>
      {budgets.length === 0 ? (
        <SectionCard title={place.title} description={<Trans>Say what you mean to spend at most in a month, and see what is left of it.</Trans>}>
          <div className="px-4 pb-4 sm:px-6 sm:pb-6">
            <OthersList others={others} onSet={setEdited} />
          </div>
        </SectionCard>
      ) : (
        <BudgetsCard budgets={budgets} others={others} month={data.month} daysLeft={data.daysLeft} onEdit={setEdited} />
      )}
      {edited !== undefined && (
        <Suspense>
          <BudgetDialog of={edited} onClose={() => setEdited(undefined)} />
        </Suspense>
      )}
    </>
  );
}

function BudgetsCard({
  budgets,
  others,
  month,
  daysLeft,
  onEdit,
}: {
  budgets: readonly Budget[];
  others: readonly Unbudgeted[];
  month: string;
  daysLeft: number;
  onEdit: (of: Budget | Unbudgeted) => void;
}) {
  const { t, i18n } = useLingui();
  return (
    <ChartCard
      title={<FindingWords budgets={budgets} />}
      description={<Plural value={daysLeft} one="This month has # day left, today." other="This month has # days left, today among them." />}
      label={t`Budgets of this month`}
      table={{
        head: [t`Category`, t`Limit`, t`Spent`, t`Left`, t`Usual`],
        rows: budgets.map(({ category, limit, spent, left, average }) => ({
          key: category,
          cells: [
            i18n._(categories[category].name),
            <Amount key="l" value={limit} />,
            <Amount key="s" value={spent} />,
            <Amount key="r" value={left} />,
            average === null ? "–" : <Amount key="a" value={average} />,
          ],
        })),
      }}
    >
      <ul>
        {budgets.map((budget) => (
          <li key={budget.category}>
            <BudgetBar budget={budget} month={month} daysLeft={daysLeft} onEdit={() => onEdit(budget)} />
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <div className="mb-2 mt-4 border-t pt-4">
          <h3 className="text-14 font-500">
            <Trans>Without a budget</Trans>
          </h3>
          <OthersList others={others} onSet={onEdit} />
        </div>
      )}
    </ChartCard>
  );
}

function FindingWords({ budgets }: { budgets: readonly Budget[] }) {
  const { i18n } = useLingui();
  const over = budgets.filter(isOver);
  const [first] = over;
  const count = over.length;
  if (first === undefined) {
    const left = (
      <Amount
        value={toWire(
          sum(
            budgets.map((budget) => fromWire(budget.left)),
            budgets[0]?.limit.currency ?? "EUR",
          ),
        )}
      />
    );
    return <Trans>{left} left in this month’s budgets</Trans>;
  }
  if (count > 1) return <Plural value={count} one="# budget is exceeded" other="# budgets are exceeded" />;
  const category = i18n._(categories[first.category].name);
  const by = <Amount value={toWire(magnitude(fromWire(first.left)))} />;
  return (
    <Trans>
      {category} is {by} over its budget
    </Trans>
  );
}

function BudgetBar({ budget, month, daysLeft, onEdit }: { budget: Budget; month: string; daysLeft: number; onEdit: () => void }) {
  const { t, i18n } = useLingui();
  const { category, limit, spent, left } = budget;
  const over = isOver(budget);
  const name = i18n._(categories[category].name);
  const share = Math.min(1, Math.max(0, shareOf(fromWire(spent), fromWire(limit)) ?? 0));
  const rest = <Amount value={toWire(magnitude(fromWire(left)))} />;
  return (
    <div className="grid min-h-16 grid-cols-[auto_1fr_auto] items-center gap-x-3 py-2">
      <CategoryMark category={category} />
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="text-14 font-500">{name}</span>
          <Link
            to="/transactions"
            search={{ category: [category], from: firstDayOf(month), to: lastDayOf(month) }}
            className="rounded-4 text-14 underline decoration-line-strong underline-offset-4 hover:decoration-current"
          >
            <Trans>
              <Amount value={spent} /> of <Amount value={limit} />
            </Trans>
          </Link>
        </div>
        <span aria-hidden="true" className="mt-1.5 block h-1.5 overflow-hidden rounded-full bg-sunken">
          <span
            data-drawn=""
            className={cx("private block h-full rounded-full", over ? "bg-warning" : categories[category].fill)}
            style={{ width: `${share * 100}%` }}
          />
        </span>
        <p className={cx("mt-1 flex items-center gap-1 text-12", over ? "font-500 text-warning" : "text-muted")}>
          {over ? (
            <>
              <TriangleAlert aria-hidden="true" size={16} strokeWidth={1.75} className="shrink-0" />
              <Trans>{rest} over</Trans>
            </>
          ) : (
            <span>
              {daysLeft === 1 ? (
                <Trans>{rest} left for today</Trans>
              ) : (
                <Trans>
                  {rest} left for {daysLeft} days
                </Trans>
              )}
            </span>
          )}
        </p>
      </div>
      <IconButton id={`budget-${category}`} label={t`Change the budget for ${name}`} onClick={onEdit}>
        <Pencil size={16} strokeWidth={1.75} />
      </IconButton>
    </div>
  );
}

const SHOWN = 3;

/** Categories without a budget, the largest first, each with what is usual. */
function OthersList({ others, onSet }: { others: readonly Unbudgeted[]; onSet: (of: Unbudgeted) => void }) {
  const { t, i18n } = useLingui();
  const [all, setAll] = useState(false);
  const count = others.length;
  return (
    <>
      <ul className="mt-1">
        {(all ? others : others.slice(0, SHOWN)).map((one) => {
          const name = i18n._(categories[one.category].name);
          const usual = <Amount value={one.average ?? one.spent} />;
          return (
            <li key={one.category} className="flex min-h-14 items-center gap-3 py-1">
              <CategoryMark category={one.category} />
              <span className="min-w-0 flex-1">
                <span className="block truncate text-14">{name}</span>
                <span className="block text-12 text-muted">
                  {one.average === null ? <Trans>{usual} this month</Trans> : <Trans>{usual} a month on average</Trans>}
                  {one.suggested !== null && (
                    <>
                      {" · "}
                      <Trans>
                        <Amount value={one.suggested} /> suggested
                      </Trans>
                    </>
                  )}
                </span>
              </span>
              <Button size="small" onClick={() => onSet(one)} aria-label={t`Set a budget for ${name}`}>
                <Trans>Set a budget</Trans>
              </Button>
            </li>
          );
        })}
      </ul>
      {!all && count > SHOWN && (
        <Button size="small" look="quiet" className="mt-1" onClick={() => setAll(true)}>
          <Trans>Show all {count}</Trans>
        </Button>
      )}
    </>
  );
}

function isOver({ left }: Budget): boolean {
  return fromWire(left).minor < 0n;
}
