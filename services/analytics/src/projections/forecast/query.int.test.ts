import { newId } from "@opl/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDays, addMonths } from "../../domain/calendar.ts";
import { type Harness, startHarness } from "../../testing/harness.ts";
import { type EntryPlan, LedgerModel } from "../../testing/ledger-model.ts";

let stage: Harness;
beforeAll(async () => {
  stage = await startHarness();
});
afterAll(() => stage[Symbol.asyncDispose]());

const today = "2026-11-22";
const asOf = `${today}T06:00:00Z`;
const ibans = { current: "FI2112345600000785", savings: "FI1410093000123458" };
const ownerName = "Aino Testinen";
const monthly = (label: string, day: string, minor: bigint, plan: Partial<EntryPlan>): EntryPlan[] =>
  Array.from({ length: 12 }, (_, index) => ({ label: `${label} ${index}`, minor, date: `${addMonths("2025-12", index)}-${day}`, ...plan })).filter(
    ({ date }) => date <= today,
  );
const amounts = (
  days: readonly { readonly date: string; readonly low: { amount: string }; readonly expected: { amount: string }; readonly high: { amount: string } }[],
  date: string,
) => {
  const day = days.find((each) => each.date === date);
  return [day?.low.amount, day?.expected.amount, day?.high.amount];
};

/** Pay on the 15th, rent on the 2nd, and lunch for ten every day, over a year, on an account with 1,000.00; last read on a day. */
function yearOf(psuId: string, accountId: string, ledger: LedgerModel, lastRead = today): void {
  ledger.account(psuId, accountId, { iban: ibans.current, ownerName });
  const year = [
    ...monthly(`${accountId} pay`, "15", 250_000n, { name: "TEHDAS OY", code: "PALKKA" }),
    ...monthly(`${accountId} rent`, "02", -80_000n, { name: "ASUNTO OY KALLIO", text: "Vuokra" }),
    ...Array.from({ length: 366 }, (_, index) => ({ label: `${accountId} lunch ${index}`, minor: -1000n, date: addDays(today, -index), name: "LOUNAS" })),
  ];
  ledger.record(
    accountId,
    year.filter(({ date }) => date <= lastRead),
  );
  ledger.balance(accountId, "interimBooked", 100_000n, `${lastRead}T06:00:00Z`);
}

async function told(tell: (psuId: string, ledger: LedgerModel) => void): Promise<string> {
  const [psuId, ledger] = [newId(), new LedgerModel()];
  tell(psuId, ledger);
  await stage.deliver(ledger.facts);
  await stage.settle();
  return psuId;
}

describe("the balance ahead", () => {
  it("is the balance with what is due on its days, and with what is spent beside that", async () => {
    const accountId = newId();
    const psuId = await told((person, ledger) => yearOf(person, accountId, ledger));
    const { recurring } = await stage.recurring(psuId);
    const idOf = (name: string) => recurring.find(({ counterpartyName }) => counterpartyName === name)?.recurringId;
    const [euros, ...others] = (await stage.forecast(psuId, 30)).currencies;
    expect(others).toEqual([]);
    expect(euros).toMatchObject({ currency: "EUR", knownUntil: today, balance: { amount: "1000.00", currency: "EUR" }, knownDays: 365, neededDays: 90 });
    expect(euros?.days).toHaveLength(31);
    expect(amounts(euros?.days ?? [], today)).toEqual(["1000.00", "1000.00", "1000.00"]);
    expect(amounts(euros?.days ?? [], "2026-12-01")).toEqual(["910.00", "910.00", "910.00"]);
    expect(amounts(euros?.days ?? [], "2026-12-02")[1]).toBe("100.00");
    expect(amounts(euros?.days ?? [], "2026-12-22")[1]).toBe("2400.00");
    expect(euros?.due.map(({ recurringId, date, amount }) => [recurringId, date, amount.amount])).toEqual([
      [idOf("Asunto Oy Kallio"), "2026-12-02", "-800.00"],
      [idOf("Tehdas"), "2026-12-15", "2500.00"],
    ]);
    expect((await stage.forecast(psuId, 90)).currencies[0]?.days).toHaveLength(91);
  });

  it("counts the accounts that net worth counts: of a card without a balance neither entries nor series, own transfers nothing", async () => {
    const [current, savings, card] = [newId(), newId(), newId()];
    const plain = await told((person, ledger) => yearOf(person, current, ledger));
    const alone = await stage.forecast(plain, 30);
    const again = newId();
    const psuId = await told((person, ledger) => {
      yearOf(person, again, ledger);
      ledger.account(person, savings, { kind: "savings", iban: ibans.savings, ownerName });
      ledger.account(person, card, { kind: "card" });
      ledger.record(card, monthly(`${card} card`, "11", -1399n, { name: "NETFLIX.COM" }));
      ledger.record(again, monthly(`${again} out`, "20", -5000n, { name: ownerName, iban: ibans.savings }));
      ledger.record(savings, monthly(`${savings} in`, "20", 5000n, { name: ownerName, iban: ibans.current }));
      ledger.balance(savings, "interimBooked", 60_000n, asOf);
    });
    const both = await stage.forecast(psuId, 30);
    expect(both.currencies[0]?.balance.amount).toBe("1600.00");
    expect(both.currencies[0]?.due.map(({ date, amount }) => [date, amount.amount])).toEqual(
      alone.currencies[0]?.due.map(({ date, amount }) => [date, amount.amount]),
    );
    expect(amounts(both.currencies[0]?.days ?? [], "2026-12-22")[1]).toBe("3000.00");
  });

  it("says since when the past is known while that is too little, and keeps currencies apart", async () => {
    const [young, kronor] = [newId(), newId()];
    const psuId = await told((person, ledger) => {
      yearOf(person, newId(), ledger);
      ledger.account(person, young);
      ledger.record(young, [{ label: `${young} first`, minor: -500n, date: addDays(today, -40), name: "KIOSKI" }]);
      ledger.balance(young, "interimBooked", 7000n, asOf);
      ledger.account(person, kronor, { currency: "SEK" });
      ledger.balance(kronor, "interimBooked", 100n, asOf, "SEK");
    });
    expect((await stage.forecast(psuId, 30)).currencies).toEqual([
      {
        currency: "EUR",
        knownUntil: today,
        balance: { amount: "1070.00", currency: "EUR" },
        knownSince: "2026-10-13",
        knownDays: 40,
        neededDays: 90,
        days: [],
        due: [],
      },
      { currency: "SEK", knownUntil: today, balance: { amount: "1.00", currency: "SEK" }, knownSince: null, knownDays: 0, neededDays: 90, days: [], due: [] },
    ]);
    expect(await stage.forecast(newId(), 30)).toEqual({ currencies: [] });
  });

  it("an account that began with nothing does not shorten what is known", async () => {
    const [opened, current] = [newId(), newId()];
    const psuId = await told((person, ledger) => {
      yearOf(person, current, ledger);
      ledger.account(person, opened);
      ledger.record(opened, [{ label: `${opened} first`, minor: 5000n, date: addDays(today, -40), name: "ALKU" }]);
      ledger.balance(opened, "interimBooked", 5000n, asOf);
    });
    expect((await stage.forecast(psuId, 30)).currencies[0]).toMatchObject({ knownDays: 365, balance: { amount: "1050.00" } });
  });

  it("of accounts last read three days ago begins there, and has today in its band", async () => {
    const psuId = await told((person, ledger) => yearOf(person, newId(), ledger, "2026-11-19"));
    const [euros] = (await stage.forecast(psuId, 30)).currencies;
    expect(euros).toMatchObject({ knownUntil: "2026-11-19", balance: { amount: "1000.00" } });
    expect(euros?.days).toHaveLength(34);
    expect(amounts(euros?.days ?? [], "2026-11-19")).toEqual(["1000.00", "1000.00", "1000.00"]);
    expect(amounts(euros?.days ?? [], today)).toEqual(["970.00", "970.00", "970.00"]);
    expect(euros?.due.map(({ date }) => date)).toEqual(["2026-12-02", "2026-12-15"]);
    expect(euros?.days.at(-1)?.date).toBe("2026-12-22");
  });

  it("of accounts of different age is that of the day up to which all are known, as net worth says it", async () => {
    const kronor = newId();
    const psuId = await told((person, ledger) => {
      yearOf(person, newId(), ledger);
      yearOf(person, newId(), ledger, "2026-11-14");
      ledger.account(person, kronor, { currency: "SEK" });
      ledger.balance(kronor, "interimBooked", 100n, asOf, "SEK");
    });
    // One more day, and it was too long ago.
    expect((await stage.forecast(psuId, 30)).currencies[0]).toMatchObject({ knownUntil: "2026-11-14", days: [], due: [] });
    expect((await stage.forecast(psuId, 30)).currencies[1]).toMatchObject({ currency: "SEK", knownUntil: today });

    const nearer = await told((person, ledger) => {
      yearOf(person, newId(), ledger);
      yearOf(person, newId(), ledger, "2026-11-15");
    });
    const [euros] = (await stage.forecast(nearer, 30)).currencies;
    const [worth] = (await stage.netWorth(nearer, "2026-11-15", "2026-11-15")).currencies;
    // Lunch since then is in the first one's balance of today, not in that of the 15th.
    expect(euros).toMatchObject({ knownUntil: "2026-11-15", balance: { amount: "2070.00" } });
    expect(worth?.days).toEqual([{ date: "2026-11-15", amount: euros?.balance }]);
    expect(amounts(euros?.days ?? [], "2026-11-15")[1]).toBe("2070.00");
    expect(new Set(euros?.due.map(({ recurringId, date }) => `${recurringId} ${date}`)).size).toBe(euros?.due.length);
  });

  it("says how far accounts are known, and nothing ahead, once they were not read for months", async () => {
    const psuId = await told((person, ledger) => yearOf(person, newId(), ledger, "2026-09-20"));
    const [euros] = (await stage.forecast(psuId, 90)).currencies;
    expect(euros).toMatchObject({ knownUntil: "2026-09-20", balance: { amount: "1000.00" }, days: [], due: [] });
    expect(euros?.knownDays).toBeGreaterThan(euros?.neededDays ?? 0);
  });
});
