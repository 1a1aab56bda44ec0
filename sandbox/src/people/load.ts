import { bankingDayFrom } from "./calendar.ts";
import type { Account, Booking, PersonBooks } from "./books.ts";
import { bicOf, finnishIban } from "./identifiers.ts";
import { seededRandom, stableId, type Random } from "./random.ts";

/** People made for measurements: `count` transactions in all, evenly spread over their history. */
export interface LoadInput {
  readonly seed: string;
  readonly psuId: string;
  readonly name: string;
  readonly count: number;
  /** How many accounts they are on; by default as few as hold them. */
  readonly accounts?: number | undefined;
  readonly begins: Temporal.PlainDate;
  readonly today: Temporal.PlainDate;
}

const rowsPerAccount = 3000;
const products = ["Käyttötili", "Taloustili", "Säästötili", "Tuottotili", "Matkatili"] as const;
/** Unless more are asked for. */
const mostByItself = 4;
const shops: readonly [string, ...string[]] = [
  "PRISMA TRIPLA HELSINKI",
  "K-MARKET KAMPPI",
  "S-MARKET SÖRNÄINEN",
  "LIDL HERTTONIEMI",
  "ALEPA KALLIO",
  "R-KIOSKI RAUTATIEASEMA",
  "HSL MOBIILILIPPU",
  "NESTE K ÄÄNEKOSKI",
  "YLIOPISTON APTEEKKI",
  "VERKKOKAUPPA.COM OYJ",
];

/** Several accounts, so that they can be read side by side. */
export function generateLoadPerson(input: LoadInput): PersonBooks {
  const wanted = input.accounts ?? Math.min(mostByItself, Math.ceil(input.count / rowsPerAccount));
  const accountCount = Math.max(1, Math.min(products.length, wanted));
  const share = Math.floor(input.count / accountCount);
  const accounts = products.slice(0, accountCount).map((productName, index) => {
    const rows = index === 0 ? input.count - share * (accountCount - 1) : share;
    return generateAccount(input, productName, rows);
  });
  return { psuId: input.psuId, name: input.name, begins: input.begins.toString(), accounts, cards: [] };
}

function generateAccount(input: LoadInput, productName: string, rows: number): Account {
  const label = `${input.seed} ${input.psuId} ${productName}`;
  const random = seededRandom(label);
  const days = input.today.since(input.begins).days;
  const calendar = bookableDays(input.begins, input.today);
  const bookings: Booking[] = [];
  for (let row = 0; row < rows; row += 1) {
    const bookingDate = calendar[Math.floor((row * (days + 1)) / Math.max(1, rows))] ?? input.today.toString();
    bookings.push(bookingOf(random, row, bookingDate, label));
  }
  return {
    accountId: stableId(`account ${label}`, 24),
    productName,
    iban: finnishIban(label),
    owner: input.name,
    currency: "EUR",
    bookings,
  };
}

/** For each calendar day the day on which the bank books, never after `today`. */
function bookableDays(begins: Temporal.PlainDate, today: Temporal.PlainDate): string[] {
  const dates: string[] = [];
  for (let date = begins; Temporal.PlainDate.compare(date, today) <= 0; date = date.add({ days: 1 })) {
    const booked = bankingDayFrom(date);
    dates.push((Temporal.PlainDate.compare(booked, today) > 0 ? today : booked).toString());
  }
  return dates;
}

function bookingOf(random: Random, row: number, bookingDate: string, label: string): Booking {
  const id = `${bookingDate.slice(2).replaceAll("-", "")}5UPH${stableId(`${label} ${row}`, 8).toUpperCase()}`;
  const dates = { sequence: row + 1, archiveId: id, bookingDate, valueDate: bookingDate };
  // The first entry brings enough for all the others, so that no balance ends below zero.
  if (row === 0) return { ...dates, amountMinor: 25_000_000n, description: "TILISIIRTO", payerName: "EDELLINEN PANKKI OYJ", message: "ALKUSALDO" };
  if (row % 60 === 30) {
    return { ...dates, amountMinor: random.minor(180_000, 260_000), description: "PALKKA", payerName: "KUORMATEHDAS OY", message: "PALKKA" };
  }
  const name = random.pick(shops);
  const iban = finnishIban(name, "2");
  return {
    ...dates,
    amountMinor: -random.minor(120, 9_900),
    paymentDate: bookingDate,
    description: "PKORTTIMAKSU",
    recipient: { name, identifier: iban, servicer: bicOf(iban) },
    message: `OSTOPVM ${bookingDate.slice(2).replaceAll("-", "")}`,
  };
}
