import { generateHousehold, type HouseholdPlan, type Theme } from "../household.ts";
import { finnishIban } from "../identifiers.ts";
import { shops } from "../merchants.ts";
import type { Resident } from "../residents.ts";
import { bankFee, bills } from "../themes/home.ts";
import { salary } from "../themes/income.ts";
import { friends } from "../themes/people-around.ts";
import { fundSaving, interest, opening } from "../themes/saving.ts";
import { purchases, twins } from "../themes/shopping.ts";

/** What somebody keeps at a bank beside the first one: pay for side work, leisure, savings. `prefix` begins the account numbers of that bank. */
export function secondBank({ psuId, name, prefix }: { psuId: string; name: string; prefix: string }): Resident {
  const iban = (slot: string): string => finnishIban(`${psuId} ${slot}`, prefix);
  const plan: HouseholdPlan = {
    psuId,
    name,
    accounts: [
      { slot: "current", productName: "Käyttötili", owner: name, iban: iban("current"), hasCard: true },
      { slot: "savings", productName: "Säästötili", owner: name, iban: iban("savings") },
    ],
    cards: [],
  };
  return {
    psuId,
    name,
    note: { en: "A second bank: side work, leisure and savings, two accounts", fi: "Toinen pankki: sivutyö, vapaa-aika ja säästöt, kaksi tiliä" },
    generate: (input) => generateHousehold({ ...input, plan, themes }),
  };
}

const themes: readonly Theme[] = [
  opening({ current: 84_000n, savings: 455_000n }),
  salary({ slot: "current", employer: "SIVUTYÖ KUVITTEELLINEN OY", day: 15, minor: 78_500n }),
  interest({ slot: "savings", basisPoints: 150n }),
  fundSaving({ slot: "savings", minor: 5_000n }),
  bankFee({ slot: "current", minor: 290n }),
  bills("current", [{ name: "TELIA FINLAND OYJ", minor: 2_190n, dueDay: 12, digits: "20118844" }]),
  friends({ slot: "current", names: ["KUUTTI KUVITTEELLINEN", "SEPPO SEPITTEINEN", "ÅSA PÅHITT"], likely: 0.08 }),
  purchases({ theme: "second coffee", slot: "current", shops: shops.coffee, week: [0.2, 0.2, 0.2, 0.2, 0.3, 0.2, 0.1] }),
  purchases({ theme: "second culture", slot: "current", shops: shops.books, week: [0.04, 0.04, 0.06, 0.06, 0.1, 0.2, 0.1] }),
  twins({ slot: "current", shop: "HSL MOBIILI", minor: 320n, everyDays: 23, offset: 7 }),
];
