import {
  cashFlow,
  confirmCharges,
  firstScreen,
  forecast,
  listBudgets,
  listConfirmedCharges,
  listRecurring,
  netWorth,
  putBudget,
  removeBudget,
  spending,
  takeBackConfirmation,
} from "@opl/contracts/http/analytics";
import { type BoundRoute, psuRoute } from "@opl/service";
import { ownsAccounts } from "../db/account-store.ts";
import { bankDay } from "../domain/bank-day.ts";
import { monthOf } from "../domain/calendar.ts";
import { type Period, isAnswerable } from "../domain/period.ts";
import { errors } from "../errors.ts";
import { askBudgets, askExceeded } from "../projections/budgets/query.ts";
import { askCashFlow } from "../projections/cash-flow/query.ts";
import { askForecast } from "../projections/forecast/query.ts";
import { askNetWorth, askNetWorthInBrief } from "../projections/net-worth/query.ts";
import { askQuestions } from "../projections/questions/query.ts";
import { askRecurring } from "../projections/recurring/query.ts";
import { askCumulativeSpending, askSpending } from "../projections/spending/query.ts";
import { askConfirmed, confirmCharges as confirm, takeBackConfirmation as takeBack } from "../usecases/confirm-charges.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { removeBudget as remove, setBudget } from "../usecases/set-budget.ts";

/** One route a projection, and what a person sets against it. */
export function insightRoutes(ctx: Pick<AnalyticsContext, "db" | "clock" | "timeZone" | "publish">): readonly BoundRoute[] {
  const { db, clock, timeZone } = ctx;
  const today = () => bankDay(clock.now(), timeZone);
  return [
    psuRoute(cashFlow, ({ psu: { psuId }, query: { months } }) => askCashFlow(db, psuId, { months, today: today() })),
    psuRoute(spending, async ({ psu: { psuId }, query }) => askSpending(db, psuId, answerable(query))),
    psuRoute(listRecurring, ({ psu: { psuId } }) => askRecurring(db, psuId, today())),
    psuRoute(netWorth, async ({ psu: { psuId }, query: { accountId, ...period } }) => {
      answerable(period);
      if (accountId !== undefined && !(await ownsAccounts(db, psuId, [accountId]))) throw errors.ERR_ANALYTICS_ACCOUNT_NOT_FOUND();
      return askNetWorth(db, psuId, { ...period, accountId });
    }),
    psuRoute(forecast, ({ psu: { psuId }, query: { days } }) => askForecast(db, psuId, { today: today(), days })),
    psuRoute(listBudgets, ({ psu: { psuId } }) => askBudgets(db, psuId, today())),
    psuRoute(putBudget, async ({ psu: { psuId }, params, body }) => setBudget(ctx, { psuId, ...params }, body.limit)),
    psuRoute(removeBudget, async ({ psu: { psuId }, params }) => remove(ctx, { psuId, ...params })),
    psuRoute(listConfirmedCharges, ({ psu: { psuId } }) => askConfirmed(ctx, psuId)),
    psuRoute(confirmCharges, async ({ psu: { psuId }, body }) => confirm(ctx, psuId, body.transactionIds)),
    psuRoute(takeBackConfirmation, async ({ psu: { psuId }, query }) => takeBack(ctx, psuId, [query.transactionId].flat())),
    psuRoute(firstScreen, async ({ psu: { psuId }, query }) => {
      answerable(query);
      const [brief, month, { recurring }, questions, exceeded] = await Promise.all([
        askNetWorthInBrief(db, psuId, query),
        askCumulativeSpending(db, psuId, { month: monthOf(query.to), today: today() }),
        askRecurring(db, psuId, today()),
        askQuestions(db, psuId, today()),
        askExceeded(db, psuId, today()),
      ]);
      return { ...brief, month, recurring, questions, exceeded };
    }),
  ];
}

/** @throws ERR_ANALYTICS_PERIOD_INVALID */
function answerable(period: Period): Period {
  if (!isAnswerable(period)) throw errors.ERR_ANALYTICS_PERIOD_INVALID();
  return period;
}
