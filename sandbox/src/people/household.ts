import { bankingDayFrom, isBankingDay } from "./calendar.ts";
import type { Account, Booking, Card, CardRow, Counterparty, PersonBooks } from "./books.ts";
import { finnishIban } from "./identifiers.ts";
import { seededRandom, stableId, type Random } from "./random.ts";

interface AccountPlan {
  readonly slot: string;
  readonly productName: string;
  readonly owner: string;
  readonly currency?: string;
  /** A fixed IBAN; generated where absent. */
  readonly iban?: string;
  /** Whether purchases by card reserve money here before they are booked. */
  readonly hasCard?: boolean;
}

interface CardPlan {
  readonly slot: string;
  readonly productName: string;
  readonly lastDigits: string;
}

export interface HouseholdPlan {
  readonly psuId: string;
  readonly name: string;
  readonly accounts: readonly AccountPlan[];
  readonly cards: readonly CardPlan[];
}

/** One entry as a theme writes it; the engine adds sequence, archive id and dates. */
interface Entry {
  readonly minor: bigint;
  readonly description: string;
  readonly payer?: string;
  readonly recipient?: Counterparty;
  readonly message?: string | null;
  readonly reference?: string | null;
  /** Days between payment and booking; a purchase by card takes some. */
  readonly bookedAfterDays?: number;
  /** `none` leaves the archive id out, any other text is used as it is. */
  readonly archiveId?: string;
}

interface Charge {
  readonly minor: bigint;
  readonly description: string;
  readonly original?: { readonly minor: bigint; readonly currency: string };
  readonly postedAfterDays?: number;
}

/** One calendar day in the life of a household, as themes see it. */
export interface Day {
  readonly date: Temporal.PlainDate;
  /** Days since the books began. */
  readonly index: number;
  readonly isBankingDay: boolean;
  /** Chance of this person, this day and this theme only, so that no theme disturbs another. */
  random(theme: string): Random;
  /** Balance including purchases that are not booked yet. */
  balance(slot: string): bigint;
  iban(slot: string): string;
  post(slot: string, entry: Entry): void;
  charge(card: string, charge: Charge): void;
  /** What was charged to a card in a calendar month, as a negative amount. */
  charged(card: string, month: Temporal.PlainYearMonth): bigint;
}

export type Theme = (day: Day) => void;

export interface HouseholdInput {
  readonly seed: string;
  readonly begins: Temporal.PlainDate;
  readonly today: Temporal.PlainDate;
  readonly plan: HouseholdPlan;
  readonly themes: readonly Theme[];
}

/**
 * Lives through every day from the first to `today`. What happens on a day depends on the seed and on earlier days
 * only, so books that run to a later day begin with exactly the same entries.
 */
export function generateHousehold({ seed, begins, today, plan, themes }: HouseholdInput): PersonBooks {
  const key = `${seed} ${plan.psuId}`;
  const accounts = new Map(plan.accounts.map((account) => [account.slot, openAccount(key, account)]));
  const cards = new Map(plan.cards.map((card) => [card.slot, openCard(key, card)]));
  const account = (slot: string): OpenAccount => mustHave(accounts, slot);
  const card = (slot: string): OpenCard => mustHave(cards, slot);

  for (let date = begins, index = 0; Temporal.PlainDate.compare(date, today) <= 0; date = date.add({ days: 1 }), index += 1) {
    const day: Day = {
      date,
      index,
      isBankingDay: isBankingDay(date),
      random: (theme) => seededRandom(`${key} ${theme} ${date.toString()}`),
      balance: (slot) => account(slot).balance,
      iban: (slot) => account(slot).iban,
      post: (slot, entry) => account(slot).post(date, entry),
      charge: (slot, charge) => card(slot).charge(date, charge),
      charged: (slot, month) => card(slot).charged(month),
    };
    for (const theme of themes) theme(day);
  }
  return {
    psuId: plan.psuId,
    name: plan.name,
    begins: begins.toString(),
    accounts: [...accounts.values()].map((open) => open.close(today)),
    cards: [...cards.values()].map((open) => open.close(today)),
  };
}

interface OpenAccount {
  readonly iban: string;
  readonly balance: bigint;
  post(date: Temporal.PlainDate, entry: Entry): void;
  close(today: Temporal.PlainDate): Account;
}

function openAccount(key: string, plan: AccountPlan): OpenAccount {
  const label = `${key} ${plan.slot}`;
  const iban = plan.iban ?? finnishIban(label);
  const entries: Booking[] = [];
  let balance = 0n;
  return {
    iban,
    get balance() {
      return balance;
    },
    post(date, entry) {
      balance += entry.minor;
      entries.push(bookingOf(entry, date, entries.length + 1, label));
    },
    close(today) {
      const booked = entries.filter((entry) => entry.bookingDate <= today.toString());
      const ahead = entries.filter((entry) => entry.bookingDate > today.toString() && entry.amountMinor < 0n);
      return {
        accountId: stableId(`account ${label}`, 24),
        productName: plan.productName,
        iban,
        owner: plan.owner,
        currency: plan.currency ?? "EUR",
        reservedMinor: plan.hasCard === true ? ahead.reduce((sum, entry) => sum - entry.amountMinor, 0n) : undefined,
        bookings: booked.toSorted(byBookingDate),
      };
    },
  };
}

function bookingOf(entry: Entry, date: Temporal.PlainDate, sequence: number, label: string): Booking {
  const bookingDate = bankingDayFrom(date.add({ days: entry.bookedAfterDays ?? 0 })).toString();
  const archiveId = entry.archiveId ?? `${bookingDate.slice(2).replaceAll("-", "")}5UPH${stableId(`${label} ${sequence}`, 8).toUpperCase()}`;
  return {
    sequence,
    archiveId: archiveId === "none" ? undefined : archiveId,
    amountMinor: entry.minor,
    bookingDate,
    valueDate: entry.bookedAfterDays === undefined ? bookingDate : date.toString(),
    paymentDate: entry.bookedAfterDays === undefined ? undefined : date.toString(),
    message: entry.message,
    reference: entry.reference,
    payerName: entry.payer,
    recipient: entry.recipient,
    description: entry.description,
  };
}

function byBookingDate(a: Booking, b: Booking): number {
  return a.bookingDate === b.bookingDate ? a.sequence - b.sequence : a.bookingDate < b.bookingDate ? -1 : 1;
}

interface OpenCard {
  charge(date: Temporal.PlainDate, charge: Charge): void;
  charged(month: Temporal.PlainYearMonth): bigint;
  close(today: Temporal.PlainDate): Card;
}

function openCard(key: string, plan: CardPlan): OpenCard {
  const rows: CardRow[] = [];
  const byMonth = new Map<string, bigint>();
  return {
    charge(date, charge) {
      const month = date.toPlainYearMonth().toString();
      if (charge.minor < 0n) byMonth.set(month, (byMonth.get(month) ?? 0n) + charge.minor);
      rows.push({
        sequence: rows.length + 1,
        description: charge.description,
        amountMinor: charge.minor,
        originalMinor: charge.original?.minor,
        originalCurrency: charge.original?.currency,
        postingDate: bankingDayFrom(date.add({ days: charge.postedAfterDays ?? 1 })).toString(),
      });
    },
    charged: (month) => byMonth.get(month.toString()) ?? 0n,
    close: (today) => ({
      cardId: stableId(`card ${key} ${plan.slot}`, 24),
      productName: plan.productName,
      cardNumber: `5444 **** **** ${plan.lastDigits}`,
      currency: "EUR",
      rows: rows
        .filter((row) => row.postingDate <= today.toString())
        .toSorted((a, b) => (a.postingDate === b.postingDate ? a.sequence - b.sequence : a.postingDate < b.postingDate ? -1 : 1)),
    }),
  };
}

function mustHave<T>(map: ReadonlyMap<string, T>, slot: string): T {
  const found = map.get(slot);
  if (found === undefined) throw new TypeError(`the plan of this household has no ${slot}`);
  return found;
}
