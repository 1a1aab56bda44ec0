import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { errors } from "../errors.ts";
import { makeFolderFor, readFileIfPresent, writeFileAtomic } from "../state/atomic-file.ts";
import { openJournal } from "../state/journal.ts";
import { type Account, type Booking, type PersonBooks } from "./books.ts";
import { generateLoadPerson } from "./load.ts";
import type { Resident } from "./residents.ts";

/** The customers of the bank and what is on their accounts, always up to the bank's today. */
export interface People {
  /** The residents a person can log in as, without those made for load. */
  readonly residents: readonly { readonly psuId: string; readonly name: string; readonly note: Resident["note"] }[];
  find(psuId: string): PersonBooks | undefined;
  /** Whether any known person has this account or card, no matter who asks. */
  exists(id: string): boolean;
  /** Books something new, so that a later reading sees it. */
  add(psuId: string, accountId: string, booking: NewBooking): Booking;
  close(): void;
}

type NewBooking = Omit<Booking, "sequence">;

/** Days of history that every person has on the first day of a state folder. */
const historyDays = 730;
/** Rows of generated people kept in memory before the ones unused longest are dropped. */
const memoryRows = 600_000;
/** Bookings added by hand come after all generated ones of their day. */
const firstAddedSequence = 1_000_000_000;

const addedSchema = z.object({
  psuId: z.string(),
  accountId: z.string(),
  sequence: z.number(),
  amountMinor: z.string(),
  booking: z.looseObject({ bookingDate: z.string(), valueDate: z.string(), description: z.string() }),
});
type Added = z.infer<typeof addedSchema>;

const loadPsu = /^load-(\d{1,6})-(\d{1,6})(?:-([1-5]))?$/;

export function openPeople({ folder, seed, clock, residents }: { folder: string; seed: string; clock: Clock; residents: readonly Resident[] }): People {
  const begins = firstDay(join(folder, "begins.json"), seed, clock);
  const added = openJournal<Added>(join(folder, "added-bookings.jsonl"), addedSchema);
  const cache = new Map<string, { today: string; books: PersonBooks }>();
  const owned = new Set<string>();

  function generated(psuId: string, today: Temporal.PlainDate): PersonBooks | undefined {
    const resident = residents.find((each) => each.psuId === psuId);
    if (resident !== undefined) return resident.generate({ seed, begins, today });
    const load = loadPsu.exec(psuId);
    if (load === null) return undefined;
    const [, number, count = "0", accounts] = load;
    return generateLoadPerson({
      seed,
      psuId,
      name: `Kuorma Koehenkilö ${number ?? ""}`,
      count: Number.parseInt(count, 10),
      accounts: accounts === undefined ? undefined : Number.parseInt(accounts, 10),
      begins,
      today,
    });
  }

  function find(psuId: string): PersonBooks | undefined {
    const today = clock.today();
    if (Temporal.PlainDate.compare(today, begins) < 0) throw errors.ERR_SANDBOX_PEOPLE_START();
    const cached = cache.get(psuId);
    if (cached?.today === today.toString()) {
      cache.delete(psuId);
      cache.set(psuId, cached);
      return cached.books;
    }
    const bare = generated(psuId, today);
    if (bare === undefined) return undefined;
    const books = withAdded(bare, added.values());
    cache.set(psuId, { today: today.toString(), books });
    for (const each of [...books.accounts.map((account) => account.accountId), ...books.cards.map((card) => card.cardId)]) owned.add(each);
    forget(cache);
    return books;
  }

  return {
    residents: residents.map(({ psuId, name, note }) => ({ psuId, name, note })),
    find,
    exists(id) {
      if (owned.has(id)) return true;
      for (const { psuId } of residents) find(psuId);
      return owned.has(id);
    },
    add(psuId, accountId, booking) {
      const person = find(psuId);
      if (person === undefined) throw errors.ERR_SANDBOX_PSU_UNKNOWN();
      if (!person.accounts.some((account) => account.accountId === accountId)) throw errors.ERR_SANDBOX_ACCOUNT_UNKNOWN();
      const sequence = firstAddedSequence + added.size;
      const { amountMinor, ...rest } = booking;
      added.put(String(sequence), { psuId, accountId, sequence, amountMinor: amountMinor.toString(), booking: rest });
      cache.delete(psuId);
      return { ...booking, sequence };
    },
    close: () => added.close(),
  };
}

/** The books of one state folder always begin on the same day, so that history only grows. */
function firstDay(path: string, seed: string, clock: Clock): Temporal.PlainDate {
  const known = z.record(z.string(), z.string()).parse(JSON.parse(readFileIfPresent(path) ?? "{}"));
  const stored = known[seed];
  if (stored !== undefined) return Temporal.PlainDate.from(stored);
  const begins = clock.today().subtract({ days: historyDays - 1 });
  makeFolderFor(path);
  writeFileAtomic(path, JSON.stringify({ ...known, [seed]: begins.toString() }));
  return begins;
}

function withAdded(books: PersonBooks, added: Iterable<Added>): PersonBooks {
  const mine = [...added].filter((each) => each.psuId === books.psuId);
  if (mine.length === 0) return books;
  return { ...books, accounts: books.accounts.map((account) => withAddedTo(account, mine)) };
}

function withAddedTo(account: Account, added: readonly Added[]): Account {
  const bookings = added
    .filter((each) => each.accountId === account.accountId)
    .map((each) => ({ ...each.booking, sequence: each.sequence, amountMinor: BigInt(each.amountMinor) }));
  if (bookings.length === 0) return account;
  const all = [...account.bookings, ...bookings].toSorted(inOrder);
  return { ...account, bookings: all };
}

/** The order of an account: by booking day, then as entered. */
function inOrder(a: Pick<Booking, "bookingDate" | "sequence">, b: Pick<Booking, "bookingDate" | "sequence">): number {
  return a.bookingDate === b.bookingDate ? a.sequence - b.sequence : a.bookingDate < b.bookingDate ? -1 : 1;
}

function forget(cache: Map<string, { books: PersonBooks }>): void {
  let rows = [...cache.values()].reduce((sum, { books }) => sum + rowCount(books), 0);
  for (const [psuId, { books }] of cache) {
    if (rows <= memoryRows || cache.size === 1) return;
    rows -= rowCount(books);
    cache.delete(psuId);
  }
}

function rowCount(books: PersonBooks): number {
  return books.accounts.reduce((sum, account) => sum + account.bookings.length, 0) + books.cards.reduce((sum, card) => sum + card.rows.length, 0);
}
