import type { Day, Theme } from "../household.ts";
import { isDueOn } from "../calendar.ts";
import { portion, receive } from "../payments.ts";

export interface Salary {
  readonly slot: string;
  readonly employer: string;
  /** Day of the month; paid on the banking day before when banks are closed. */
  readonly day: number;
  readonly minor: bigint;
}

/** Monthly pay with a rise every March, some overtime, and half a month's holiday pay in June. */
export function salary({ slot, employer, day: payday, minor }: Salary): Theme {
  return (day) => {
    if (!isDueOn(day.date, payday, "back")) return;
    const random = day.random("salary");
    const base = raised(minor, day, 3, 230n);
    const overtime = random.chance(0.3) ? random.minor(2_000, 14_500) : 0n;
    receive(day, slot, { payer: employer, minor: base + overtime, description: "PALKKA", message: "PALKKA" });
    if (day.date.month === 6) receive(day, slot, { payer: employer, minor: portion(base, 5000n), description: "PALKKA", message: "LOMARAHA" });
  };
}

/** Child benefit from the social insurance institution on the 26th. */
export function childBenefit({ slot, minor }: { slot: string; minor: bigint }): Theme {
  return (day) => {
    if (isDueOn(day.date, 26)) receive(day, slot, { payer: "KELA/FPA", minor, description: "ETUUS", message: "LAPSILISÄ", reference: "00000000000000012344" });
  };
}

/** The tax year's outcome: money back in August. */
export function taxRefund({ slot, minor }: { slot: string; minor: bigint }): Theme {
  return (day) => {
    if (day.date.month !== 8 || !isDueOn(day.date, 5)) return;
    const amount = minor + day.random("tax refund").minor(-9_000, 9_000);
    receive(day, slot, { payer: "VEROHALLINTO", minor: amount, description: "VERONPALAUTUS", message: `VERONPALAUTUS ${day.date.year - 1}` });
  };
}

/** What a partner pays into the household account. */
export function partnerShare({ slot, partner, minor }: { slot: string; partner: string; minor: bigint }): Theme {
  return (day) => {
    if (isDueOn(day.date, 27)) receive(day, slot, { payer: partner, minor: raised(minor, day, 1, 300n), message: "TALOUSTILILLE" });
  };
}

/** An amount that grows by `basisPoints` each time `month` begins a new year of it. */
export function raised(minor: bigint, day: Day, month: number, basisPoints: bigint): bigint {
  const began = day.date.subtract({ days: day.index });
  let raises = 0;
  for (let year = began.year; year <= day.date.year; year += 1) {
    const change = Temporal.PlainDate.from({ year, month, day: 1 });
    if (Temporal.PlainDate.compare(change, began) > 0 && Temporal.PlainDate.compare(change, day.date) <= 0) raises += 1;
  }
  let amount = minor;
  for (let each = 0; each < raises; each += 1) amount += portion(amount, basisPoints);
  return amount;
}
