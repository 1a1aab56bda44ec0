import * as contracts from "@opl/contracts/http/bff";
import type { OverviewView } from "@opl/contracts/http/bff";
import type { consentOverview } from "@opl/contracts/http/consent";
import type { ResponseOf } from "@opl/contracts/http/route";
import { isOplError } from "@opl/errors";
import { psuRoute, readyAnswer } from "@opl/service";
import type { BoundRoute, CallOptions } from "@opl/service";
import type { BffContext } from "../context.ts";
import { lastLiveEventOf } from "../db/live-store.ts";
import { overviewView, sparkDays } from "../views/overview.ts";
import type { Moment } from "../views/overview.ts";
import { orMissing, partOf } from "./parts.ts";
import type { Asking } from "./parts.ts";

const historyDays = 365;
/** Beside what is under way or changed lately, which consent adds whatever its age. */
const recentOrders = 20;

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
        const view = await makeOverview(ctx, asking, { now, today }, lastHint);
        return { page: readyAnswer(contracts.getOverview, view), whole: view.missing.length === 0 };
      });
    }),
  ];
}

async function makeOverview({ bankDirectory, clients }: Context, asking: Asking, moment: Moment, lastHint: bigint): Promise<OverviewView> {
  const { today } = moment;
  // Made to its end also when who asked first has gone: others may be waiting for the same page.
  const part = { ...partOf(asking), signal: undefined };
  const history = {
    from: today.subtract({ days: historyDays }).toString(),
    to: today.toString(),
    accountsFrom: today.subtract({ days: sparkDays - 1 }).toString(),
  };
  const [accounts, consent, banks, insights] = await Promise.all([
    orMissing(asking, "accounts", clients.ingest.listAccounts(part)),
    orMissing(asking, "consents and payments", askConsent(clients.consent, part)),
    orMissing(asking, "banks", bankDirectory.list(lastHint)),
    orMissing(asking, "insights", clients.analytics.firstScreen({ ...part, query: history })),
  ]);
  const { consents, paymentOrders: payments, fundsConsents: funds } = consent ?? {};
  return overviewView({ accounts: accounts?.accounts, consents, banks, insights, payments, funds }, moment);
}

/** A consent that is yet to be replaced by one with the common answer is asked for its parts. */
async function askConsent(consent: BffContext["clients"]["consent"], part: CallOptions): Promise<ResponseOf<typeof consentOverview>> {
  try {
    return await consent.consentOverview({ ...part, query: { orders: recentOrders } });
  } catch (error) {
    if (!isOplError(error) || error.code !== "ERR_ROUTE_NOT_FOUND") throw error;
    const [allowed, ordered, askable] = await Promise.all([
      consent.listConsents(part),
      consent.listPaymentOrders({ ...part, query: { limit: recentOrders } }),
      consent.listFundsConsents(part),
    ]);
    return { ...allowed, ...ordered, ...askable };
  }
}
