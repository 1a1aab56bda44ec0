import type { DayLine, firstScreen } from "@opl/contracts/http/analytics";
import type { AccountView, OverviewView } from "@opl/contracts/http/bff";
import type { FundsConsent } from "@opl/contracts/http/consent-payments";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { ResponseOf } from "@opl/contracts/http/route";
import type { Aspsp, AmountWire, Consent, PaymentOrder } from "@opl/contracts/model";
import { add, fromWire, toWire } from "@opl/money";
import type { Amount } from "@opl/money";
import { keep } from "@opl/service";
import { accountView, inDisplayOrder, withConsents } from "./account.ts";
import { attentionList } from "./attention.ts";
import { bankNames } from "./bank-names.ts";

/** Answers of the owners; undefined: could not be had just now. */
export interface OverviewParts {
  readonly accounts: readonly LedgerAccount[] | undefined;
  readonly consents: readonly Consent[] | undefined;
  readonly banks: readonly Aspsp[] | undefined;
  readonly insights: ResponseOf<typeof firstScreen> | undefined;
  readonly payments: readonly PaymentOrder[] | undefined;
  readonly funds: readonly FundsConsent[] | undefined;
}

/** Whose clock says "today", and what a day is. */
export interface Moment {
  readonly now: Temporal.Instant;
  readonly today: Temporal.PlainDate;
}

type Missing = OverviewView["missing"];
type Days = OverviewView["netWorthHistory"];

/** Length of the small line of each account. */
export const sparkDays = 30;
const upcomingDays = 14;

/** The first screen out of several answers, of which any may be missing. */
export function overviewView(parts: OverviewParts, moment: Moment): OverviewView {
  const accounts = inDisplayOrder(withConsents(parts.accounts ?? [], parts.consents).map((account) => accountView(account, bankNames(parts.banks))));
  const currency = mainCurrency(accounts);
  return {
    netWorth: sumsByCurrency(accounts),
    netWorthHistory: daysOf(parts.insights?.netWorth.find((line) => line.currency === currency)),
    accounts: accounts.map((account) => ({ ...account, spark: sparkOf(account, parts.insights) })),
    month: parts.insights?.month ?? [],
    upcoming: upcoming(parts.insights?.recurring ?? [], moment.today),
    attention: attentionList(parts, moment),
    dataFrom: oldestReading(accounts),
    missing: missingParts(parts),
  };
}

/** One sum per currency, the currency of most accounts first. Accounts without a balance are left out. */
function sumsByCurrency(accounts: readonly AccountView[]): AmountWire[] {
  const sums = new Map<string, Amount>();
  for (const { balance } of accounts) {
    if (balance === null) continue;
    const amount = fromWire(balance.amount);
    const before = sums.get(amount.currency);
    sums.set(amount.currency, before === undefined ? amount : add(before, amount));
  }
  return currenciesByUse(accounts).flatMap((currency) => {
    const sum = sums.get(currency);
    return sum === undefined ? [] : [toWire(sum)];
  });
}

function mainCurrency(accounts: readonly AccountView[]): string | undefined {
  return currenciesByUse(accounts)[0];
}

function currenciesByUse(accounts: readonly AccountView[]): string[] {
  const uses = new Map<string, number>();
  for (const { balance } of accounts) {
    if (balance !== null) uses.set(balance.amount.currency, (uses.get(balance.amount.currency) ?? 0) + 1);
  }
  return [...uses].toSorted(([a, usesOfA], [b, usesOfB]) => usesOfB - usesOfA || (a < b ? -1 : 1)).map(([currency]) => currency);
}

function sparkOf(account: AccountView, insights: OverviewParts["insights"]): Days {
  const line = insights?.accounts.find(({ accountId, currency }) => accountId === account.accountId && currency === account.balance?.amount.currency);
  return daysOf(line).slice(-sparkDays);
}

function daysOf(line: DayLine | undefined): Days {
  if (line === undefined) return [];
  const dates = datesFrom(line.from, line.amounts.length);
  return line.amounts.map((amount, index) => ({ date: dates[index] ?? line.from, amount: { amount, currency: line.currency } }));
}

/** Everybody's lines have the same few spans. */
const spans = keep<readonly string[]>(16);

function datesFrom(first: string, count: number): readonly string[] {
  const span = `${first} ${count}`;
  const known = spans.get(span);
  if (known !== undefined) return known;
  const start = Temporal.PlainDate.from(first);
  const dates = Array.from({ length: count }, (_, index) => start.add({ days: index }).toString());
  spans.set(span, dates);
  return dates;
}

function upcoming(recurring: NonNullable<OverviewParts["insights"]>["recurring"], today: Temporal.PlainDate): OverviewView["upcoming"] {
  const last = today.add({ days: upcomingDays }).toString();
  const first = today.toString();
  return recurring
    .filter(({ status, nextDate }) => status === "active" && nextDate !== null && nextDate >= first && nextDate <= last)
    .toSorted((a, b) => ((a.nextDate ?? "") < (b.nextDate ?? "") ? -1 : 1));
}

/** Only connected accounts can grow fresh; what was kept after a withdrawal has an end, not an age. */
function oldestReading(accounts: readonly AccountView[]): string | null {
  const readings = accounts.filter((account) => account.connected).flatMap((account) => account.readAt ?? []);
  return readings.toSorted((a, b) => Temporal.Instant.compare(a, b))[0] ?? null;
}

function missingParts(parts: OverviewParts): Missing {
  const missing: Missing = [];
  if (parts.accounts === undefined) missing.push("accounts");
  if (parts.consents === undefined) missing.push("consents");
  if (parts.insights === undefined) missing.push("insights");
  if (parts.banks === undefined) missing.push("banks");
  if (parts.payments === undefined) missing.push("payments");
  return missing;
}
