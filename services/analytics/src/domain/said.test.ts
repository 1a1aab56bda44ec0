import type { CategoryId } from "@opl/contracts/model";
import { describe, expect, it } from "vitest";
import { cleanCounterparty } from "./counterparty.ts";
import { type Said, type SaidAbout, reasonSaid } from "./said.ts";

const entry: SaidAbout = { transactionId: "a", counterpartyName: "Korttiosto K-MARKET KAMPPI 123456", remittanceInformation: null };
const nobody: SaidAbout = { transactionId: "a", counterpartyName: null, remittanceInformation: null };
const rule = { counterpartyRuleId: "r", counterpartyName: "K-Market Kamppi", createdAt: Temporal.Instant.from("2026-11-29T10:00:00Z") };
const said = ({ single, all }: { single?: CategoryId; all?: CategoryId }): Said => ({
  categories: new Map(single === undefined ? [] : [["a", single]]),
  splits: new Map(),
  notes: new Map([["a", "A note decides nothing."]]),
  counterparties: new Map(all === undefined ? [] : [[cleanCounterparty("K-Market Kamppi").key, { ...rule, category: all }]]),
});

describe("what a person said decides", () => {
  it.each<[string, Said | undefined, SaidAbout, string | undefined]>([
    ["nothing said", undefined, entry, undefined],
    ["only a note", said({}), entry, undefined],
    ["about this one", said({ single: "family" }), entry, "family person.transaction"],
    ["about its counterparty, however the bank decorates it", said({ all: "leisure" }), entry, "leisure person.counterparty"],
    ["about both: this one goes before", said({ single: "family", all: "leisure" }), entry, "family person.transaction"],
    ["about another one", said({ single: "family" }), { ...entry, transactionId: "b" }, undefined],
    ["about a counterparty, and nothing tells who it was", said({ all: "leisure" }), nobody, undefined],
  ])("%s", (_, word, about, expected) => {
    const reason = reasonSaid(word, about);
    expect(reason === undefined ? undefined : `${reason.category} ${reason.ruleId}`).toBe(expected);
  });

  it("names the counterparty as the reason, and is certain", () => {
    expect(reasonSaid(said({ all: "leisure" }), entry)).toMatchObject({ matched: "K-Market Kamppi", confidence: "certain" });
  });
});
