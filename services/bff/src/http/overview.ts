import * as contracts from "@opl/contracts/http/bff";
import type { OverviewView } from "@opl/contracts/http/bff";
import { psuRoute, readyAnswer } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { lastLiveEventOf } from "../db/live-store.ts";
import { overviewView, sparkDays } from "../views/overview.ts";
import type { Moment } from "../views/overview.ts";
import { orMissing, partOf } from "./parts.ts";
import type { Asking } from "./parts.ts";

const historyDays = 365;

type Context = Pick<BffContext, "bankDirectory" | "clients" | "clock" | "db" | "overviews" | "timeZone">;

export function overviewRoutes(ctx: Context): readonly BoundRoute[] {
  return [
    psuRoute(contracts.getOverview, async (asking) => {
      const { psuId } = asking.psu;
      const now = ctx.clock.now();
      const today = now.toZonedDateTimeISO(ctx.timeZone).toPlainDate();
      // Before the owners are asked: what changes meanwhile has a later number.
      const lastHint = await lastLiveEventOf(ctx.db, psuId);
      return ctx.overviews.get(psuId, { lastHint, today: today.toString() }, async () => {
        const view = await makeOverview(ctx, asking, { now, today });
        return { page: readyAnswer(contracts.getOverview, view), whole: view.missing.length === 0 };
      });
    }),
  ];
}

async function makeOverview({ bankDirectory, clients }: Context, asking: Asking, moment: Moment): Promise<OverviewView> {
  const { today } = moment;
  const part = partOf(asking);
  const history = {
    from: today.subtract({ days: historyDays }).toString(),
    to: today.toString(),
    accountsFrom: today.subtract({ days: sparkDays - 1 }).toString(),
  };
  const [accounts, consents, banks, netWorth, month, recurring] = await Promise.all([
    orMissing(asking, "accounts", clients.ingest.listAccounts(part)),
    orMissing(asking, "consents", clients.consent.listConsents(part)),
    orMissing(asking, "banks", bankDirectory.list()),
    orMissing(asking, "net worth", clients.analytics.netWorth({ ...part, query: history })),
    orMissing(asking, "month so far", clients.analytics.cumulativeSpending({ ...part, query: { month: today.toPlainYearMonth().toString() } })),
    orMissing(asking, "recurring payments", clients.analytics.listRecurring(part)),
  ]);
  return overviewView({ accounts: accounts?.accounts, consents: consents?.consents, banks, netWorth, month, recurring: recurring?.recurring }, moment);
}
