import { catalogue } from "@opl/contracts/events";
import { describe, expect, it } from "vitest";
import { parseEvent, staleAfter } from "./live.ts";

describe("staleAfter", () => {
  it("knows something to refresh for every fact of the catalogue", () => {
    for (const type of Object.keys(catalogue)) expect(staleAfter(type), type).not.toEqual([]);
  });

  it("refreshes transactions when transactions were recorded, not when a consent was created", () => {
    expect(staleAfter("ingest.transactions-recorded")).toContain("transactions");
    expect(staleAfter("consent.created")).not.toContain("transactions");
    // Permissions to ask for funds stand beside the payments.
    expect(staleAfter("consent.funds-status-changed")).toEqual(["payments", "overview"]);
  });

  it("refreshes everything for a fact it does not know", () => {
    expect(staleAfter("someone.did-something")).toContain("insights");
  });
});

describe("parseEvent", () => {
  it("ignores what is not an event", () => {
    expect(["", "{", "[]", "null", '{"at":"x"}'].map(parseEvent)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(parseEvent('{"type":"consent.created"}')?.type).toBe("consent.created");
  });
});
