import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EntryState, type LedgerFact, evolve, unknownEntry } from "./evolve.ts";

interface Told {
  readonly revision: number;
  readonly text: string;
}
const recorded = (version: number, revision = 1, text = `v${version}`): LedgerFact<Told> => ({
  kind: "recorded",
  version: BigInt(version),
  entry: { revision, text },
});
const removed = (version: number): LedgerFact<Told> => ({ kind: "removed", version: BigInt(version) });
const exported = (revision: number, text: string): LedgerFact<Told> => ({ kind: "exported", entry: { revision, text } });
const after = (...facts: LedgerFact<Told>[]) => facts.reduce<EntryState<Told>>(evolve, unknownEntry);
const textAfter = (...facts: LedgerFact<Told>[]) => after(...facts).entry?.text ?? null;

describe("an entry of the list: given facts, then state", () => {
  it.each<[string, LedgerFact<Told>[], string | null]>([
    ["told once", [recorded(1)], "v1"],
    ["told twice", [recorded(1), recorded(1)], "v1"],
    ["changed", [recorded(1, 1), recorded(2, 2)], "v2"],
    ["changed, the change first", [recorded(2, 2), recorded(1, 1)], "v2"],
    ["taken back", [recorded(1), removed(2)], null],
    ["taken back before it was told", [removed(2), recorded(1)], null],
    ["taken back twice", [recorded(1), removed(2), removed(2)], null],
    ["shown again", [recorded(1), removed(2), recorded(3)], "v3"],
    ["shown again before we heard that it was taken back", [recorded(1), recorded(3), removed(2)], "v3"],
    ["shown again first of all", [recorded(3), removed(2), recorded(1)], "v3"],
    ["read again from the ledger", [exported(1, "x")], "x"],
    ["read again, a newer fact known", [recorded(4, 2), exported(1, "x")], "v4"],
    ["read again, then a newer fact", [exported(1, "x"), recorded(4, 2)], "v4"],
    ["read again, then an older fact", [exported(2, "x"), recorded(3, 1)], "x"],
    ["read again after it was taken back and shown again unheard", [removed(2), exported(1, "x")], "x"],
    ["read again, and the removal comes a second time", [removed(2), exported(1, "x"), removed(2)], "x"],
    ["read again, then taken back", [exported(1, "x"), removed(5)], null],
  ])("%s", (_, facts, text) => {
    expect(textAfter(...facts)).toBe(text);
  });

  it("every order of the same facts, each once or more, ends in the same entry", () => {
    const facts = fc.uniqueArray(fc.record({ version: fc.integer({ min: 1, max: 8 }), removes: fc.boolean() }), {
      selector: (fact) => fact.version,
      maxLength: 8,
    });
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), (given, order) => {
        const story = given.toSorted((a, b) => a.version - b.version).map(({ version, removes }) => (removes ? removed(version) : recorded(version, version)));
        const shuffled = [...story, ...story]
          .map((fact) => ({ fact, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ fact }) => fact);
        expect(textAfter(...shuffled)).toBe(textAfter(...story));
      }),
      { numRuns: 2000 },
    );
  });
});
