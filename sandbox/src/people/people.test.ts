import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalText, minorFrom, sumMinor, type Booking, type PersonBooks } from "./books.ts";
import { bankingDayFrom, bankingDayUntil, easterSunday, isBankingDay } from "./calendar.ts";
import { secondBank } from "./households/second-bank.ts";
import { bicOf, finnishIban, finnishReference, isFinnishIban } from "./identifiers.ts";
import { generateLoadPerson } from "./load.ts";
import { residents } from "./residents.ts";

const today = Temporal.PlainDate.from("2026-11-20");
const begins = today.subtract({ days: 729 });
const seed = "one-point-ledger";
const everybody = residents.map((resident) => resident.generate({ seed, begins, today }));
const [aino, eetu] = everybody as [PersonBooks, PersonBooks];
const rowsOf = (person: PersonBooks): Booking[] => person.accounts.flatMap((account) => account.bookings);

describe("a second bank", () => {
  const customers = [
    { psuId: "77777771", prefix: "71", bic: "HALLFIHH" },
    { psuId: "77777772", prefix: "71", bic: "HALLFIHH" },
    { psuId: "66666661", prefix: "72", bic: "KASTFIHH" },
    { psuId: "66666662", prefix: "72", bic: "KASTFIHH" },
    { psuId: "55555551", prefix: "73", bic: "ROUTFIHH" },
    { psuId: "55555552", prefix: "73", bic: "ROUTFIHH" },
  ];

  it("gives each of its customers accounts of their own, with a history, never below zero", () => {
    const accounts = customers.flatMap(({ psuId, prefix, bic }) => {
      const person = secondBank({ psuId, name: "Aino", prefix }).generate({ seed, begins, today });
      for (const { iban, bookings } of person.accounts) {
        expect(isFinnishIban(iban)).toBe(true);
        expect(bicOf(iban)).toBe(bic);
        let balance = 0n;
        for (const row of bookings) {
          balance += row.amountMinor;
          expect(balance, `${psuId} on ${row.bookingDate}`).toBeGreaterThanOrEqual(0n);
        }
      }
      expect(rowsOf(person).length).toBeGreaterThan(200);
      return person.accounts;
    });
    expect(new Set(accounts.map(({ iban }) => iban)).size).toBe(12);
    expect(new Set(accounts.map(({ accountId }) => accountId)).size).toBe(12);
  });
});

describe("the households", () => {
  it("have 24 months of history each and more than 5,000 account transactions together", () => {
    for (const person of [aino, eetu]) {
      const days = rowsOf(person)
        .map((row) => row.bookingDate)
        .toSorted();
      expect(days[0] ?? "").toMatch(/^2024-11-2/);
      expect(days.at(-1)).toBe("2026-11-20");
    }
    expect(rowsOf(aino).length + rowsOf(eetu).length).toBeGreaterThanOrEqual(5000);
  });

  it("are the same for the same seed, and different for another", () => {
    const again = residents[0]?.generate({ seed, begins, today });
    expect(again).toEqual(aino);
    const other = residents[0]?.generate({ seed: "another", begins, today });
    expect(other?.accounts[1]?.bookings).not.toEqual(aino.accounts[1]?.bookings);
  });

  it("only grow: books that run to a later day begin with the same entries", () => {
    for (const resident of residents.slice(0, 2)) {
      const earlier = resident.generate({ seed, begins, today: today.subtract({ days: 3 }) });
      const later = resident.generate({ seed, begins, today });
      for (const [index, account] of earlier.accounts.entries()) {
        expect(later.accounts[index]?.bookings.slice(0, account.bookings.length)).toEqual(account.bookings);
      }
      for (const [index, card] of earlier.cards.entries()) expect(later.cards[index]?.rows.slice(0, card.rows.length)).toEqual(card.rows);
    }
  });

  it("book nothing in the future and nothing on days when banks are closed", () => {
    for (const row of [aino, eetu].flatMap(rowsOf)) {
      expect(row.bookingDate <= today.toString()).toBe(true);
      expect(isBankingDay(Temporal.PlainDate.from(row.bookingDate))).toBe(true);
    }
  });

  it("never run an account below zero", () => {
    for (const account of [aino, eetu].flatMap((person) => person.accounts)) {
      let balance = 0n;
      for (const row of account.bookings) {
        balance += row.amountMinor;
        expect(balance, `${account.productName} on ${row.bookingDate}`).toBeGreaterThanOrEqual(0n);
      }
    }
  });

  it.each([
    ["salary", /PALKKA/],
    ["rent or loan", /HIEKKALAATIKONKUJA|LYHENNYS/],
    ["groceries", /PRISMA|LIDL|S-MARKET/],
    ["own transfers", /SÄÄSTÖÖN/],
    ["benefits or taxes", /LAPSILISÄ|JÄÄNNÖSVERO/],
    ["friends", /MOBIILIMAKSU/],
    ["bank fee", /PALVELUMAKSU/],
  ])("know %s", (_what, pattern) => {
    for (const person of [aino, eetu]) {
      expect(rowsOf(person).some((row) => pattern.test(`${row.description} ${row.message ?? ""} ${row.payerName ?? ""} ${row.recipient?.name ?? ""}`))).toBe(
        true,
      );
    }
  });

  it("pay standing orders whose archive id repeats, and bills whose reference repeats", () => {
    for (const person of [aino, eetu]) {
      const rows = rowsOf(person);
      expect(Math.max(...repeats(rows.map((row) => row.archiveId)))).toBeGreaterThanOrEqual(20);
      expect(Math.max(...repeats(rows.map((row) => row.reference ?? undefined)))).toBeGreaterThanOrEqual(20);
    }
  });

  it("buy true twins: two rows of one day that nothing tells apart", () => {
    for (const person of [aino, eetu]) {
      for (const rows of [rowsOf(person), person.cards.flatMap((card) => card.rows)]) {
        const texts = rows.map((row) =>
          JSON.stringify({ ...row, sequence: 0 }, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
        );
        expect(Math.max(...repeats(texts))).toBeGreaterThanOrEqual(2);
      }
    }
  });

  it("have rows without archive id, negative corrections, 40-character names and Finnish letters", () => {
    for (const person of [aino, eetu]) {
      const rows = rowsOf(person);
      expect(rows.filter((row) => row.archiveId === undefined).length).toBeGreaterThan(50);
      expect(rows.some((row) => row.description === "OIKAISU" && row.amountMinor < 0n)).toBe(true);
      expect(rows.some((row) => (row.recipient?.name.length ?? 0) === 40)).toBe(true);
      expect(rows.some((row) => /[ÄÖäö]/.test(row.recipient?.name ?? ""))).toBe(true);
    }
  });

  it("change the price of a subscription once", () => {
    for (const person of [aino, eetu]) {
      const spotify = person.cards.flatMap((card) => card.rows).filter((row) => row.description === "SPOTIFY AB");
      expect(new Set(spotify.map((row) => row.amountMinor))).toEqual(new Set([-1099n, -1299n]));
    }
  });

  it("pay abroad by card, in currencies with and without decimals", () => {
    const currencies = new Set([aino, eetu].flatMap((person) => person.cards.flatMap((card) => card.rows.map((row) => row.originalCurrency))));
    for (const currency of ["SEK", "GBP", "USD", "NOK", "JPY"]) expect(currencies).toContain(currency);
  });

  it("move money between own accounts so that both sides fit", () => {
    const out = aino.accounts[0]?.bookings.filter((row) => row.message === "SÄÄSTÖÖN") ?? [];
    const back = aino.accounts[2]?.bookings.filter((row) => row.message === "SÄÄSTÖÖN") ?? [];
    expect(out.map((row) => [row.bookingDate, -row.amountMinor])).toEqual(back.map((row) => [row.bookingDate, row.amountMinor]));
    expect(out[0]?.recipient?.identifier).toBe(aino.accounts[2]?.iban);
  });

  it("have valid Finnish account numbers, each its own", () => {
    const ibans = everybody.flatMap((person) => person.accounts.map((account) => account.iban));
    expect(ibans.every(isFinnishIban)).toBe(true);
    expect(new Set(ibans).size).toBe(ibans.length);
    for (const row of rowsOf(aino)) if (row.recipient?.identifier !== undefined) expect(isFinnishIban(row.recipient.identifier)).toBe(true);
  });
});

describe("people made for load", () => {
  it.each([0, 1, 50, 3000, 12_000])("have exactly %i transactions", (count) => {
    const person = generateLoadPerson({ seed, psuId: `load-7-${count}`, name: "Kuorma", count, begins, today });
    expect(rowsOf(person)).toHaveLength(count);
    for (const account of person.accounts) {
      expect(account.bookings).toEqual(
        account.bookings.toSorted((a, b) => (a.bookingDate === b.bookingDate ? a.sequence - b.sequence : a.bookingDate < b.bookingDate ? -1 : 1)),
      );
    }
  });
});

describe("people made for load on a number of accounts", () => {
  it.each([
    [12_000, undefined, [3000, 3000, 3000, 3000]],
    [252, 5, [52, 50, 50, 50, 50]],
    [252, undefined, [252]],
  ])("have %i transactions on %s", (count, accounts, rows) => {
    const person = generateLoadPerson({ seed, psuId: "load-8", name: "Kuorma", count, accounts, begins, today });
    expect(person.accounts.map(({ bookings }) => bookings.length)).toEqual(rows);
  });
});

describe("the calendar", () => {
  it("knows Easter, midsummer, weekends and the eves", () => {
    expect([2024, 2025, 2026, 2027].map((year) => easterSunday(year).toString())).toEqual(["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28"]);
    for (const closed of ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-14", "2026-06-19", "2026-12-24", "2026-11-21"]) {
      expect(isBankingDay(Temporal.PlainDate.from(closed)), closed).toBe(false);
    }
    expect(bankingDayFrom(Temporal.PlainDate.from("2026-12-24")).toString()).toBe("2026-12-28");
    expect(bankingDayUntil(Temporal.PlainDate.from("2026-12-27")).toString()).toBe("2026-12-23");
  });
});

describe("identifiers and amounts", () => {
  it("makes valid IBANs from any label, and tells invalid ones", () => {
    fc.assert(fc.property(fc.string(), (label) => isFinnishIban(finnishIban(label))));
    expect(isFinnishIban("FI2112345600000785")).toBe(true);
    expect(isFinnishIban("FI2112345600000786")).toBe(false);
  });

  it("adds the check digit of references and pads them to twenty", () => {
    expect(finnishReference("123456")).toBe("00000000000001234561");
  });

  it("writes and reads amounts without losing one", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), fc.constantFrom("EUR", "JPY", "SEK"), (minor, currency) => {
        expect(minorFrom(decimalText(minor, currency), currency)).toBe(minor);
      }),
    );
    expect(["1,5", "1.005", "1e3", "", "+1", ".5"].map((text) => minorFrom(text, "EUR"))).toEqual(Array.from({ length: 6 }, () => undefined));
    expect(decimalText(sumMinor([{ amountMinor: -5n }, { amountMinor: 3n }]), "EUR")).toBe("-0.02");
  });
});

/** How often each text occurs. */
function repeats(texts: readonly (string | undefined)[]): number[] {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== undefined && !/^0*$/.test(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts.values()];
}
