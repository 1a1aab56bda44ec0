import { transactionsPerEvent } from "@opl/contracts/events";
import type { Transaction } from "@opl/contracts/model";
import { deterministicId } from "@opl/service";
import { describe, expect, it } from "vitest";
import type { RecordedChanges } from "./store-page.ts";
import { recordedEvents } from "./store-page.ts";

const changes: RecordedChanges = {
  psuId: "person",
  consentId: "consent",
  syncId: "sync",
  accountId: "account",
  step: 1,
  // Two facts; what is in them does not name them.
  recorded: Array.from({ length: transactionsPerEvent + 1 }, () => ({}) as Transaction),
  removed: [],
  nameId: (name) => deterministicId("ingest", name),
};
const idsOf = (more: Partial<RecordedChanges> = {}) => recordedEvents({ ...changes, ...more }).map(({ id }) => id);

describe("DR-P2 the facts of a page that is read a second time", () => {
  it("have the ids of the first time, each its own", () => {
    expect(idsOf()).toEqual(idsOf());
    expect(new Set(idsOf()).size).toBe(2);
  });

  it.each([[{ syncId: "another" }], [{ accountId: "another" }], [{ step: 2 }], [{ step: "end" as const }]])("are others than those of %j", (another) => {
    expect(idsOf().filter((id) => idsOf(another).includes(id))).toEqual([]);
  });
});
