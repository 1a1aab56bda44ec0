import { isDueOn } from "../calendar.ts";
import type { Day, Theme } from "../household.ts";
import { finnishReference } from "../identifiers.ts";
import { portion, transferOut } from "../payments.ts";
import type { Random } from "../random.ts";
import type { Shops, Week } from "./shopping.ts";

/** Purchases on a credit card, close to home. */
export function cardPurchases({ theme, card, shops, week }: { theme: string; card: string; shops: Shops; week: Week }): Theme {
  return (day) => {
    const random = day.random(theme);
    if (random.chance(week[day.date.dayOfWeek - 1] ?? 0)) {
      day.charge(card, { minor: -random.minor(shops.from, shops.to), description: random.pick(shops.names), postedAfterDays: random.int(1, 3) });
    }
  };
}

/** A service paid by card each month, with its price from a given day of the books on. */
export interface Subscription {
  readonly name: string;
  readonly dayOfMonth: number;
  readonly minor: bigint;
  readonly change?: { readonly fromDay: number; readonly minor: bigint };
  readonly fromDay?: number;
  readonly untilDay?: number;
  /** Priced in another currency: then `minor` is in that one. */
  readonly currency?: ForeignCurrency;
}

export function subscriptions(card: string, list: readonly Subscription[]): Theme {
  return (day) => {
    for (const each of list) {
      if (day.date.day !== Math.min(each.dayOfMonth, day.date.daysInMonth)) continue;
      if (day.index < (each.fromDay ?? 0) || day.index >= (each.untilDay ?? Infinity)) continue;
      const minor = each.change !== undefined && day.index >= each.change.fromDay ? each.change.minor : each.minor;
      if (each.currency === undefined) day.charge(card, { minor: -minor, description: each.name });
      else chargeAbroad(day, card, { random: day.random(each.name), description: each.name, minor, currency: each.currency });
    }
  };
}

/** Euro cents for 10 000 minor units of the currency, about what it was worth. */
const worth = { SEK: 880n, NOK: 850n, GBP: 11_700n, USD: 9_200n, DKK: 1_340n, JPY: 6_100n, PLN: 2_340n } as const;
type ForeignCurrency = keyof typeof worth;

export interface Journey {
  /** Months and days as MM-DD, both included; taken every year. */
  readonly from: string;
  readonly to: string;
  readonly currency: ForeignCurrency;
  readonly places: readonly [string, ...string[]];
  readonly least: number;
  readonly most: number;
}

/** Holidays abroad: several purchases a day in the money of the place. */
export function journeys(card: string, list: readonly Journey[]): Theme {
  return (day) => {
    const today = day.date.toString().slice(5);
    for (const journey of list) {
      if (today < journey.from || today > journey.to) continue;
      const random = day.random(`journey ${journey.from}`);
      for (let purchase = random.int(2, 5); purchase > 0; purchase -= 1) {
        const minor = random.minor(journey.least, journey.most);
        chargeAbroad(day, card, { random, description: random.pick(journey.places), minor, currency: journey.currency });
      }
    }
  };
}

function chargeAbroad(day: Day, card: string, input: { random: Random; description: string; minor: bigint; currency: ForeignCurrency }): void {
  const wobble = input.random.minor(9_800, 10_200);
  const euros = portion((input.minor * worth[input.currency]) / 10_000n, wobble);
  const original = { minor: -input.minor, currency: input.currency };
  day.charge(card, { minor: -(euros > 0n ? euros : 1n), description: input.description, original, postedAfterDays: input.random.int(1, 3) });
}

/** Last month's purchases, paid from an account on the twelfth; the card shows the payment, too. */
export function cardBill({ card, slot, digits }: { card: string; slot: string; digits: string }): Theme {
  return (day) => {
    if (!isDueOn(day.date, 12)) return;
    const due = -day.charged(card, day.date.toPlainYearMonth().subtract({ months: 1 }));
    if (due <= 0n) return;
    const reference = finnishReference(digits);
    day.post(slot, { minor: -due, description: "E-LASKU", recipient: { name: "OP VÄHITTÄISASIAKKAAT OYJ" }, reference, message: "LUOTTOKORTTILASKU" });
    day.charge(card, { minor: due, description: "SUORITUS, KIITOS" });
  };
}

/** Two equal charges within a day, as ticket machines and app stores make them. */
export function cardTwins({ card, shop, minor, everyDays, offset }: { card: string; shop: string; minor: bigint; everyDays: number; offset: number }): Theme {
  return (day) => {
    if (day.index % everyDays !== offset) return;
    for (let copy = 0; copy < 2; copy += 1) day.charge(card, { minor: -minor, description: shop });
  };
}

/** Prepaid travel by transfer, far ahead of the journey. */
export function packageTour({ slot, month, minor, agency }: { slot: string; month: number; minor: bigint; agency: string }): Theme {
  return (day) => {
    if (day.date.month === month && isDueOn(day.date, 18)) transferOut(day, slot, { payee: { name: agency }, minor, message: "MATKAVARAUS LOPPUMAKSU" });
  };
}
