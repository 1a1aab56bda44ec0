import type { Theme } from "../household.ts";
import { receive } from "../payments.ts";

/** Small sums between friends through a phone application. */
export function friends({ slot, names, likely }: { slot: string; names: readonly [string, ...string[]]; likely: number }): Theme {
  const reasons: readonly [string, ...string[]] = [
    "lounas",
    "kiitos eilisestä!",
    "leffaliput",
    "synttärilahja",
    "saunavuoro",
    "kyyti mökille",
    "pizzat",
    "keikkalippu",
  ];
  return (day) => {
    const random = day.random("friends");
    if (!random.chance(likely)) return;
    const name = random.pick(names);
    const minor = random.minor(4, 45) * 100n + random.pick([0n, 0n, 50n]);
    if (random.chance(0.45)) receive(day, slot, { payer: name, minor, description: "MOBIILIMAKSU", message: random.pick(reasons) });
    else day.post(slot, { minor: -minor, description: "MOBIILIMAKSU", recipient: { name }, message: random.pick(reasons) });
  };
}

/** A hobby paid at the start of each season. */
export function seasonFee({ slot, club, minor, months }: { slot: string; club: string; minor: bigint; months: readonly number[] }): Theme {
  return (day) => {
    if (months.includes(day.date.month) && day.date.day === 12) {
      day.post(slot, { minor: -minor, description: "TILISIIRTO", recipient: { name: club }, message: `KAUSIMAKSU ${day.date.year}` });
    }
  };
}
