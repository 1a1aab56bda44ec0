import type { Answer } from "../../../api/routes.ts";
import { compare, fromWire } from "../../../format/amounts.ts";
import { addDays } from "../../../format/dates.ts";
import type { WireAmount } from "../../../format/format.ts";

export type Forecast = Answer<"getForecast">["currencies"][number];
type Day = Forecast["days"][number];

interface AtDay {
  readonly date: string;
  readonly amount: WireAmount;
}

/** What a forecast says: what is left before the next income comes, else how low the balance is to go, else what it grows to. */
export type ForecastFinding =
  | (AtDay & { readonly kind: "before-income"; readonly counterpartyName: string })
  | (AtDay & { readonly kind: "lowest" })
  | (AtDay & { readonly kind: "grows" });

/** What is said of the days from today on, though a forecast may begin before it. Undefined where there is none. Everything here is pure. */
export function forecastFinding(forecast: Pick<Forecast, "days" | "due">, day: string): ForecastFinding | undefined {
  const days = forecast.days.filter(({ date }) => date >= day);
  const [today, ...ahead] = days;
  const last = ahead.at(-1);
  if (today === undefined || last === undefined) return undefined;
  const income = forecast.due.find(({ date, amount }) => date > day && fromWire(amount).minor > 0n);
  const before = income === undefined ? undefined : ahead.find(({ date }) => date === addDays(income.date, -1));
  if (income !== undefined && before !== undefined)
    return { kind: "before-income", date: before.date, amount: before.expected, counterpartyName: income.counterpartyName };
  const lowest = days.reduce((least, day) => (compare(fromWire(day.expected), fromWire(least.expected)) < 0 ? day : least));
  return lowest === today ? { kind: "grows", date: last.date, amount: last.expected } : { kind: "lowest", date: lowest.date, amount: lowest.expected };
}

/** The first day from today on on which the band reaches below nothing; undefined where it does not, or the balance is known to be there. */
export function firstBelowZero(days: readonly Day[], today: string): Day | undefined {
  const [known] = days;
  return known === undefined || isBelow(known.low) ? undefined : days.find(({ date, low }) => date >= today && isBelow(low));
}

function isBelow(amount: WireAmount): boolean {
  return fromWire(amount).minor < 0n;
}
