import type { firstScreen, listBudgets } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { type BudgetCategory, budgetCategory } from "@opl/contracts/http/analytics";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import { budgetsOf } from "../../db/budget-store.ts";
import type { Tables } from "../../db/tables.ts";
import { averageOf, suggestedLimit } from "../../domain/budget.ts";
import { addMonths, daysInMonth, monthOf } from "../../domain/calendar.ts";

type Answer = ResponseInputOf<typeof listBudgets>;

/** So many whole months say what is usual. */
const usualMonths = 6;

interface Usual {
  readonly currency: string;
  readonly category: BudgetCategory;
  readonly spentMinor: bigint;
  readonly averageMinor: bigint | undefined;
}

/**
 * A person's budgets with what this month's totals say was spent, and what is usual; categories without one with a limit to begin with,
 * the largest first. The first month that is known is seldom whole and says nothing about what is usual.
 */
export async function askBudgets(db: Executor<Tables>, psuId: string, today: string): Promise<Answer> {
  const month = monthOf(today);
  const [budgets, usual] = await Promise.all([budgetsOf(db, psuId), usualOf(db, psuId, month)]);
  const known = new Map(usual.map((each) => [keyOf(each), each]));
  const limited = new Set(budgets.map(keyOf));
  return {
    month,
    daysLeft: daysInMonth(month) - Number.parseInt(today.slice(8, 10), 10) + 1,
    budgets: budgets.map(({ currency, category, limitMinor }) => {
      const wire = (minor: bigint) => toWire({ minor, currency });
      const { spentMinor = 0n, averageMinor } = known.get(keyOf({ currency, category })) ?? {};
      return {
        category: budgetCategory.parse(category),
        limit: wire(limitMinor),
        spent: wire(spentMinor),
        left: wire(limitMinor - spentMinor),
        average: averageMinor === undefined ? null : wire(averageMinor),
      };
    }),
    others: usual
      .filter((each) => !limited.has(keyOf(each)))
      .toSorted(byAverage)
      .map(({ currency, category, spentMinor, averageMinor }) => {
        const wire = (minor: bigint) => toWire({ minor, currency });
        const suggested = suggestedLimit(averageMinor);
        return {
          category,
          spent: wire(spentMinor),
          average: averageMinor === undefined ? null : wire(averageMinor),
          suggested: suggested === undefined ? null : wire(suggested),
        };
      }),
  };
}

/** A budget that a month's expenses are above. */
export interface ExceededBudget {
  readonly currency: string;
  readonly category: BudgetCategory;
  readonly limitMinor: bigint;
  readonly spentMinor: bigint;
}

/** The budgets of which more was spent in a month than the person means to, by currency and category. */
export async function exceededBudgets(db: Executor<Tables>, psuId: string, month: string): Promise<ExceededBudget[]> {
  const { rows } = await sql<Omit<ExceededBudget, "spentMinor"> & { readonly spentMinor: string }>`
    select b.currency, b.category, b.limit_minor, m.expenses_minor::text as spent_minor
    from budgets b join cash_flow_months m on m.psu_id = b.psu_id and m.currency = b.currency and m.category = b.category and m.month = ${month}
    where b.psu_id = ${psuId} and m.expenses_minor > b.limit_minor order by b.currency, b.category`.execute(db);
  return rows.map((row) => ({ ...row, spentMinor: BigInt(row.spentMinor) }));
}

/** The same as pages show them. */
export async function askExceeded(db: Executor<Tables>, psuId: string, today: string): Promise<ResponseInputOf<typeof firstScreen>["exceeded"]> {
  const month = monthOf(today);
  return (await exceededBudgets(db, psuId, month)).map(({ currency, category, limitMinor, spentMinor }) => ({
    category,
    month,
    limit: toWire({ minor: limitMinor, currency }),
    spent: toWire({ minor: spentMinor, currency }),
  }));
}

interface MonthRow {
  readonly currency: string;
  readonly category: BudgetCategory;
  readonly month: string;
  readonly expensesMinor: string;
  /** The first month of this currency. */
  readonly begins: string;
}

async function usualOf(db: Executor<Tables>, psuId: string, month: string): Promise<Usual[]> {
  const { rows } = await sql<MonthRow>`
    select currency, category, month, expenses_minor::text as expenses_minor, begins
    from (select *, min(month) over (partition by currency) as begins from cash_flow_months where psu_id = ${psuId}) m
    where category = any(${budgetCategory.options}) and expenses_minor > 0 and month between ${addMonths(month, -usualMonths)} and ${month}
    order by currency, category, month`.execute(db);
  return [...Map.groupBy(rows, keyOf).values()].flatMap((months) => {
    const [first] = months;
    if (first === undefined) return [];
    const expenses = new Map(months.map((each) => [each.month, BigInt(each.expensesMinor)]));
    const whole = Array.from({ length: usualMonths }, (_, index) => addMonths(month, index - usualMonths)).filter((each) => each > first.begins);
    return [
      {
        currency: first.currency,
        category: first.category,
        spentMinor: expenses.get(month) ?? 0n,
        averageMinor: averageOf(whole.map((each) => expenses.get(each) ?? 0n)),
      },
    ];
  });
}

function byAverage(a: Usual, b: Usual): number {
  const difference = (b.averageMinor ?? 0n) - (a.averageMinor ?? 0n);
  return difference === 0n ? (keyOf(a) < keyOf(b) ? -1 : 1) : difference > 0n ? 1 : -1;
}

function keyOf({ currency, category }: { readonly currency: string; readonly category: string }): string {
  return `${currency} ${category}`;
}
