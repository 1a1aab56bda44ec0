import * as contracts from "@opl/contracts/http/bff";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { overviewView } from "../views/overview.ts";
import { orMissing, partOf } from "./parts.ts";

const historyDays = 365;

export function overviewRoutes({
  bankDirectory,
  clients,
  clock,
  timeZone,
}: Pick<BffContext, "bankDirectory" | "clients" | "clock" | "timeZone">): readonly BoundRoute[] {
  return [
    psuRoute(contracts.getOverview, async (asking) => {
      const now = clock.now();
      const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
      const part = partOf(asking);
      const [accounts, consents, banks, netWorth, month, recurring] = await Promise.all([
        orMissing(asking, "accounts", clients.ingest.listAccounts(part)),
        orMissing(asking, "consents", clients.consent.listConsents(part)),
        orMissing(asking, "banks", bankDirectory.list()),
        orMissing(
          asking,
          "net worth",
          clients.analytics.netWorth({ ...part, query: { from: today.subtract({ days: historyDays }).toString(), to: today.toString() } }),
        ),
        orMissing(asking, "month so far", clients.analytics.cumulativeSpending({ ...part, query: { month: today.toPlainYearMonth().toString() } })),
        orMissing(asking, "recurring payments", clients.analytics.listRecurring(part)),
      ]);
      return overviewView(
        { accounts: accounts?.accounts, consents: consents?.consents, banks, netWorth, month, recurring: recurring?.recurring },
        { now, today },
      );
    }),
  ];
}
