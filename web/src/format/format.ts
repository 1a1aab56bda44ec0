import { type Amount, amountOf, amountParts, type AmountParts, formatAmount, fromWire, type SignDisplay, toDecimalText } from "@opl/money";
import { utcOf } from "./dates.ts";

/** An amount as it crosses the wire: exact decimal text. */
export interface WireAmount {
  readonly amount: string;
  readonly currency: string;
}

function memo<T>(make: (locale: string) => T): (locale: string) => T {
  const made = new Map<string, T>();
  return (locale) => {
    let value = made.get(locale);
    if (value === undefined) made.set(locale, (value = make(locale)));
    return value;
  };
}

const dayLong = memo((l) => new Intl.DateTimeFormat(l, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }));
const dayShort = memo((l) => new Intl.DateTimeFormat(l, { day: "numeric", month: "short", timeZone: "UTC" }));
const dayShortYear = memo((l) => new Intl.DateTimeFormat(l, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }));
const dayNumeric = memo((l) => new Intl.DateTimeFormat(l, { day: "numeric", month: "numeric", timeZone: "UTC" }));
const weekday = memo((l) => new Intl.DateTimeFormat(l, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }));
const weekdayYear = memo((l) => new Intl.DateTimeFormat(l, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }));
const monthLong = memo((l) => new Intl.DateTimeFormat(l, { month: "long", year: "numeric", timeZone: "UTC" }));
const monthShort = memo((l) => new Intl.DateTimeFormat(l, { month: "short", timeZone: "UTC" }));
const clock = memo((l) => new Intl.DateTimeFormat(l, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
const localDay = memo((l) => new Intl.DateTimeFormat(l, { day: "numeric", month: "long", year: "numeric" }));
const relative = memo((l) => new Intl.RelativeTimeFormat(l, { numeric: "auto", style: "long" }));
const count = memo((l) => new Intl.NumberFormat(l));
const percent = memo((l) => new Intl.NumberFormat(l, { style: "percent", maximumFractionDigits: 0 }));
const compact = new Map<string, Intl.NumberFormat>();

function capitalise(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** Everything a page writes that depends on the language, bound to one locale. */
export function createFormat(locale: string) {
  return {
    locale,
    /** `€1,234.50`, with a minus (U+2212) where money goes out. */
    amount: (wire: WireAmount, sign: SignDisplay = "auto"): string => formatAmount(fromWire(wire), locale, { sign }),
    amountParts: (wire: WireAmount, sign: SignDisplay = "auto"): AmountParts => amountParts(fromWire(wire), locale, { sign }),
    exact: (amount: Amount, sign: SignDisplay = "auto"): string => formatAmount(amount, locale, { sign }),
    /** Round figures of an axis: `€4k`. `minor` is a whole number of minor units. */
    axisAmount: (minor: number, currency: string): string => {
      const key = `${locale}/${currency}`;
      let formatter = compact.get(key);
      if (formatter === undefined) {
        formatter = new Intl.NumberFormat(locale, { style: "currency", currency, notation: "compact", maximumFractionDigits: 1 });
        compact.set(key, formatter);
      }
      const text = toDecimalText(amountOf(BigInt(Math.round(minor)), currency)) as `${number}`;
      return formatter.format(text).replace("-", "\u2212");
    },
    /** 3 March 2026 */
    day: (day: string): string => dayLong(locale).format(utcOf(day)),
    /** 3 Mar, with the year when it is not `today`'s. */
    shortDay: (day: string, today?: string): string =>
      (today === undefined || today.slice(0, 4) === day.slice(0, 4) ? dayShort : dayShortYear)(locale).format(utcOf(day)),
    /** 3/3 in the order of the locale. */
    numericDay: (day: string): string => dayNumeric(locale).format(utcOf(day)),
    /** Tuesday 3 March, with the year when it is not `today`'s. */
    weekday: (day: string, today: string): string =>
      capitalise((day.slice(0, 4) === today.slice(0, 4) ? weekday : weekdayYear)(locale).format(utcOf(day)), locale),
    /** March 2026 */
    month: (month: string): string => capitalise(monthLong(locale).format(utcOf(`${month}-01`)), locale),
    /** The month inside a sentence, where Finnish and Swedish write it small. */
    monthInText: (month: string): string => monthLong(locale).format(utcOf(`${month}-01`)),
    /** Mar */
    shortMonth: (month: string): string =>
      capitalise(
        monthShort(locale)
          .format(utcOf(`${month}-01`))
          .replace(/\.$/, ""),
        locale,
      ),
    /** 14:05, where the person is. */
    time: (instant: string | number): string => clock(locale).format(new Date(instant)),
    /** 3 March 2026, where the person is. */
    instantDay: (instant: string): string => localDay(locale).format(new Date(instant)),
    /** 3 March 2026 14:05, where the person is. */
    instant: (instant: string): string => `${localDay(locale).format(new Date(instant))} ${clock(locale).format(new Date(instant))}`,
    /** `5 minutes ago`, then hours, then days. `nowMs` is passed in so that it can be tested. */
    age: (instant: string, nowMs: number): string => {
      const minutes = Math.max(0, Math.floor((nowMs - new Date(instant).getTime()) / 60_000));
      if (minutes < 60) return relative(locale).format(-minutes, "minute");
      if (minutes < 36 * 60) return relative(locale).format(-Math.floor(minutes / 60), "hour");
      return relative(locale).format(-Math.floor(minutes / (24 * 60)), "day");
    },
    /** `in 5 days`, `tomorrow`. */
    inDays: (days: number): string => relative(locale).format(days, "day"),
    count: (value: number): string => count(locale).format(value),
    /** 0.12 → 12 % */
    percent: (share: number): string => percent(locale).format(share),
  };
}

export type Format = ReturnType<typeof createFormat>;
