import { isDueOn } from "../calendar.ts";
import type { Theme } from "../household.ts";
import { finnishReference } from "../identifiers.ts";
import { payInvoice, portion, transferOut, type Payee } from "../payments.ts";
import { raised } from "./income.ts";

/** Rent with the same reference every month and an index rise in March. */
export function rent({ slot, landlord, minor, digits }: { slot: string; landlord: Payee; minor: bigint; digits: string }): Theme {
  return (day) => {
    if (isDueOn(day.date, 2)) payInvoice(day, slot, { payee: landlord, minor: raised(minor, day, 3, 290n), reference: finnishReference(digits) });
  };
}

/** A housing loan: capital stays, interest follows the reference rate every half year. */
export function mortgage({ slot, capital, loan }: { slot: string; capital: bigint; loan: string }): Theme {
  return (day) => {
    if (!isDueOn(day.date, 5)) return;
    const paid = Math.floor(day.index / 30.4);
    const left = 11_800_000n - capital * BigInt(paid);
    const rates = [395n, 361n, 318n, 274n, 251n] as const;
    const rate = rates[Math.min(rates.length - 1, Math.floor(day.index / 183))] ?? 251n;
    const interest = portion(left, rate) / 12n;
    day.post(slot, {
      minor: -(capital + interest),
      description: "LAINANHOITO",
      recipient: { name: "OP HIEKKALAATIKON OSUUSPANKKI" },
      message: `LAINA ${loan} LYHENNYS ${comma(capital)} KORKO ${comma(interest)}`,
    });
  };
}

/** A monthly instalment that always costs the same, such as a car loan. */
export function instalment({ slot, payee, minor, dueDay, digits }: { slot: string; payee: Payee; minor: bigint; dueDay: number; digits: string }): Theme {
  return (day) => {
    if (isDueOn(day.date, dueDay)) payInvoice(day, slot, { payee, minor, reference: finnishReference(digits) });
  };
}

/** Electricity by season: dear in January, cheap in July. */
export function electricity({ slot, supplier, minor, digits }: { slot: string; supplier: string; minor: bigint; digits: string }): Theme {
  const season = [190n, 175n, 150n, 110n, 80n, 62n, 55n, 58n, 75n, 105n, 140n, 175n] as const;
  return (day) => {
    if (!isDueOn(day.date, 15)) return;
    const base = (minor * (season[day.date.month - 1] ?? 100n)) / 100n;
    const change = day.random("electricity").minor(-350, 350);
    payInvoice(day, slot, {
      payee: { name: supplier, bank: "8" },
      minor: base + change,
      reference: finnishReference(`${digits}${String(day.date.month).padStart(2, "0")}`),
    });
  };
}

/** A bill every so many months, the same until its price changes on a given day of the books. */
export interface Bill {
  readonly name: string;
  readonly minor: bigint;
  readonly dueDay: number;
  readonly digits: string;
  readonly everyMonths?: number;
  readonly change?: { readonly fromDay: number; readonly minor: bigint };
}

export function bills(slot: string, list: readonly Bill[]): Theme {
  return (day) => {
    for (const bill of list) {
      if ((day.date.month - 1) % (bill.everyMonths ?? 1) !== 0 || !isDueOn(day.date, bill.dueDay)) continue;
      const minor = bill.change !== undefined && day.index >= bill.change.fromDay ? bill.change.minor : bill.minor;
      payInvoice(day, slot, { payee: { name: bill.name }, minor, reference: finnishReference(bill.digits) });
    }
  };
}

/** The bank's monthly fee for its services. */
export function bankFee({ slot, minor }: { slot: string; minor: bigint }): Theme {
  return (day) => {
    if (isDueOn(day.date, 8))
      day.post(slot, {
        minor: -minor,
        description: "PALVELUMAKSU",
        recipient: { name: "OP HIEKKALAATIKON OSUUSPANKKI" },
        message: "PALVELUMAKSUT EDELLINEN KK",
      });
  };
}

/** Monthly gifts by standing order. The bank gives every execution the archive id of the order. */
export function monthlyGift({ slot, payee, minor, order }: { slot: string; payee: Payee; minor: bigint; order: string }): Theme {
  return (day) => {
    if (isDueOn(day.date, 10)) transferOut(day, slot, { payee, minor, message: "KUUKAUSILAHJOITUS", archiveId: order });
  };
}

function comma(minor: bigint): string {
  const digits = minor.toString().padStart(3, "0");
  return `${digits.slice(0, -2)},${digits.slice(-2)}`;
}
