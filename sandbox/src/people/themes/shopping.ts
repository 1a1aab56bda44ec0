import type { Day, Theme } from "../household.ts";
import { payByCard } from "../payments.ts";
import type { Random } from "../random.ts";

/** Shops of one kind and what a visit costs, in minor units. */
export interface Shops {
  readonly names: readonly [string, ...string[]];
  readonly from: number;
  readonly to: number;
}

/** How likely a visit is on each day of the week, Monday first. Above one means a second visit, too. */
export type Week = readonly [number, number, number, number, number, number, number];

/** Everyday purchases by card of one kind. */
export function purchases({ theme, slot, shops, week }: { theme: string; slot: string; shops: Shops; week: Week }): Theme {
  return (day) => {
    const random = day.random(theme);
    const likely = week[day.date.dayOfWeek - 1] ?? 0;
    for (let visit = 0; visit < 3; visit += 1) {
      if (random.chance(likely - visit)) payByCard(day, slot, { shop: random.pick(shops.names), minor: price(random, shops) });
    }
  };
}

/** Prices that look like prices: most end in 0, 5 or 9, the rest anywhere. */
function price(random: Random, { from, to }: Shops): bigint {
  const minor = random.minor(from, to);
  const ending = random.pick([0n, 5n, 9n, undefined, undefined]);
  return ending === undefined ? minor : (minor / 10n) * 10n + ending;
}

/** Tickets and coffees bought twice in a row: true twins, told apart by nothing. */
export function twins({ slot, shop, minor, everyDays, offset }: { slot: string; shop: string; minor: bigint; everyDays: number; offset: number }): Theme {
  return (day) => {
    if (day.index % everyDays !== offset) return;
    const copies = day.index % (everyDays * 5) === offset ? 3 : 2;
    for (let copy = 0; copy < copies; copy += 1) twin(day, slot, shop, minor);
  };
}

function twin(day: Day, slot: string, shop: string, minor: bigint): void {
  day.post(slot, {
    minor: -minor,
    description: "PKORTTIMAKSU",
    recipient: { name: shop },
    message: `OSTOPVM ${day.date.toString().slice(2).replaceAll("-", "")} LÄHIMAKSU`,
    archiveId: "none",
    bookedAfterDays: 1,
  });
}

/** Cash from a machine. */
export function cash({ slot, likely }: { slot: string; likely: number }): Theme {
  return (day) => {
    const random = day.random("cash");
    if (!random.chance(likely)) return;
    const place = random.pick(["OTTO. KAMPPI", "OTTO. ITÄKESKUS", "NOSTO PRISMA", "OTTO. RAUTATIEASEMA"]);
    day.post(slot, { minor: -random.minor(2, 6) * 1_000n, description: "AUTOM. NOSTO", recipient: { name: place }, bookedAfterDays: 0 });
  };
}
