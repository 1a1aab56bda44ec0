import { createHash } from "node:crypto";
import type { AspspTransaction } from "@opl/contracts/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NameId } from "./name-id.ts";
import { reconcilePage, replacePending, settleReading } from "./reconcile.ts";
import type { KnownTransaction } from "./reconcile.ts";
import { identify, readEntry } from "./transaction.ts";
import type { IdentifiedEntry } from "./transaction.ts";

const nameId: NameId = (name) => createHash("sha256").update(name).digest("hex").slice(0, 32);

interface Row extends KnownTransaction {
  revision: number;
  identified: IdentifiedEntry;
  missing: boolean;
}

/** A ledger of one account in memory, driven by the same rules as the stores. */
class Ledger {
  rows = new Map<string, Row>();
  #syncs = 0;

  /** Reads pages to the end and returns how many transactions were added or changed. */
  read(pages: readonly (readonly AspspTransaction[])[], { stable = true } = {}): number {
    this.#syncs += 1;
    const syncId = `sync-${this.#syncs}`;
    const copies = new Map<string, number>();
    const seen = new Set<string>();
    const deferred: IdentifiedEntry[] = [];
    let changes = 0;
    for (const page of pages) {
      const entries = page.map((wire) => identify(readEntry(wire), { entryReferencesStable: stable, nameId }));
      const dates = new Set(entries.map(({ entry }) => entry.bookingDate));
      const outcome = reconcilePage({ accountId: "a", syncId, entries, entryReferencesStable: stable, known: this.#on(dates), copies, nameId });
      for (const added of outcome.added) this.#add(added);
      changes += outcome.added.length;
      for (const id of outcome.seen) seen.add(id);
      for (const key of outcome.copies) copies.set(key, (copies.get(key) ?? 0) + 1);
      deferred.push(...outcome.deferred);
    }
    const settled = settleReading({ accountId: "a", syncId, deferred, known: this.#on(new Set(deferred.map(({ entry }) => entry.bookingDate))), seen, nameId });
    for (const added of settled.added) this.#add(added);
    for (const { transactionId, identified } of settled.revised) {
      const row = this.rows.get(transactionId);
      if (row !== undefined) this.rows.set(transactionId, { ...row, contentKey: identified.contentKey, identified, revision: row.revision + 1 });
    }
    for (const { transactionId, identified } of settled.adopted) {
      const row = this.rows.get(transactionId);
      if (row !== undefined) this.rows.set(transactionId, { ...row, identityKey: identified.identityKey, byReference: true });
    }
    for (const { transactionId } of [...settled.added, ...settled.revised, ...settled.adopted]) seen.add(transactionId);
    for (const row of this.rows.values()) row.missing = !seen.has(row.transactionId);
    return changes + settled.added.length + settled.revised.length;
  }

  #on(dates: ReadonlySet<string>): KnownTransaction[] {
    return [...this.rows.values()].filter(({ identified }) => dates.has(identified.entry.bookingDate));
  }

  #add(row: KnownTransaction & { readonly identified: IdentifiedEntry }): void {
    if (this.rows.has(row.transactionId)) throw new Error("an id was given twice");
    this.rows.set(row.transactionId, { ...row, revision: 1, missing: false });
  }

  /** What a person sees, without where it was read. */
  view(): readonly string[] {
    return [...this.rows.values()].map((row) => JSON.stringify([row.transactionId, row.contentKey, row.revision, row.missing, row.byReference])).toSorted();
  }
}

const base: AspspTransaction = {
  entryReference: null,
  bookingStatus: "booked",
  amount: { amount: "-10.00", currency: "EUR" },
  originalAmount: null,
  bookingDate: "2026-11-20",
  valueDate: null,
  counterparty: { name: "Kauppa", iban: null, bic: null },
  remittanceInformation: null,
  reference: null,
  proprietaryCode: null,
  raw: { hash: "0".repeat(64), pointer: "/transactions/0" },
};
const entry = (change: Partial<AspspTransaction>): AspspTransaction => ({ ...base, ...change });
const euros = (amount: string) => ({ amount: { amount, currency: "EUR" } });

/** Few values, so that references, days and amounts meet often. */
const anEntry = fc
  .record({
    entryReference: fc.constantFrom(null, null, "A1", "A2", "A3"),
    bookingDate: fc.constantFrom("2026-11-18", "2026-11-19", "2026-11-20"),
    cents: fc.constantFrom("-1.00", "-2.00", "5.00"),
    name: fc.constantFrom("Kauppa", "Palkka"),
  })
  .map(({ cents, name, ...rest }) => entry({ ...rest, ...euros(cents), counterparty: { name, iban: null, bic: null } }));
const aReading = fc.array(anEntry, { maxLength: 24 });

/** The same entries in another order and cut into pages elsewhere. */
function rearranged(entries: readonly AspspTransaction[]) {
  return fc
    .tuple(fc.shuffledSubarray([...entries], { minLength: entries.length }), fc.array(fc.nat({ max: entries.length }), { maxLength: 4 }))
    .map(([order, cuts]) => paged(order, cuts));
}

function paged(entries: readonly AspspTransaction[], cuts: readonly number[]): AspspTransaction[][] {
  const places = [0, ...cuts.toSorted((a, b) => a - b), entries.length];
  return places.slice(1).map((end, index) => entries.slice(places[index], end));
}

const runs = { numRuns: 500 };

describe("identity over readings (property)", () => {
  it("BR-28 BR-20: every order of entries and pages gives the same ledger, with the same ids", () => {
    const scenario = fc
      .tuple(aReading, aReading, fc.boolean())
      .chain(([before, now, stable]) => fc.tuple(fc.constant({ before, now, stable }), rearranged(before), rearranged(now)));
    fc.assert(
      fc.property(scenario, ([{ before, now, stable }, beforeAgain, nowAgain]) => {
        const one = new Ledger();
        one.read([before], { stable });
        one.read([now], { stable });
        const other = new Ledger();
        other.read(beforeAgain, { stable });
        other.read(nowAgain, { stable });
        expect(other.view()).toEqual(one.view());
      }),
      runs,
    );
  });

  it("BR-16 BR-17 BR-20: reading the same again changes nothing, in whatever order", () => {
    const scenario = fc.tuple(aReading, fc.boolean()).chain(([entries, stable]) => fc.tuple(fc.constant({ entries, stable }), rearranged(entries)));
    fc.assert(
      fc.property(scenario, ([{ entries, stable }, again]) => {
        const ledger = new Ledger();
        ledger.read([entries], { stable });
        const before = ledger.view();
        expect(ledger.read(again, { stable })).toBe(0);
        expect(ledger.view()).toEqual(before);
      }),
      runs,
    );
  });

  it("BR-19 BR-21: without usable references the ledger holds exactly as many of each content as the bank shows", () => {
    fc.assert(
      fc.property(aReading, (entries) => {
        const ledger = new Ledger();
        ledger.read([entries], { stable: false });
        expect(ledger.rows.size).toBe(entries.length);
      }),
      runs,
    );
  });

  it("BR-18: what the bank shows is what counts as shown; nothing is lost, and what vanished stays, marked", () => {
    fc.assert(
      fc.property(aReading, aReading, (before, now) => {
        const ledger = new Ledger();
        ledger.read([before]);
        const known = ledger.rows.size;
        ledger.read([now]);
        const shown = [...ledger.rows.values()].filter(({ missing }) => !missing);
        const fresh = new Ledger();
        fresh.read([now]);
        const contents = (rows: Iterable<Row>) => [...rows].map(({ contentKey }) => contentKey).toSorted();
        expect(contents(shown)).toEqual(contents(fresh.rows.values()));
        expect(ledger.rows.size).toBeGreaterThanOrEqual(known);
      }),
      runs,
    );
  });
});

describe("identity with references", () => {
  it("BR-16 BR-17: the same entry twice is one, on one page or two", () => {
    const ledger = new Ledger();
    const once = entry({ entryReference: "A1" });
    ledger.read([[once, once], [once]]);
    expect(ledger.rows.size).toBe(1);
  });

  it("BR-18: the same reference with other content in a later reading is a new revision", () => {
    const ledger = new Ledger();
    ledger.read([[entry({ entryReference: "A1", ...euros("-10.00") })]]);
    expect(ledger.read([[entry({ entryReference: "A1", ...euros("-11.00") })]])).toBe(1);
    const [row, ...others] = [...ledger.rows.values()];
    expect(others).toEqual([]);
    expect(row).toMatchObject({ revision: 2, missing: false });
    expect(row?.identified.entry.amount.minor).toBe(-1100n);
  });

  it("keeps apart two entries that share reference and day within one reading", () => {
    const ledger = new Ledger();
    const two = [entry({ entryReference: "A1", ...euros("-10.00") }), entry({ entryReference: "A1", ...euros("-11.00") })];
    ledger.read([two]);
    expect(ledger.rows.size).toBe(2);
    expect(ledger.read([two.toReversed()])).toBe(0);
  });

  it("counts a standing order whose reference comes back every month as one transaction a month", () => {
    const ledger = new Ledger();
    ledger.read([["2026-09-01", "2026-10-01", "2026-11-01"].map((bookingDate) => entry({ entryReference: "STANDING", bookingDate }))]);
    expect(ledger.rows.size).toBe(3);
  });

  it("waits with a change until the whole reading is known: the known entry may come on a later page", () => {
    const ledger = new Ledger();
    const old = entry({ entryReference: "A1", ...euros("-10.00") });
    ledger.read([[old]]);
    ledger.read([[entry({ entryReference: "A1", ...euros("-12.00") })], [old]]);
    expect([...ledger.rows.values()].map(({ revision, missing }) => ({ revision, missing }))).toEqual([
      { revision: 1, missing: false },
      { revision: 1, missing: false },
    ]);
  });

  it("gives a second entry an id of its own when a changed one still has the first id", () => {
    const ledger = new Ledger();
    const first = entry({ entryReference: "A1", ...euros("-10.00") });
    const changed = entry({ entryReference: "A1", ...euros("-12.00") });
    ledger.read([[first]]);
    ledger.read([[changed]]);
    ledger.read([[first, changed]]);
    expect(ledger.rows.size).toBe(2);
    expect(ledger.read([[changed, first]])).toBe(0);
  });

  it("BR-24: references that differ in case or a blank are different", () => {
    const ledger = new Ledger();
    ledger.read([[entry({ entryReference: "a1" }), entry({ entryReference: "A1" }), entry({ entryReference: "A1 " })]]);
    expect(ledger.rows.size).toBe(3);
  });

  it("takes over known entries when a bank begins to give references", () => {
    const ledger = new Ledger();
    const twins = [entry({}), entry({})];
    ledger.read([twins]);
    expect(ledger.read([[entry({ entryReference: "N1" }), entry({ entryReference: "N2" })]])).toBe(0);
    expect([...ledger.rows.values()].every(({ byReference, missing }) => byReference && !missing)).toBe(true);
    expect(ledger.rows.size).toBe(2);
  });

  it("BR-21: finds known entries by content when the references turn out to change at each reading", () => {
    const ledger = new Ledger();
    ledger.read([[entry({ entryReference: "X1" }), entry({ entryReference: "X2", ...euros("-3.00") })]]);
    expect(ledger.read([[entry({ entryReference: "Y1" }), entry({ entryReference: "Y2", ...euros("-3.00") })]], { stable: false })).toBe(0);
  });
});

describe("identity without references", () => {
  it("BR-20: two equal purchases on one day are two, also on two pages and after a refetch in another order", () => {
    const ledger = new Ledger();
    ledger.read([[entry({}), entry({ ...euros("-3.00") })], [entry({})]]);
    expect(ledger.rows.size).toBe(3);
    expect(ledger.read([[entry({}), entry({}), entry({ ...euros("-3.00") })]])).toBe(0);
  });

  it("adds a third twin when the bank shows a third", () => {
    const ledger = new Ledger();
    ledger.read([[entry({}), entry({})]]);
    expect(ledger.read([[entry({}), entry({}), entry({})]])).toBe(1);
  });

  it("BR-23: a vanished entry stays and is marked; it is shown again without a copy", () => {
    const ledger = new Ledger();
    ledger.read([[entry({}), entry({ ...euros("-3.00") })]]);
    ledger.read([[entry({})]]);
    expect([...ledger.rows.values()].filter(({ missing }) => missing)).toHaveLength(1);
    expect(ledger.read([[entry({}), entry({ ...euros("-3.00") })]])).toBe(0);
    expect([...ledger.rows.values()].some(({ missing }) => missing)).toBe(false);
  });
});

describe("pending", () => {
  const pending = (amounts: readonly string[]) =>
    amounts.map((amount) => identify(readEntry(entry({ bookingStatus: "pending", ...euros(amount) })), { entryReferencesStable: true, nameId }));

  it("BR-22: the set is swapped whole: what is gone goes, what stays keeps its id, twins count", () => {
    const first = replacePending({ accountId: "a", entries: pending(["-1.00", "-1.00", "-2.00"]), known: [], nameId });
    expect(first.added).toHaveLength(3);
    const known = first.added.map(({ transactionId }) => transactionId);
    const second = replacePending({ accountId: "a", entries: pending(["-2.00", "-1.00", "-3.00"]), known, nameId });
    expect(second.added).toHaveLength(1);
    expect(second.removed).toHaveLength(1);
    expect(replacePending({ accountId: "a", entries: [], known, nameId }).removed).toEqual(known);
  });

  it("does not depend on the order (property)", () => {
    const amounts = fc.array(fc.constantFrom("-1.00", "-2.00", "-3.00"), { maxLength: 10 });
    const scenario = fc
      .tuple(amounts, amounts)
      .chain(([before, now]) => fc.tuple(fc.constant({ before, now }), fc.shuffledSubarray(now, { minLength: now.length })));
    fc.assert(
      fc.property(scenario, ([{ before, now }, shuffled]) => {
        const known = replacePending({ accountId: "a", entries: pending(before), known: [], nameId }).added.map(({ transactionId }) => transactionId);
        const ids = (amounts: readonly string[]) => {
          const { added, removed } = replacePending({ accountId: "a", entries: pending(amounts), known, nameId });
          return { added: added.map(({ transactionId }) => transactionId).toSorted(), removed };
        };
        expect(ids(shuffled)).toEqual(ids(now));
      }),
      runs,
    );
  });
});
