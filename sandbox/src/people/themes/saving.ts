import { isDueOn } from "../calendar.ts";
import type { Theme } from "../household.ts";
import { moveBetween, portion, transferOut } from "../payments.ts";

/** Money for the household and for later, moved on the day after pay day. */
export function ownTransfers({ owner, household, savings, order }: { owner: string; household: bigint; savings: bigint; order: string }): Theme {
  return (day) => {
    if (isDueOn(day.date, 26)) {
      moveBetween(day, { from: "current", to: "household", owner, minor: household, message: "TALOUSTILILLE" });
      // A standing order: every execution carries the archive id of the order itself.
      moveBetween(day, { from: "current", to: "savings", owner, minor: savings, message: "SÄÄSTÖÖN", archiveId: order });
    }
    if (isDueOn(day.date, 28)) {
      const spare = day.balance("current") - 380_000n;
      if (spare >= 20_000n) moveBetween(day, { from: "current", to: "savings", owner, minor: (spare / 5_000n) * 5_000n, message: "YLIMÄÄRÄINEN SÄÄSTÖ" });
    }
    if (!day.isBankingDay) return;
    if (day.balance("household") < 20_000n) moveBetween(day, { from: "current", to: "household", owner, minor: 40_000n, message: "LISÄÄ RUOKARAHAA" });
    const missing = 300_000n - day.balance("current");
    if (missing > 140_000n && day.balance("savings") > missing) {
      moveBetween(day, { from: "savings", to: "current", owner, minor: (missing / 5_000n) * 5_000n, message: "SÄÄSTÖISTÄ" });
    }
  };
}

/** Interest at the end of each quarter and the tax the bank takes from it. */
export function interest({ slot, basisPoints }: { slot: string; basisPoints: bigint }): Theme {
  return (day) => {
    if (day.date.month % 3 !== 0 || day.date.day !== day.date.daysInMonth) return;
    const earned = portion(day.balance(slot), basisPoints) / 4n;
    if (earned <= 0n) return;
    day.post(slot, { minor: earned, description: "KORKO", payer: "OP HIEKKALAATIKON OSUUSPANKKI", message: "HYVITYSKORKO" });
    const tax = portion(earned, 3000n);
    if (tax > 0n) day.post(slot, { minor: -tax, description: "LÄHDEVERO", recipient: { name: "VEROHALLINTO" }, message: "LÄHDEVERO 30 %" });
  };
}

/** Units of a fund, bought every month. */
export function fundSaving({ slot, minor }: { slot: string; minor: bigint }): Theme {
  return (day) => {
    if (isDueOn(day.date, 16))
      transferOut(day, slot, { payee: { name: "OP-RAHASTOYHTIÖ OY", bank: "5" }, minor, message: "RAHASTOMERKINTÄ OP-MAAILMA INDEKSI" });
  };
}

/** What was on the accounts when they were opened here. */
export function opening(minors: Readonly<Record<string, bigint>>): Theme {
  return (day) => {
    if (day.index > 0) return;
    for (const [slot, minor] of Object.entries(minors)) {
      day.post(slot, { minor, description: "TILISIIRTO", payer: "EDELLINEN PANKKI OYJ", message: "TILIN SIIRTO, ALKUSALDO", bookedAfterDays: 0 });
    }
  };
}
